//! One row per endpoint: what it is asked, and what each tenant around the license gets on its own host.

use live::Platform;
use serde_json::{Value, json};
use wire::endpoints::{Endpoint, Id};

use super::cast::{Cast, Who};

/// What a caller gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gets {
    /// What was asked for.
    All,
    /// An answer about its own things, with no trace of the license and its tenants.
    Own,
    /// The verdict `NOT_FOUND`.
    Verdict,
    /// A refusal.
    Refused(u16, &'static str),
}

use Gets::{All, Own, Verdict};

const ROLE: Gets = Gets::Refused(403, "role-not-allowed");
const NO_LICENSE: Gets = Gets::Refused(404, "license-not-found");
const NO_TENANT: Gets = Gets::Refused(404, "tenant-not-found");
const NO_RESERVATION: Gets = Gets::Refused(404, "reservation-not-found");
const NO_LEASE: Gets = Gets::Refused(404, "lease-not-found");
const NO_HOST: Gets = Gets::Refused(404, "hostname-not-found");
const ELSEWHERE: Gets = Gets::Refused(404, "not-found");
const NO_KEY: Gets = Gets::Refused(404, "key-not-found");

/// What holder, other customer, holder's MSP, other MSP, issuer, other vendor and operator get.
pub type Columns = [Gets; 7];

const HOLDER: Columns =
    [All, NO_LICENSE, NO_LICENSE, NO_LICENSE, NO_LICENSE, NO_LICENSE, NO_LICENSE];
const LEASE: Columns = [All, NO_LEASE, NO_LEASE, NO_LEASE, NO_LEASE, NO_LEASE, NO_LEASE];
const RESERVATION: Columns = [
    All,
    NO_RESERVATION,
    NO_RESERVATION,
    NO_RESERVATION,
    NO_RESERVATION,
    NO_RESERVATION,
    NO_RESERVATION,
];
const BOTH_SIDES: Columns = [All, NO_LICENSE, NO_LICENSE, NO_LICENSE, All, NO_LICENSE, NO_LICENSE];
const ISSUER: Columns = [ROLE, ROLE, NO_LICENSE, NO_LICENSE, All, NO_LICENSE, ROLE];
const ISSUERS_OWN: Columns = [ROLE, ROLE, Own, Own, All, Own, ROLE];
const ABOVE: Columns = [All, NO_TENANT, All, NO_TENANT, NO_TENANT, NO_TENANT, All];
const OWNER: Columns = [ROLE, ROLE, All, NO_TENANT, ROLE, ROLE, All];
const OWNERS_OR_SELF: Columns = [NO_TENANT, NO_TENANT, All, NO_TENANT, NO_TENANT, NO_TENANT, All];
const OPERATOR: Columns = [ROLE, ROLE, ROLE, ROLE, ROLE, ROLE, All];
const DOMAIN: Columns = [All, NO_HOST, NO_HOST, NO_HOST, NO_HOST, NO_HOST, NO_HOST];
const EVERYBODY: Columns = [All; 7];

/// One endpoint as the callers call it.
pub struct Row {
    /// The endpoint.
    pub endpoint: &'static Endpoint,
    /// Its path, with a query where it needs one.
    pub path: String,
    /// What is sent; `@new` stands for a name that nobody has yet, `@lease` for a lease.
    pub body: Value,
    /// The status of success.
    pub status: u16,
    /// What the tenants get.
    pub gets: Columns,
}

impl Row {
    /// The first tenant that gets everything, of a kind that can be suspended.
    pub fn right(&self) -> Option<Who> {
        let rights = [Who::Holder, Who::Issuer, Who::Parent];
        rights.into_iter().find(|who| self.gets[*who as usize] == All)
    }

    /// Whether a lease is named.
    pub fn names_lease(&self) -> bool {
        self.body.to_string().contains("@lease")
    }

    /// The body with a fresh name and this lease in it.
    pub fn fresh_body(&self, platform: &Platform, lease: &str) -> Value {
        match self.body.to_string() {
            text if text.contains("@new") => {
                serde_json::from_str(&text.replace("@new", &platform.name("made"))).unwrap()
            }
            text => serde_json::from_str(&text.replace("@lease", lease)).unwrap(),
        }
    }
}

