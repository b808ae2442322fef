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
    /// A key or a person with this scope, of one of these kinds of tenant.
    Key(Scope, &'static [TenantKind]),
    /// A person who has signed in, whatever the role.
    Person,
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
    SecurityTxt "GET" "/.well-known/security.txt" Issue
        Access::Public, false, "Whom to tell about a weakness (RFC 9116)";
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
    RegisterTenant "POST" "/api/v1/tenants/register" Control
        Access::Public, false, "Ask to be a tenant, on the landing host: pending until the company's domain is proved";
    VerifyTenant "POST" "/api/v1/tenants/verify" Control
        Access::Public, false, "Look for the proof of a registration now, on the landing host";
    SetPlan "PUT" "/api/v1/tenants/{tenant}/plan" Control
        Access::Key(Scope::TenantManage, OPERATOR), false, "Put a tenant on another plan of the service";
    SetLimits "PUT" "/api/v1/tenants/{tenant}/limits" Control
        Access::Key(Scope::TenantManage, OWNERS), false, "Limit how many checkouts all keys of a tenant may make together";
    Subscription "GET" "/api/v1/subscription" Control
        Access::Key(Scope::TenantRead, ANYONE), false, "The tenant's plan of the service: what it allows, and what is used";
    Hostnames "GET" "/api/v1/hostnames" Control
        Access::Key(Scope::TenantRead, ANYONE), false, "Domains of the tenant's own, with the records to set";
    AddHostname "POST" "/api/v1/hostnames" Control
        Access::Key(Scope::HostnamesManage, ANYONE), true, "Bring a domain";
    Hostname "GET" "/api/v1/hostnames/{host}" Control
        Access::Key(Scope::TenantRead, ANYONE), false, "One domain";
    RemoveHostname "DELETE" "/api/v1/hostnames/{host}" Control
        Access::Key(Scope::HostnamesManage, ANYONE), false, "Take a domain out of service";
    VerifyHostname "POST" "/api/v1/hostnames/{host}/verify" Control
        Access::Key(Scope::HostnamesManage, ANYONE), false, "Take the next step of a domain now";
    SetCertificate "PUT" "/api/v1/hostnames/{host}/certificate" Control
        Access::Key(Scope::HostnamesManage, ANYONE), false, "Hand a certificate of one's own on to the platform";
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
    Branding "GET" "/api/v1/branding" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "How the tenant's pages look, and what of it comes from above";
    PutBranding "PUT" "/api/v1/branding" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "Set texts, colors and the style sheet of the tenant's pages";
    PutLogo "PUT" "/api/v1/branding/logo" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "Set the logo of the tenant's pages";
    RemoveLogo "DELETE" "/api/v1/branding/logo" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "Remove the logo";
    PutFavicon "PUT" "/api/v1/branding/favicon" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "Set the icon of the tenant's pages";
    RemoveFavicon "DELETE" "/api/v1/branding/favicon" Control
        Access::Key(Scope::BrandingManage, ANYONE), false, "Remove the icon";
    PutProduct "PUT" "/api/v1/products/{product}" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Make or change a product";
    Products "GET" "/api/v1/products" Control
        Access::Key(Scope::LicenseRead, ISSUERS), false, "The issuer's products";
    Fingerprints "GET" "/api/v1/products/{product}/fingerprints" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Which applications may use a product, and which have";
    PutFingerprints "PUT" "/api/v1/products/{product}/fingerprints" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Say which applications may use a product";
    Alerts "GET" "/api/v1/alerts" Control
        Access::Key(Scope::AlertsRead, ANYONE), false, "Alerts about API keys, newest first";
    Alert "GET" "/api/v1/alerts/{alert}" Control
        Access::Key(Scope::AlertsRead, ANYONE), false, "One alert";
    AcknowledgeAlert "POST" "/api/v1/alerts/{alert}/acknowledge" Control
        Access::Key(Scope::AlertsManage, ANYONE), false, "Take note of an alert, and trust what raised it";
    AlertRules "GET" "/api/v1/alert-rules" Control
        Access::Key(Scope::AlertsRead, ANYONE), false, "What raises alerts";
    SetAlertRules "PUT" "/api/v1/alert-rules" Control
        Access::Key(Scope::AlertsManage, ANYONE), false, "Say what raises alerts";
    AlertChannels "GET" "/api/v1/alert-channels" Control
        Access::Key(Scope::AlertsRead, ANYONE), false, "Where alerts go";
    SetAlertChannels "PUT" "/api/v1/alert-channels" Control
        Access::Key(Scope::AlertsManage, ANYONE), false, "Say where alerts go";
    PutPlan "PUT" "/api/v1/plans/{plan}" Control
        Access::Key(Scope::LicenseIssue, ISSUERS), false, "Make or change a plan";
    Plans "GET" "/api/v1/plans" Control
        Access::Key(Scope::LicenseRead, ISSUERS), false, "The issuer's plans";
    Audit "GET" "/api/v1/audit" Control
        Access::Key(Scope::AuditRead, ANYONE), false, "The tenant's audit log";
    AuditCheck "GET" "/api/v1/audit/check" Control
        Access::Key(Scope::AuditRead, ANYONE), false, "Proof that the audit log is unbroken";
    AuditExport "GET" "/api/v1/audit/export" Control
        Access::Key(Scope::AuditRead, ANYONE), false, "The audit log as JSON lines, with what proves it";
    Export "GET" "/api/v1/export" Control
        Access::Key(Scope::Admin, ANYONE), false, "Everything that there is of the caller's tenant, signed page by page";
    EraseTenant "POST" "/api/v1/tenants/{tenant}/erase" Control
        Access::Key(Scope::Admin, ANYONE), true, "Close a tenant, and erase it after a time of grace";
    KeepTenant "DELETE" "/api/v1/tenants/{tenant}/erase" Control
        Access::Key(Scope::TenantManage, OWNERS), false, "Call an erasure off before its time";
    SendLink "POST" "/api/v1/auth/link" Control
        Access::Public, false, "Ask for a sign-in link by mail";
    RedeemLink "POST" "/api/v1/auth/link/redeem" Control
        Access::Public, false, "Sign in with the token of a link";
    AuthMethods "GET" "/api/v1/auth/methods" Control
        Access::Public, false, "How people can sign in on this host";
    OidcStart "GET" "/api/v1/auth/oidc/start" Control
        Access::Public, false, "Go to the identity provider; what goes wrong is told to the sign-in page";
    OidcCallback "GET" "/api/v1/auth/oidc/callback" Control
        Access::Public, false, "Come back from the identity provider";
    Session "GET" "/api/v1/auth/session" Control
        Access::Person, false, "The session that asks, and who is signed in";
    SignOut "DELETE" "/api/v1/auth/session" Control
        Access::Person, false, "Sign out";
    Sessions "GET" "/api/v1/auth/sessions" Control
        Access::Person, false, "One's own sessions";
    RevokeSession "DELETE" "/api/v1/auth/sessions/{session}" Control
        Access::Person, false, "End a session of one's own; `all` ends every other one";
    Roles "GET" "/api/v1/roles" Control
        Access::Public, false, "Roles, and what they may do";
    Users "GET" "/api/v1/users" Control
        Access::Key(Scope::UsersRead, ANYONE), false, "People of the tenant, or of one below it";
    UpdateUser "PUT" "/api/v1/users/{user}" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "Give a person another role or name";
    RemoveUser "DELETE" "/api/v1/users/{user}" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "Remove a person and end its sessions";
    Invitations "GET" "/api/v1/invitations" Control
        Access::Key(Scope::UsersRead, ANYONE), false, "Invitations of the tenant, or of one below it";
    Invite "POST" "/api/v1/invitations" Control
        Access::Key(Scope::UsersManage, ANYONE), true, "Invite a person by mail";
    RevokeInvitation "DELETE" "/api/v1/invitations/{invitation}" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "Take an invitation back";
    AcceptInvitation "POST" "/api/v1/invitations/accept" Control
        Access::Public, false, "Join with the token of an invitation, and sign in";
    Sealing "GET" "/api/v1/sealing" Control
        Access::Key(Scope::Admin, OPERATOR), false, "How far a rotation of the key-encryption key has come";
    IdentityProvider "GET" "/api/v1/identity-provider" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "The tenant's identity provider, without its secret";
    PutIdentityProvider "PUT" "/api/v1/identity-provider" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "Set the tenant's identity provider";
    RemoveIdentityProvider "DELETE" "/api/v1/identity-provider" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "Remove the tenant's identity provider";
    OpenSupport "POST" "/api/v1/tenants/{tenant}/support" Control
        Access::Key(Scope::SupportAccess, OWNERS), true, "Open support access to a tenant below, which sees it and can end it";
    Support "GET" "/api/v1/support" Control
        Access::Key(Scope::UsersRead, ANYONE), false, "Support access to the tenant, or to one below it";
    EndSupport "DELETE" "/api/v1/support/{grant}" Control
        Access::Key(Scope::UsersManage, ANYONE), false, "End support access and its sessions";
    OpenApi "GET" "/api/v1/openapi.json" Control
        Access::Public, false, "This interface as OpenAPI 3.1";
}
