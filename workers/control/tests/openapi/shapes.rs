//! What each endpoint takes and gives.

use domain::allocation::Transfer;
use domain::app::Policy;
use domain::id::LicenseCode;
use domain::pool::Rules;
use domain::version::VersionRange;
use domain::watch::Rules as AlertRules;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};
use wire::alert::{AcknowledgeRequest, AlertView, ChannelsRequest, ChannelsView, FingerprintsView};
use wire::allocation::{
    AllocationsView, FreeRequest, ProvisionView, ReservationView, ReserveRequest, SetAllocation,
};
use wire::audit::{AuditCheckAnswer, AuditView};
use wire::auth::{
    AcceptRequest, LinkAnswer, LinkRequest, Methods, ProviderRequest, ProviderView, SessionAnswer,
    SessionView, SignedIn, TokenRequest,
};
use wire::billing::{SeatUse, Statement};
use wire::branding::{Branding, BrandingView, ImageRequest, ImageView};
use wire::device::{
    ActivateAnswer, ActivateRequest, DeactivateAnswer, DeactivateRequest, DeviceRequest, DeviceView,
};
use wire::endpoints::Id;
use wire::export::{EraseRequest, ErasureView, ExportPage};
use wire::heartbeat::{HeartbeatAnswer, HeartbeatRequest};
use wire::hostname::{CertificateRequest, HostnameRequest, HostnameView};
use wire::issue::{Contract, GenerateAnswer, TermsPatch};
use wire::key::{
    GenerateKeyAnswer, GenerateKeyRequest, KeyView, LeakedKeyAnswer, LeakedKeyRequest,
    RestrictKeyRequest, RotateKeyRequest,
};
use wire::lease::{
    BorrowAnswer, BorrowRequest, CheckoutRequest, ExtendAnswer, ExtendRequest, LeaseView,
    QueuedView, ReturnAnswer, ReturnRequest,
};
use wire::license::{LicenseText, LicenseView, ReasonRequest, RenewRequest, UpdateLicenseRequest};
use wire::page::Page;
use wire::people::{
    GrantView, InvitationView, InviteRequest, RoleView, SupportAnswer, SupportRequest, UserRequest,
    UserView,
};
use wire::pool::{PoolEvent, PoolView, ReleaseAnswer, ReleaseRequest};
use wire::registration::{
    PendingAnswer, RegisterAnswer, RegisterRequest, SetLimitsRequest, SetPlanRequest,
    SubscriptionView, VerifiedAnswer, VerifyRequest,
};
use wire::sealing::SealingView;
use wire::signing::{RotateAnswer, SigningKeyView};
use wire::tenant::{
    CreateTenantRequest, PlanRequest, PlanView, ProductRequest, ProductView, TenantView,
};
use wire::validate::{ValidateAnswer, ValidateRequest};

/// What an endpoint takes and gives.
pub struct Shape {
    /// The body that it takes.
    pub request: Option<Value>,
    /// The status of a good answer.
    pub status: &'static str,
    /// The body of a good answer.
    pub answer: Option<Value>,
    /// The names in its query string.
    pub query: &'static [&'static str],
}

/// Another good answer than the usual one, with its status.
pub fn other_answer(id: Id, generator: &mut SchemaGenerator) -> Option<(&'static str, Value)> {
    match id {
        Id::Checkout => {
            let schema = Make(generator).of::<QueuedView>();
            let content = json!({ "application/json": { "schema": schema } });
            let description = "No seat was free: the caller waits in line.";
            Some(("202", json!({ "description": description, "content": content })))
        }
        Id::VerifyTenant => {
            let schema = Make(generator).of::<PendingAnswer>();
            let content = json!({ "application/json": { "schema": schema } });
            let description = "The record was not seen yet.";
            Some(("202", json!({ "description": description, "content": content })))
        }
        Id::PoolEvents => {
            let description =
                "To `Upgrade: websocket`: every event is a message, the JSON of an event's `data`.";
            Some(("101", json!({ "description": description })))
        }
        _ => None,
    }
}

