//! Problems (RFC 9457): one table from a stable code to its status and title.
//!
//! `code` is public and a heading in docs/errors.md; it is never renamed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code: a heading in docs/errors.md.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// One line for people, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

kinds! {
    /// The body is not JSON, or not UTF-8.
    MalformedJson = "malformed-json", 400, "The body is not well-formed JSON";
    /// A header has no usable value.
    InvalidHeader = "invalid-header", 400, "A header has no usable value";
    /// The answer does not belong to what this browser asked.
    OidcStateMismatch = "oidc-state-mismatch", 400, "This browser has not begun this sign-in";
    /// Another provider answers than was asked.
    OidcIssuerMismatch = "oidc-issuer-mismatch", 400, "Another identity provider answers than was asked";
    /// The token answers to another request.
    OidcNonceMismatch = "oidc-nonce-mismatch", 400, "The identity provider's token answers to another sign-in";
    /// The token is not genuine, or not for us.
    OidcTokenInvalid = "oidc-token-invalid", 400, "The identity provider's token is not valid";
    /// The provider gives nothing for the code.
    OidcCodeRefused = "oidc-code-refused", 400, "The identity provider refuses its own code";
    /// No credentials.
    CredentialsMissing = "credentials-missing", 401, "This endpoint needs credentials";
    /// A key with a typing error: refused without a look-up.
    CredentialsMalformed = "credentials-malformed", 401, "The credentials are malformed";
    /// No such key.
    CredentialsUnknown = "credentials-unknown", 401, "The credentials are not known";
    /// The key is past its end.
    CredentialsExpired = "credentials-expired", 401, "The credentials have expired";
    /// The key was revoked.
    CredentialsRevoked = "credentials-revoked", 401, "The credentials were revoked";
    /// The key belongs to another tenant's host.
    WrongHost = "wrong-host", 403, "These credentials are not for this host";
    /// The key works on other machines only.
    HostnameNotAllowed = "hostname-not-allowed", 403, "These credentials are not for this machine";
    /// The key works from other networks only.
    AddressNotAllowed = "address-not-allowed", 403, "These credentials are not for this network";
    /// The key works with a client certificate only.
    CertificateRequired = "certificate-required", 403, "These credentials need a client certificate";
    /// The client's certificate was not verified, or was revoked.
    CertificateInvalid = "certificate-invalid", 403, "The client certificate is not valid";
    /// The client's certificate is another than the key wants.
    CertificateMismatch = "certificate-mismatch", 403, "The client certificate belongs to somebody else";
    /// The key works for signed requests only.
    SignatureRequired = "signature-required", 403, "These credentials need a signed request";
    /// The request's signature is not good.
    SignatureInvalid = "signature-invalid", 403, "The signature of the request is not valid";
    /// The key lacks a scope.
    ScopeMissing = "scope-missing", 403, "The credentials lack a scope";
    /// A page of another site sent it.
    CrossSiteRequest = "cross-site-request", 403, "The request comes from a page of another site";
    /// The provider has let nobody in.
    OidcDenied = "oidc-denied", 403, "The identity provider has let nobody in";
    /// The provider does not vouch for the address.
    OidcEmailUnverified = "oidc-email-unverified", 403, "The identity provider does not vouch for a mail address";
    /// Only people have what is asked for.
    SessionNeeded = "session-needed", 403, "Only people who have signed in may do this";
    /// The provider vouches for somebody whom nobody invited.
    NotInvited = "not-invited", 403, "Nobody has invited this person";
    /// The kind of tenant may not do this.
    RoleNotAllowed = "role-not-allowed", 403, "This kind of tenant may not do this";
    /// The tenant is suspended.
    TenantSuspended = "tenant-suspended", 403, "The tenant is suspended";
    /// The issuer of the product does not let this application in.
    AppNotAllowed = "app-not-allowed", 403, "This application is not allowed";
    /// The customer's rules shut the caller out.
    SeatExcluded = "seat-excluded", 403, "The rules of the pool exclude the caller";
    /// The lease or ticket belongs to another key.
    LeaseNotYours = "lease-not-yours", 403, "The lease belongs to somebody else";
    /// The device was blocked.
    DeviceBlocked = "device-blocked", 403, "The device is blocked";
    /// No endpoint has this path.
    NotFound = "not-found", 404, "There is nothing at this address";
    /// Nobody's host.
    UnknownHost = "unknown-host", 404, "This host belongs to nobody";
    /// No such license for this caller.
    LicenseNotFound = "license-not-found", 404, "There is no such license";
    /// No such device.
    DeviceNotFound = "device-not-found", 404, "There is no such device";
    /// No such lease.
    LeaseNotFound = "lease-not-found", 404, "There is no such lease";
    /// No such ticket.
    TicketNotFound = "ticket-not-found", 404, "There is no such ticket";
    /// Nothing is held under this request id.
    ReservationNotFound = "reservation-not-found", 404, "There is no such reservation";
    /// Not in the tree of allocations.
    UnknownNode = "unknown-node", 404, "There is no such node";
    /// No such API key.
    KeyNotFound = "key-not-found", 404, "There is no such key";
    /// No such person.
    UserNotFound = "user-not-found", 404, "There is no such person";
    /// No such session.
    SessionNotFound = "session-not-found", 404, "There is no such session";
    /// No such invitation.
    InvitationNotFound = "invitation-not-found", 404, "There is no such invitation";
    /// No such grant of support access.
    GrantNotFound = "grant-not-found", 404, "There is no such support access";
    /// The tenant has no identity provider.
    NoIdentityProvider = "no-identity-provider", 404, "There is no identity provider";
    /// Never was a link of this host.
    TokenUnknown = "token-unknown", 404, "This link or invitation is not known here";
    /// No such tenant for this caller.
    TenantNotFound = "tenant-not-found", 404, "There is no such tenant";
    /// No registration has this token.
    RegistrationNotFound = "registration-not-found", 404, "There is no such registration";
    /// Not a domain of this tenant.
    HostnameNotFound = "hostname-not-found", 404, "There is no such domain";
    /// No such alert.
    AlertNotFound = "alert-not-found", 404, "There is no such alert";
    /// No such plan.
    PlanNotFound = "plan-not-found", 404, "There is no such plan";
    /// The path is known, the method is not.
    MethodNotAllowed = "method-not-allowed", 405, "This address does not answer that method";
    /// The same Idempotency-Key is still at work.
    IdempotencyRunning = "idempotency-running", 409, "The same request is still at work";
    /// Something of this name exists.
    AlreadyExists = "already-exists", 409, "Something of this name exists already";
    /// A company's domain that another tenant has proved.
    DomainTaken = "domain-taken", 409, "The domain is another tenant's";
    /// Expired, or somebody else was faster.
    RegistrationEnded = "registration-ended", 409, "The registration has ended";
    /// The plan of the service allows no more.
    PlanLimitReached = "plan-limit-reached", 409, "The plan allows no more";
    /// Not at the platform yet.
    HostnameNotReady = "hostname-not-ready", 409, "The domain is not proved yet";
    /// An MSP is erased after its customers.
    TenantHasCustomers = "tenant-has-customers", 409, "The tenant has customers";
    /// Somebody else changed it first.
    VersionConflict = "version-conflict", 409, "It was changed by somebody else meanwhile";
    /// All activations are taken.
    DeviceLimitReached = "device-limit-reached", 409, "All devices of this license are taken";
    /// The license may not move again.
    MigrationsUsed = "migrations-used", 409, "The license has used up its migrations";
    /// The license's state forbids it.
    LicenseNotUsable = "license-not-usable", 409, "The license's state does not allow this";
    /// A feature was asked for that is not in the license.
    FeatureNotLicensed = "feature-not-licensed", 409, "The license does not have this feature";
    /// The license has no floating seats at all.
    NoSeatsLicensed = "no-seats-licensed", 409, "The license has no floating seats";
    /// All seats are taken.
    NoSeatFree = "no-seat-free", 409, "No seat is free";
    /// The user or group may not hold more.
    CapReached = "cap-reached", 409, "The user or group may not hold more seats";
    /// Too many wait already.
    QueueFull = "queue-full", 409, "Too many wait for a seat already";
    /// The license lends nothing.
    BorrowNotAllowed = "borrow-not-allowed", 409, "Seats of this license cannot be borrowed";
    /// The customer's rules keep the other seats back.
    BorrowKeepsBack = "borrow-keeps-back", 409, "The rules of the pool keep the other seats back";
    /// The lease is over.
    LeaseEnded = "lease-ended", 409, "The lease has ended";
    /// More is wanted than there is.
    NoCapacity = "no-capacity", 409, "There is not enough capacity";
    /// More is in use than may be: nothing new until that is over.
    AllocationExceeded = "allocation-exceeded", 409, "More is in use than may be";
    /// The children's parts would not fit into the parent's.
    SumExceedsParent = "sum-exceeds-parent", 409, "The parent has not so much to promise";
    /// More is promised below than the node would have.
    PromisedBelow = "promised-below", 409, "More is promised to nodes below";
    /// The giver has not so much to give.
    NotEnoughFree = "not-enough-free", 409, "The node has not so much to give";
    /// The node holds something or has children.
    NodeInUse = "node-in-use", 409, "The node is in use";
    /// As many as one license can have.
    AllocationFull = "allocation-full", 409, "There are as many as there can be";
    /// The request id is in use for something else.
    RequestIdReused = "request-id-reused", 409, "The request id is in use for another reservation";
    /// The link was used.
    TokenUsed = "token-used", 410, "This link or invitation was used already";
    /// The link is past its end.
    TokenExpired = "token-expired", 410, "This link or invitation has expired";
    /// The body is too large.
    BodyTooLarge = "body-too-large", 413, "The body is too large";
    /// Not application/json.
    UnsupportedMediaType = "unsupported-media-type", 415, "The body must be application/json";
    /// Fields are missing, unknown or out of range.
    InvalidRequest = "invalid-request", 422, "The request has invalid fields";
    /// The platform does not take the certificate.
    CertificateRefused = "certificate-refused", 422, "The certificate was refused";
    /// For longer than the license allows.
    BorrowTooLong = "borrow-too-long", 422, "Seats of this license cannot be borrowed for so long";
    /// The same Idempotency-Key came with another body.
    IdempotencyMismatch = "idempotency-mismatch", 422, "The Idempotency-Key was used for another request";
    /// The key is revoked or past its end.
    KeyEnded = "key-ended", 409, "The key has ended";
    /// Over the rate limit.
    RateLimited = "rate-limited", 429, "Too many requests";
    /// The reason stays in the log.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The provider cannot be reached.
    IdentityProviderAway = "identity-provider-away", 503, "The identity provider cannot be reached";
    /// A store that this answer needs cannot be reached.
    StoreUnavailable = "store-unavailable", 503, "A store cannot be reached";
}

