//! The table of endpoints: routing, access rules, OpenAPI, docs and the caller tests all read it.

use domain::scope::Scope;

use crate::tenant::TenantKind;

/// The Worker that answers an endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names of the workers in wrangler.toml")]
pub enum Worker {
    Validate,
    Heartbeat,
    Checkout,
    Issue,
    Control,
}

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Anybody on a known host.
    Public,
    /// A key with this scope, of one of these kinds of tenant.
    Key(Scope, &'static [TenantKind]),
    /// A key with this scope, or a license key as credentials.
    KeyOrLicense(Scope),
}

/// One endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Its name in code, logs and `operationId`.
    pub id: Id,
    /// HTTP method.
    pub method: &'static str,
    /// Path with `{name}` segments.
    pub path: &'static str,
    /// Who answers.
    pub worker: Worker,
    /// Who may ask.
    pub access: Access,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotent: bool,
    /// One line for people.
    pub summary: &'static str,
}

impl Endpoint {
    /// Whether the answer is a verdict: a suspended tenant is then told so by a signed verdict, which
    /// its agents obey, and not by an error, which they would outlive.
    pub fn tells_verdicts(&self) -> bool {
        matches!(self.worker, Worker::Validate | Worker::Heartbeat)
    }
}

const ANYONE: &[TenantKind] =
    &[TenantKind::Operator, TenantKind::Vendor, TenantKind::Msp, TenantKind::Customer];
const ISSUERS: &[TenantKind] = &[TenantKind::Vendor, TenantKind::Msp];
const OPERATOR: &[TenantKind] = &[TenantKind::Operator];
const OWNERS: &[TenantKind] = &[TenantKind::Operator, TenantKind::Msp];

macro_rules! endpoints {
    ($($id:ident $method:literal $path:literal $worker:ident $access:expr, $idempotent:literal, $summary:literal;)*) => {
        /// The names of the endpoints.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Id {
            $(#[doc = $summary] $id,)*
        }

        impl Id {
            /// The name in logs and `operationId`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => stringify!($id)),* }
            }

            /// The row of the table.
            pub const fn endpoint(self) -> &'static Endpoint {
                match self {
                    $(Self::$id => &Endpoint {
                        id: Self::$id, method: $method, path: $path, worker: Worker::$worker,
                        access: $access, idempotent: $idempotent, summary: $summary,
                    },)*
                }
            }
        }

        /// Every endpoint.
        pub const ENDPOINTS: &[&Endpoint] = &[$(Id::$id.endpoint()),*];
    };
}