/// What a good answer is made of. Of a stream of events, the schema is that of each one's `data`.
pub const fn media(id: Id) -> &'static str {
    match id {
        Id::Jwks => "application/jwk-set+json",
        Id::PoolEvents => "text/event-stream",
        Id::AuditExport => "application/x-ndjson",
        Id::RootPem => "application/x-pem-file",
        Id::SecurityTxt => "text/plain",
        _ => "application/json",
    }
}

const PAGE: &[&str] = &["cursor", "limit"];

struct Make<'g>(&'g mut SchemaGenerator);

impl Make<'_> {
    fn of<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    fn exchange<Q: JsonSchema, A: JsonSchema>(mut self, status: &'static str) -> Shape {
        Shape { request: Some(self.of::<Q>()), status, answer: Some(self.of::<A>()), query: &[] }
    }

    fn answer<A: JsonSchema>(mut self) -> Shape {
        Shape { request: None, status: "200", answer: Some(self.of::<A>()), query: &[] }
    }

    fn queried<A: JsonSchema>(self, query: &'static [&'static str]) -> Shape {
        Shape { query, ..self.answer::<A>() }
    }

    fn page<A: JsonSchema>(self, query: &'static [&'static str]) -> Shape {
        self.queried::<Page<A>>(query)
    }
}

fn text(media: &str) -> Shape {
    let answer = json!({ "type": if media == "object" { "object" } else { "string" } });
    Shape { request: None, status: "200", answer: Some(answer), query: &[] }
}

/// The shape of an endpoint; adds the schemas of its types to the generator.
pub fn shape(id: Id, generator: &mut SchemaGenerator) -> Shape {
    let make = Make(generator);
    match id {
        Id::Validate => make.exchange::<ValidateRequest, ValidateAnswer<'_>>("200"),
        Id::Heartbeat | Id::HeartbeatShort => {
            make.exchange::<HeartbeatRequest, HeartbeatAnswer>("200")
        }
        Id::Checkout => make.exchange::<CheckoutRequest, LeaseView>("201"),
        Id::Borrow => make.exchange::<BorrowRequest, BorrowAnswer>("201"),
        Id::Return => make.exchange::<ReturnRequest, ReturnAnswer>("200"),
        Id::Extend => make.exchange::<ExtendRequest, ExtendAnswer>("200"),
        Id::Pool => Shape { query: PAGE, ..make.answer::<PoolView>() },
        Id::PoolEvents => make.queried::<PoolEvent>(&["after", "follow"]),
        Id::PoolRules => make.exchange::<Rules, Rules>("200"),
        Id::ReleaseLease => make.exchange::<ReleaseRequest, ReleaseAnswer>("200"),
        Id::Generate => {
            // Named by the schemas that are written by hand.
            make.0.subschema_for::<(Contract, TermsPatch, LicenseCode, VersionRange)>();
            let request = Some(json!({ "$ref": "#/components/schemas/GenerateRequest" }));
            Shape { request, status: "201", ..make.answer::<GenerateAnswer>() }
        }
        Id::Activate => make.exchange::<ActivateRequest, ActivateAnswer>("2XX"),
        Id::Deactivate => make.exchange::<DeactivateRequest, DeactivateAnswer>("200"),
        Id::LicenseText => make.answer::<LicenseText>(),
        Id::SigningKeys => make.answer::<Page<SigningKeyView>>(),
        Id::RotateSigningKey => make.answer::<RotateAnswer>(),
        Id::Jwks | Id::OpenApi => text("object"),
        Id::RootPem | Id::SecurityTxt => text("string"),
        other => of_allocations(other, make),
    }
}

fn of_allocations(id: Id, make: Make<'_>) -> Shape {
    match id {
        Id::Reserve => make.exchange::<ReserveRequest, ReservationView>("201"),
        Id::FreeReservation => make.exchange::<FreeRequest, ReservationView>("200"),
        Id::CanProvision => make.queried::<ProvisionView>(&["node", "metric", "quantity"]),
        Id::Allocations => make.queried::<AllocationsView>(&["cursor", "limit", "node"]),
        Id::SetAllocation => make.exchange::<SetAllocation, SetAllocation>("200"),
        Id::RemoveAllocation => {
            Shape { request: None, status: "204", answer: None, query: &["node"] }
        }
        Id::TransferAllocation => make.exchange::<Transfer, Transfer>("200"),
        other => of_control(other, make),
    }
}