/// A field that is wrong: RFC 6901 pointer and reason.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// JSON pointer into the request body; empty for the whole body.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A problem as an application/problem+json body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Opens the heading of the code in docs/errors.md.
    #[serde(rename = "type")]
    pub uri: String,
    /// One line for people, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is particular to this occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The wrong fields, for `invalid-request`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The request that it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is particular to the code, in members of its own (RFC 9457, section 3.2).
    #[serde(default, flatten)]
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A problem of `kind` with what is particular to it.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            uri: format!("/docs/errors#{}", kind.code()),
            title: kind.title().to_owned(),
            status: kind.status(),
            code: kind.code().to_owned(),
            detail: (!detail.is_empty()).then_some(detail),
            errors: Vec::new(),
            request_id: None,
            extra: Map::new(),
        }
    }

    /// Adds a member of its own to the problem. `name` is none of the fixed ones.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// An `invalid-request` for one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(Kind::InvalidRequest, "");
        problem.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        problem
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let codes: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|k| k.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|k| (400..600).contains(&k.status())));
    }

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let json =
            serde_json::to_value(Problem::field("/limits/vms", "must be below 2^53")).unwrap();
        assert_eq!(json["type"], "/docs/errors#invalid-request");
        assert_eq!(json["status"], 422);
        assert_eq!(json["errors"][0]["pointer"], "/limits/vms");
        assert!(json.get("detail").is_none());
    }

    #[test]
    fn members_of_its_own_stand_beside_the_fixed_ones_and_are_read_back() {
        let problem = Problem::new(Kind::NoSeatFree, "").with("commit", 5).with("held", 8);
        let text = serde_json::to_string(&problem).unwrap();
        assert!(text.ends_with(r#""code":"no-seat-free","commit":5,"held":8}"#), "{text}");
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
    }

    #[test]
    fn every_code_is_a_heading_in_the_docs() {
        let docs =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md"))
                .unwrap();
        for kind in Kind::ALL {
            assert!(docs.contains(&format!("\n## {}\n", kind.code())), "{}", kind.code());
        }
    }
}