endpoints! {
    Validate "POST" "/api/v1/licenses/validate" Validate
        Access::KeyOrLicense(Scope::Validate), false, "The verdict on a license";
    Heartbeat "POST" "/api/v1/licenses/heartbeat" Heartbeat
        Access::Key(Scope::Heartbeat, ANYONE), false, "A sign of life in, waiting commands out";
    HeartbeatShort "POST" "/api/v1/heartbeat" Heartbeat
        Access::Key(Scope::Heartbeat, ANYONE), false, "The same under seed 1's address";
    Checkout "POST" "/api/v1/licenses/checkout" Checkout
        Access::Key(Scope::Checkout, ANYONE), true, "Check floating seats out, or wait in line for them";
    Return "POST" "/api/v1/licenses/return" Checkout
        Access::Key(Scope::Return, ANYONE), true, "Give a lease back, or a place in the line up";
    Extend "POST" "/api/v1/licenses/extend" Checkout
        Access::Key(Scope::Checkout, ANYONE), false, "Keep a lease alive";
    Borrow "POST" "/api/v1/licenses/borrow" Checkout
        Access::Key(Scope::Checkout, ANYONE), true, "Borrow floating seats for work without a network";
    Pool "GET" "/api/v1/pools/{license}" Checkout
        Access::Key(Scope::LicenseRead, ANYONE), false, "A pool of floating seats: who holds what, who waits, by which rules";
    PoolEvents "GET" "/api/v1/pools/{license}/events" Checkout
        Access::Key(Scope::LicenseRead, ANYONE), false, "What happens in a pool, as it happens: Server-Sent Events or a WebSocket";
    PoolRules "PUT" "/api/v1/pools/{license}/rules" Checkout
        Access::Key(Scope::PoolsManage, ANYONE), false, "Make the rules of a pool";
    ReleaseLease "POST" "/api/v1/pools/{license}/release" Checkout
        Access::Key(Scope::PoolsManage, ANYONE), true, "Take a lease or a reservation back from whoever holds it";
    Reserve "POST" "/api/v1/pools/{license}/reserve" Checkout
        Access::Key(Scope::Checkout, ANYONE), false, "Hold capacity for a node of the tree";
    FreeReservation "POST" "/api/v1/pools/{license}/free" Checkout
        Access::Key(Scope::Return, ANYONE), false, "Let go of a reservation";
    CanProvision "GET" "/api/v1/pools/{license}/can-provision" Checkout
        Access::Key(Scope::LicenseRead, ANYONE), false, "Whether a node could reserve a quantity now";
    Allocations "GET" "/api/v1/pools/{license}/allocations" Checkout
        Access::Key(Scope::LicenseRead, ANYONE), false, "Who is promised what of a license, and what is held of it";
    SetAllocation "PUT" "/api/v1/pools/{license}/allocations" Checkout
        Access::Key(Scope::PoolsManage, ANYONE), false, "Make a node of the tree, or give it other shares";
    RemoveAllocation "DELETE" "/api/v1/pools/{license}/allocations" Checkout
        Access::Key(Scope::PoolsManage, ANYONE), false, "Remove a node that holds nothing";
    TransferAllocation "POST" "/api/v1/pools/{license}/allocations/transfer" Checkout
        Access::Key(Scope::PoolsManage, ANYONE), true, "Move what one node is promised to another";
    Generate "POST" "/api/v1/licenses/generate" Issue
        Access::Key(Scope::LicenseIssue, ISSUERS), true, "Make and sign a license";
    Activate "POST" "/api/v1/licenses/activate" Issue
        Access::Key(Scope::Activate, ANYONE), false, "Bind a device to a license";
    Deactivate "POST" "/api/v1/licenses/deactivate" Issue
        Access::Key(Scope::Activate, ANYONE), false, "Free a device";
    LicenseText "GET" "/api/v1/licenses/files/{license}" Issue
        Access::Key(Scope::LicenseRead, ANYONE), false, "The signed text of a license, in all forms";
    SigningKeys "GET" "/api/v1/signing-keys" Issue
        Access::Key(Scope::SigningKeys, ISSUERS), false, "The issuer's signing keys";
    RotateSigningKey "POST" "/api/v1/signing-keys/rotate" Issue
        Access::Key(Scope::SigningKeys, ISSUERS), true, "Make the next key active and publish a new next one";
    Jwks "GET" "/.well-known/jwks.json" Issue
        Access::Public, false, "Public keys of this host: answers, and licenses of its issuers";
    RootPem "GET" "/.well-known/writ-root.pem" Issue
        Access::Public, false, "The installation's root public key";
    Licenses "GET" "/api/v1/licenses" Control
        Access::Key(Scope::LicenseRead, ANYONE), false, "Licenses held; for issuers, licenses issued";
    License "GET" "/api/v1/licenses/{license}" Control
        Access::Key(Scope::LicenseRead, ANYONE), false, "One license";
    UpdateLicense "PUT" "/api/v1/licenses/{license}" Control
        Access::Key(Scope::LicenseManage, ISSUERS), false, "Change limits, features or other terms";
    RevokeLicense "DELETE" "/api/v1/licenses/{license}" Control
        Access::Key(Scope::LicenseManage, ISSUERS), false, "Revoke a license, for good";
    SuspendLicense "POST" "/api/v1/licenses/{license}/suspend" Control
        Access::Key(Scope::LicenseManage, ISSUERS), true, "Suspend a license";
    ReinstateLicense "POST" "/api/v1/licenses/{license}/reinstate" Control
        Access::Key(Scope::LicenseManage, ISSUERS), true, "Reinstate a suspended license";
    RenewLicense "POST" "/api/v1/licenses/{license}/renew" Control
        Access::Key(Scope::LicenseManage, ISSUERS), true, "Give a license a new end";
    Devices "GET" "/api/v1/licenses/{license}/devices" Control
        Access::Key(Scope::LicenseRead, ANYONE), false, "Devices of a license";
    SeatUse "GET" "/api/v1/licenses/{license}/seats" Control
        Access::Key(Scope::LicenseRead, ANYONE), false, "The use of a license's floating seats, by day or month";
    Overage "GET" "/api/v1/billing/overage" Control
        Access::Key(Scope::BillingRead, ISSUERS), false, "What customers owe for floating seats, as JSON or CSV";
    GenerateKey "POST" "/api/v1/keys/generate" Control
        Access::Key(Scope::Keys, ANYONE), true, "Make an API key";
    Keys "GET" "/api/v1/keys" Control
        Access::Key(Scope::Keys, ANYONE), false, "API keys, without their secrets";
    RevokeKey "DELETE" "/api/v1/keys/{key}" Control
        Access::Key(Scope::Keys, ANYONE), false, "Revoke an API key";
    Key "GET" "/api/v1/keys/{key}" Control
        Access::Key(Scope::Keys, ANYONE), false, "One API key: what it demands, and its last use";
    RotateKey "POST" "/api/v1/keys/{key}/rotate" Control
        Access::Key(Scope::Keys, ANYONE), true, "Make a new secret in place of a key's, which works on for a while";
    RestrictKey "POST" "/api/v1/keys/{key}/restrictions" Control
        Access::Key(Scope::Keys, ANYONE), true, "Change what a key demands besides its secret";
    LeakedKey "POST" "/api/v1/keys/leaked" Control
        Access::Public, false, "Revoke a key by showing it";
    CreateTenant "POST" "/api/v1/tenants" Control
        Access::Key(Scope::TenantManage, OWNERS), true, "Make a tenant";
    Tenants "GET" "/api/v1/tenants" Control
        Access::Key(Scope::TenantRead, OWNERS), false, "Tenants below the caller";
    Tenant "GET" "/api/v1/tenants/{tenant}" Control
        Access::Key(Scope::TenantRead, ANYONE), false, "One tenant: the caller's own or one below";
    SuspendTenant "POST" "/api/v1/tenants/{tenant}/suspend" Control
        Access::Key(Scope::TenantManage, OWNERS), true, "Suspend a tenant below the caller";
    ReactivateTenant "POST" "/api/v1/tenants/{tenant}/reactivate" Control
        Access::Key(Scope::TenantManage, OWNERS), true, "Reactivate a suspended tenant";
    BlockDevice "POST" "/api/v1/licenses/{license}/devices/block" Control
        Access::Key(Scope::LicenseManage, ANYONE), true, "Block a device of a license";
    UnblockDevice "POST" "/api/v1/licenses/{license}/devices/unblock" Control
        Access::Key(Scope::LicenseManage, ANYONE), true, "Unblock a device of a license";
    PutProduct "PUT" "/api/v1/products/{product}" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Make or change a product";
    Products "GET" "/api/v1/products" Control
        Access::Key(Scope::LicenseRead, ISSUERS), false, "The issuer's products";
    PutPlan "PUT" "/api/v1/plans/{plan}" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Make or change a plan";
    Plans "GET" "/api/v1/plans" Control
        Access::Key(Scope::LicenseRead, ISSUERS), false, "The issuer's plans";
    Audit "GET" "/api/v1/audit" Control
        Access::Key(Scope::AuditRead, ANYONE), false, "The tenant's audit log";
    AuditCheck "GET" "/api/v1/audit/check" Control
        Access::Key(Scope::AuditRead, ANYONE), false, "Proof that the audit log is unbroken";
    Sealing "GET" "/api/v1/sealing" Control
        Access::Key(Scope::Admin, OPERATOR), false, "How far a rotation of the key-encryption key has come";
    OpenApi "GET" "/api/v1/openapi.json" Control
        Access::Public, false, "This interface as OpenAPI 3.1";
}