fn of_branding(id: Id, make: Make<'_>) -> Shape {
    match id {
        Id::Branding => make.queried::<BrandingView>(&["tenant_id"]),
        Id::PutBranding => {
            let query = &["tenant_id", "check"];
            Shape { query, ..make.exchange::<Branding, BrandingView>("200") }
        }
        _ => Shape { query: &["tenant_id"], ..make.exchange::<ImageRequest, ImageView>("200") },
    }
}

fn of_control(id: Id, make: Make<'_>) -> Shape {
    match id {
        Id::Licenses => make.page::<LicenseView>(&["cursor", "limit", "view"]),
        Id::License => make.answer::<LicenseView>(),
        Id::UpdateLicense => make.exchange::<UpdateLicenseRequest, LicenseView>("200"),
        Id::RevokeLicense | Id::SuspendLicense | Id::ReinstateLicense => {
            make.exchange::<ReasonRequest, LicenseView>("200")
        }
        Id::RenewLicense => make.exchange::<RenewRequest, LicenseView>("200"),
        Id::Devices => make.page::<DeviceView>(PAGE),
        Id::BlockDevice | Id::UnblockDevice => make.exchange::<DeviceRequest, DeviceView>("200"),
        Id::Key => make.answer::<KeyView>(),
        Id::RotateKey => make.exchange::<RotateKeyRequest, GenerateKeyAnswer>("201"),
        Id::RestrictKey => make.exchange::<RestrictKeyRequest, KeyView>("200"),
        Id::LeakedKey => make.exchange::<LeakedKeyRequest, LeakedKeyAnswer>("202"),
        Id::GenerateKey => make.exchange::<GenerateKeyRequest, GenerateKeyAnswer>("201"),
        Id::Keys => make.page::<KeyView>(&["cursor", "limit", "tenant_id"]),
        Id::RegisterTenant => make.exchange::<RegisterRequest, RegisterAnswer>("201"),
        Id::VerifyTenant => make.exchange::<VerifyRequest, VerifiedAnswer>("200"),
        Id::SetPlan => make.exchange::<SetPlanRequest, SetPlanRequest>("200"),
        Id::SetLimits => make.exchange::<SetLimitsRequest, SetLimitsRequest>("200"),
        Id::Subscription => make.answer::<SubscriptionView>(),
        Id::Hostnames => make.page::<HostnameView>(PAGE),
        Id::AddHostname => make.exchange::<HostnameRequest, HostnameView>("201"),
        Id::Hostname | Id::VerifyHostname => make.answer::<HostnameView>(),
        Id::SetCertificate => make.exchange::<CertificateRequest, HostnameView>("200"),
        Id::RemoveHostname => Shape { request: None, status: "204", answer: None, query: &[] },
        Id::CreateTenant => make.exchange::<CreateTenantRequest, TenantView>("201"),
        Id::Tenants => make.page::<TenantView>(PAGE),
        Id::Tenant => make.answer::<TenantView>(),
        Id::SuspendTenant | Id::ReactivateTenant => {
            make.exchange::<ReasonRequest, TenantView>("200")
        }
        Id::Branding | Id::PutBranding | Id::PutLogo | Id::PutFavicon => of_branding(id, make),
        Id::RemoveLogo | Id::RemoveFavicon => {
            Shape { request: None, status: "204", answer: None, query: &["tenant_id"] }
        }
        Id::PutProduct => make.exchange::<ProductRequest, ProductView>("200"),
        Id::Products => make.page::<ProductView>(PAGE),
        Id::Fingerprints => make.answer::<FingerprintsView>(),
        Id::PutFingerprints => make.exchange::<Policy, Policy>("200"),
        Id::PutPlan => make.exchange::<PlanRequest, PlanView>("200"),
        Id::Plans => make.page::<PlanView>(PAGE),
        Id::Audit => make.page::<AuditView>(&[
            "cursor", "limit", "action", "actor", "subject", "since", "until",
        ]),
        Id::SeatUse => make.queried::<SeatUse>(&["start_date", "end_date", "by"]),
        Id::Overage => {
            make.queried::<Statement>(&["start_date", "end_date", "customer_crm_id", "format"])
        }
        Id::AuditExport => Shape { query: &["from", "to", "after"], ..text("string") },
        Id::Export => make.queried::<ExportPage>(PAGE),
        Id::EraseTenant => make.exchange::<EraseRequest, ErasureView>("202"),
        Id::Sealing => make.answer::<SealingView>(),
        Id::AuditCheck => make.answer::<AuditCheckAnswer>(),
        other => of_alerts(other, make),
    }
}