/// Every endpoint, in an order in which all of them can succeed one after the other.
pub fn rows(cast: &Cast) -> Vec<Row> {
    [
        public(),
        devices(cast),
        seats(cast),
        allocations(cast),
        issuers(cast),
        tenants(cast),
        domains(cast),
        looks(cast),
        alerts(cast),
        people(cast),
        ways_in(cast),
        ends(cast),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(id: Id, path: &str, body: &Value, status: u16, gets: Columns) -> Row {
    Row { endpoint: id.endpoint(), path: path.to_owned(), body: body.clone(), status, gets }
}

/// A row whose path has no parameter.
fn fixed(id: Id, body: &Value, status: u16, gets: Columns) -> Row {
    row(id, id.endpoint().path, body, status, gets)
}

const NONE: Value = Value::Null;

fn public() -> Vec<Row> {
    let pages = [Id::Jwks, Id::RootPem, Id::SecurityTxt, Id::OpenApi];
    let leaked = fixed(Id::LeakedKey, &json!({ "api_key": "none" }), 202, EVERYBODY);
    pages.map(|id| fixed(id, &NONE, 200, EVERYBODY)).into_iter().chain([leaked]).collect()
}

fn devices(cast: &Cast) -> Vec<Row> {
    let license = &cast.license.id;
    let at = |tail: &str| format!("/api/v1/licenses/{license}{tail}");
    let named = json!({ "license_id": license });
    let device = json!({ "license_id": license, "hardware_id": "hw-1" });
    let blocked = json!({ "device_id": cast.device });
    let verdicts = [All, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict];
    vec![
        fixed(Id::Validate, &named, 200, verdicts),
        fixed(Id::Activate, &device, 200, HOLDER),
        fixed(Id::Heartbeat, &device, 200, HOLDER),
        fixed(Id::HeartbeatShort, &device, 200, HOLDER),
        row(Id::Devices, &at("/devices"), &NONE, 200, BOTH_SIDES),
        row(Id::SeatUse, &at("/seats?by=month"), &NONE, 200, BOTH_SIDES),
        row(Id::BlockDevice, &at("/devices/block"), &blocked, 200, BOTH_SIDES),
        row(Id::UnblockDevice, &at("/devices/unblock"), &blocked, 200, BOTH_SIDES),
        fixed(Id::Deactivate, &device, 200, HOLDER),
        row(Id::LicenseText, &format!("/api/v1/licenses/files/{license}"), &NONE, 200, BOTH_SIDES),
        row(Id::License, &at(""), &NONE, 200, BOTH_SIDES),
        fixed(Id::Licenses, &NONE, 200, [All, Own, Own, Own, All, Own, Own]),
    ]
}

fn seats(cast: &Cast) -> Vec<Row> {
    let license = &cast.license.id;
    let at = |tail: &str| format!("/api/v1/pools/{license}{tail}");
    let lease = json!({ "lease_id": "@lease" });
    let release = json!({ "lease_id": "@lease", "reason": "gone" });
    let borrow = json!({ "license_id": license, "seconds": 60 });
    vec![
        fixed(Id::Checkout, &json!({ "license_id": license }), 201, HOLDER),
        fixed(Id::Borrow, &borrow, 201, HOLDER),
        fixed(Id::Extend, &lease, 200, LEASE),
        fixed(Id::Return, &lease, 200, LEASE),
        row(Id::Pool, &at(""), &NONE, 200, BOTH_SIDES),
        row(Id::PoolEvents, &at("/events?after=0&follow=false"), &NONE, 200, BOTH_SIDES),
        row(Id::PoolRules, &at("/rules"), &json!({ "version": 0 }), 200, HOLDER),
        row(Id::ReleaseLease, &at("/release"), &release, 200, HOLDER),
    ]
}

/// From the first node to its end.
fn allocations(cast: &Cast) -> Vec<Row> {
    let at = |tail: &str| format!("/api/v1/pools/{}{tail}", cast.license.id);
    let node = json!({ "node": "team", "shares": { "seats": { "dedicated": 2, "burst": 1 } } });
    let moved = json!({ "from": "/", "to": "team", "metric": "seats", "quantity": 1 });
    let held = json!({ "request_id": "vm-1", "node": "team", "metric": "seats", "quantity": 3 });
    let question = at("/can-provision?node=team&metric=seats");
    let request = json!({ "request_id": "vm-1" });
    vec![
        row(Id::SetAllocation, &at("/allocations"), &node, 200, HOLDER),
        row(Id::TransferAllocation, &at("/allocations/transfer"), &moved, 200, HOLDER),
        row(Id::Reserve, &at("/reserve"), &held, 201, HOLDER),
        row(Id::CanProvision, &question, &NONE, 200, HOLDER),
        row(Id::Allocations, &at("/allocations"), &NONE, 200, BOTH_SIDES),
        row(Id::FreeReservation, &at("/free"), &request, 200, RESERVATION),
        row(Id::RemoveAllocation, &at("/allocations?node=team"), &NONE, 204, HOLDER),
    ]
}

fn issuers(cast: &Cast) -> Vec<Row> {
    let holder = &cast.of(Who::Holder).id;
    let made = json!({ "customer": { "tenant_id": holder }, "product": { "id": "tool" } });
    let product = json!({ "name": "Tool" });
    let plan = json!({ "name": "Basic", "terms": { "limits": { "vms": 1 } } });
    vec![
        fixed(Id::Generate, &made, 201, [ROLE, ROLE, All, NO_TENANT, All, All, ROLE]),
        fixed(Id::SigningKeys, &NONE, 200, ISSUERS_OWN),
        fixed(Id::RotateSigningKey, &NONE, 200, ISSUERS_OWN),
        row(Id::PutProduct, "/api/v1/products/tool", &product, 200, ISSUERS_OWN),
        fixed(Id::Products, &NONE, 200, ISSUERS_OWN),
        row(
            Id::PutFingerprints,
            "/api/v1/products/tool/fingerprints",
            &json!({}),
            200,
            ISSUERS_OWN,
        ),
        row(Id::Fingerprints, "/api/v1/products/tool/fingerprints", &NONE, 200, ISSUERS_OWN),
        row(Id::PutPlan, "/api/v1/plans/basic", &plan, 200, ISSUERS_OWN),
        fixed(Id::Plans, &NONE, 200, ISSUERS_OWN),
        row(Id::Overage, "/api/v1/billing/overage?format=csv", &NONE, 200, ISSUERS_OWN),
    ]
}

fn tenants(cast: &Cast) -> Vec<Row> {
    let holder = &cast.of(Who::Holder).id;
    let spare = |tail: &str| format!("/api/v1/tenants/{}{tail}", cast.spare.id);
    let spare_key = |tail: &str| format!("/api/v1/keys/{}{tail}", cast.spare_key);
    let key = json!({ "app_name": "x", "scopes": ["license:read"], "tenant_id": holder });
    let tenant = json!({ "tenant_id": "@new", "kind": "customer", "name": "New", "region": "us",
        "parent": cast.of(Who::Parent).id });
    let keys = ABOVE.map(|gets| if gets == NO_TENANT { NO_KEY } else { gets });
    let erase = json!({ "confirm": cast.spare.id });
    let logs = [All, Own, All, Own, All, Own, All];
    vec![
        fixed(Id::GenerateKey, &key, 201, ABOVE),
        row(Id::Keys, &format!("/api/v1/keys?tenant_id={holder}"), &NONE, 200, ABOVE),
        row(Id::Key, &spare_key(""), &NONE, 200, keys),
        row(Id::RestrictKey, &spare_key("/restrictions"), &json!({}), 200, keys),
        row(Id::RotateKey, &spare_key("/rotate"), &NONE, 201, keys),
        row(Id::RevokeKey, &spare_key(""), &NONE, 204, keys),
        fixed(Id::CreateTenant, &tenant, 201, [ROLE, ROLE, All, ROLE, ROLE, ROLE, All]),
        fixed(Id::Tenants, &NONE, 200, [ROLE, ROLE, All, Own, ROLE, ROLE, All]),
        row(Id::Tenant, &format!("/api/v1/tenants/{holder}"), &NONE, 200, ABOVE),
        row(Id::SuspendTenant, &spare("/suspend"), &NONE, 200, OWNER),
        row(Id::ReactivateTenant, &spare("/reactivate"), &NONE, 200, OWNER),
        row(Id::EraseTenant, &spare("/erase"), &erase, 202, OWNERS_OR_SELF),
        row(Id::KeepTenant, &spare("/erase"), &NONE, 204, OWNER),
        fixed(Id::Export, &NONE, 200, EVERYBODY),
        fixed(Id::AuditExport, &NONE, 200, EVERYBODY),
        // A log tells its own tenant on whose host its keys were tried.
        fixed(Id::Audit, &NONE, 200, EVERYBODY),
        fixed(Id::AuditCheck, &NONE, 200, logs),
        fixed(Id::Sealing, &NONE, 200, OPERATOR),
    ]
}

/// What is seen of the holder's keys.
fn alerts(cast: &Cast) -> Vec<Row> {
    let at = |path: &str| format!("/api/v1/{path}?tenant_id={}", cast.of(Who::Holder).id);
    let alert = |tail: &str| at(&format!("alerts/{}{tail}", cast.alert));
    let (rules, channels) =
        (json!({ "quiet_seconds": 60 }), json!({ "emails": ["it@acme.example"] }));
    vec![
        row(Id::SetAlertRules, &at("alert-rules"), &rules, 200, ABOVE),
        row(Id::AlertRules, &at("alert-rules"), &NONE, 200, ABOVE),
        row(Id::SetAlertChannels, &at("alert-channels"), &channels, 200, ABOVE),
        row(Id::AlertChannels, &at("alert-channels"), &NONE, 200, ABOVE),
        row(Id::Alerts, &at("alerts"), &NONE, 200, ABOVE),
        row(Id::Alert, &alert(""), &NONE, 200, ABOVE),
        row(Id::AcknowledgeAlert, &alert("/acknowledge"), &json!({ "note": "seen" }), 200, ABOVE),
    ]
}

/// Signing in is for people: a key is turned away (403), and nobody has the token of these links (404).
fn people(cast: &Cast) -> Vec<Row> {
    let holder = &cast.of(Who::Holder).id;
    let below = |path: &str| format!("{path}?tenant_id={holder}");
    let person = below(&format!("/api/v1/users/{}", cast.person));
    let invitation = below("/api/v1/invitations/inv_00000000000000000000000000");
    let invite = json!({ "email": "@new@people.example", "role": "auditor", "tenant_id": holder });
    let token = json!({ "token": "0".repeat(52) });
    let email = json!({ "email": "nobody@nowhere.example" });
    vec![
        fixed(Id::SendLink, &email, 202, EVERYBODY),
        fixed(Id::RedeemLink, &token, 404, EVERYBODY),
        fixed(Id::AuthMethods, &NONE, 200, EVERYBODY),
        fixed(Id::Session, &NONE, 403, EVERYBODY),
        fixed(Id::SignOut, &NONE, 403, EVERYBODY),
        fixed(Id::Sessions, &NONE, 403, EVERYBODY),
        row(Id::RevokeSession, "/api/v1/auth/sessions/all", &NONE, 403, EVERYBODY),
        fixed(Id::Roles, &NONE, 200, EVERYBODY),
        row(Id::Users, &below("/api/v1/users"), &NONE, 200, ABOVE),
        row(Id::Invitations, &below("/api/v1/invitations"), &NONE, 200, ABOVE),
        fixed(Id::Invite, &invite, 201, ABOVE),
        row(Id::RevokeInvitation, &invitation, &NONE, 204, ABOVE),
        fixed(Id::OidcStart, &NONE, 303, EVERYBODY),
        fixed(Id::OidcCallback, &NONE, 303, EVERYBODY),
        fixed(Id::AcceptInvitation, &token, 404, EVERYBODY),
        row(Id::UpdateUser, &person, &json!({ "role": "auditor" }), 200, ABOVE),
        row(Id::RemoveUser, &person, &NONE, 204, ABOVE),
    ]
}

/// How the holder's pages look.
fn looks(cast: &Cast) -> Vec<Row> {
    let at = |tail: &str| format!("/api/v1/branding{tail}?tenant_id={}", cast.of(Who::Holder).id);
    let image = json!({ "data": "PHN2Zy8+" });
    vec![
        row(Id::PutBranding, &at(""), &json!({ "tagline": "@new" }), 200, ABOVE),
        row(Id::Branding, &at(""), &NONE, 200, ABOVE),
        row(Id::PutLogo, &at("/logo"), &image, 200, ABOVE),
        row(Id::RemoveLogo, &at("/logo"), &NONE, 204, ABOVE),
        row(Id::PutFavicon, &at("/favicon"), &image, 200, ABOVE),
        row(Id::RemoveFavicon, &at("/favicon"), &NONE, 204, ABOVE),
    ]
}

fn ways_in(cast: &Cast) -> Vec<Row> {
    let holder = &cast.of(Who::Holder).id;
    let below = |path: &str| format!("{path}?tenant_id={holder}");
    let provider = below("/api/v1/identity-provider");
    let set = json!({ "name": "ID", "issuer": "https://id.example", "client_id": "writ" });
    let support = format!("/api/v1/tenants/{holder}/support");
    let reason = json!({ "reason": "to look", "minutes": 5 });
    let grant = below(&format!("/api/v1/support/{}", cast.grant));
    vec![
        row(Id::PutIdentityProvider, &provider, &set, 200, ABOVE),
        row(Id::IdentityProvider, &provider, &NONE, 200, ABOVE),
        row(Id::RemoveIdentityProvider, &provider, &NONE, 204, ABOVE),
        row(Id::OpenSupport, &support, &reason, 201, OWNER),
        row(Id::Support, &below("/api/v1/support"), &NONE, 200, ABOVE),
        row(Id::EndSupport, &grant, &NONE, 204, ABOVE),
    ]
}

/// Domains of the holder, and what is asked on the landing host only.
fn domains(cast: &Cast) -> Vec<Row> {
    let at = |tail: &str| format!("/api/v1/hostnames/{}{tail}", cast.domain);
    let plan = format!("/api/v1/tenants/{}/plan", cast.spare.id);
    let limits = format!("/api/v1/tenants/{}/limits", cast.spare.id);
    let pem = |kind: &str| format!("-----BEGIN {kind}-----\nAA==\n-----END {kind}-----\n");
    let certificate =
        json!({ "certificate": pem("CERTIFICATE"), "private_key": pem("PRIVATE KEY") });
    vec![
        fixed(Id::RegisterTenant, &NONE, 201, [ELSEWHERE; 7]),
        fixed(Id::VerifyTenant, &NONE, 200, [ELSEWHERE; 7]),
        row(Id::SetPlan, &plan, &json!({ "plan": "enterprise" }), 200, OPERATOR),
        row(Id::SetLimits, &limits, &json!({ "rate_limits": null }), 200, OWNER),
        fixed(Id::Subscription, &NONE, 200, EVERYBODY),
        fixed(Id::Hostnames, &NONE, 200, [All, Own, Own, Own, Own, Own, Own]),
        fixed(Id::AddHostname, &json!({ "host": "@new.callers.dev" }), 201, EVERYBODY),
        row(Id::Hostname, &at(""), &NONE, 200, DOMAIN),
        row(Id::VerifyHostname, &at("/verify"), &NONE, 200, DOMAIN),
        // It was never proved, so that is as far as its owner gets.
        row(Id::SetCertificate, &at("/certificate"), &certificate, 409, DOMAIN),
        row(Id::RemoveHostname, &at(""), &NONE, 204, DOMAIN),
    ]
}

/// Changes of the license, its end last.
fn ends(cast: &Cast) -> Vec<Row> {
    let at = |tail: &str| format!("/api/v1/licenses/{}{tail}", cast.license.id);
    let (limits, end) = (json!({ "limits": { "vms": 7 } }), json!({ "expires_at": "2100-01-01" }));
    vec![
        row(Id::UpdateLicense, &at(""), &limits, 200, ISSUER),
        row(Id::SuspendLicense, &at("/suspend"), &NONE, 200, ISSUER),
        row(Id::ReinstateLicense, &at("/reinstate"), &NONE, 200, ISSUER),
        row(Id::RenewLicense, &at("/renew"), &end, 200, ISSUER),
        row(Id::RevokeLicense, &at(""), &NONE, 200, ISSUER),
    ]
}