fn of_alerts(id: Id, make: Make<'_>) -> Shape {
    const TENANT: &[&str] = &["tenant_id"];
    match id {
        Id::Alerts => make.page::<AlertView>(&[
            "cursor",
            "limit",
            "tenant_id",
            "rule",
            "severity",
            "state",
            "key",
        ]),
        Id::Alert => make.queried::<AlertView>(TENANT),
        Id::AcknowledgeAlert => {
            Shape { query: TENANT, ..make.exchange::<AcknowledgeRequest, AlertView>("200") }
        }
        Id::AlertRules => make.queried::<AlertRules>(TENANT),
        Id::SetAlertRules => {
            Shape { query: TENANT, ..make.exchange::<AlertRules, AlertRules>("200") }
        }
        Id::AlertChannels => make.queried::<ChannelsView>(TENANT),
        Id::SetAlertChannels => {
            Shape { query: TENANT, ..make.exchange::<ChannelsRequest, ChannelsView>("200") }
        }
        other => of_people(other, make),
    }
}

fn of_people(id: Id, make: Make<'_>) -> Shape {
    const BELOW: &[&str] = &["cursor", "limit", "tenant_id"];
    match id {
        Id::SendLink => make.exchange::<LinkRequest, LinkAnswer>("202"),
        Id::RedeemLink => make.exchange::<TokenRequest, SignedIn>("200"),
        Id::AuthMethods => make.answer::<Methods>(),
        Id::OidcStart => {
            Shape { request: None, status: "303", answer: None, query: &["return_to"] }
        }
        Id::OidcCallback => Shape {
            request: None,
            status: "303",
            answer: None,
            query: &["state", "code", "iss", "error"],
        },
        Id::IdentityProvider => make.queried::<ProviderView>(&["tenant_id"]),
        Id::PutIdentityProvider => {
            Shape { query: &["tenant_id"], ..make.exchange::<ProviderRequest, ProviderView>("200") }
        }
        Id::OpenSupport => make.exchange::<SupportRequest, SupportAnswer>("201"),
        Id::Support => make.page::<GrantView>(BELOW),
        Id::Session => make.answer::<SessionAnswer>(),
        Id::Sessions => make.answer::<Page<SessionView>>(),
        Id::Roles => make.answer::<Page<RoleView>>(),
        Id::Users => make.page::<UserView>(BELOW),
        Id::UpdateUser => {
            Shape { query: &["tenant_id"], ..make.exchange::<UserRequest, UserView>("200") }
        }
        Id::Invitations => make.page::<InvitationView>(BELOW),
        Id::Invite => make.exchange::<InviteRequest, InvitationView>("201"),
        Id::AcceptInvitation => make.exchange::<AcceptRequest, SignedIn>("200"),
        Id::RemoveUser | Id::RevokeInvitation | Id::RemoveIdentityProvider | Id::EndSupport => {
            Shape { request: None, status: "204", answer: None, query: &["tenant_id"] }
        }
        // What revokes keys and sessions gives nothing.
        _ => Shape { request: None, status: "204", answer: None, query: &[] },
    }
}
