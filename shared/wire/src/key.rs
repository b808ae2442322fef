//! API keys: made once, shown once, listed without their secret.

use std::collections::BTreeMap;

use domain::id::KeyId;
use domain::limiter::CheckoutLimits;
use domain::perimeter::{AddressRange, HostPattern, Pin, Restrictions};
use domain::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A request that says what a key demands besides its secret: the fields of [`Restrictions`] beside others. They are listed
/// here, and not flattened, so that a wrong one is pointed at and an unknown one refused.
macro_rules! with_restrictions {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[derive(Clone, Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)*
            /// Limits of checkouts and borrows; 100 a minute and 1,000 an hour when missing.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub rate_limits: Option<CheckoutLimits>,
            /// Machines: `X-Hostname` must be one of these names (`ws-042.example.com`, `*.example.com`); up to 50.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub allowed_hostnames: Vec<HostPattern>,
            /// Networks: the client's address must lie in one of these (CIDR, IPv4 or IPv6); up to 50.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub allowed_ip_ranges: Vec<AddressRange>,
            /// A verified client certificate; or, without one, a signature by `signing_public_key`.
            #[serde(default)]
            pub require_mtls: bool,
            /// The certificate's common name, or one of its alternative names.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub client_cert_cn: Option<String>,
            /// One of the certificate's alternative names.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub client_cert_san: Option<String>,
            /// The certificate's SHA-256 must be one of these (hex, colons allowed); up to 50.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub client_cert_fingerprints: Vec<Pin>,
            /// Every request is signed (RFC 9421) with the private half of `signing_public_key`.
            #[serde(default)]
            pub require_signature: bool,
            /// The device's Ed25519 public key: PEM (SPKI), or the `x` of its JWK. Read back as the latter.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub signing_public_key: Option<String>,
        }

        impl $name {
            /// What the key demands besides its secret, as it was written.
            pub fn restrictions(&self) -> Restrictions {
                Restrictions {
                    allowed_hostnames: self.allowed_hostnames.clone(),
                    allowed_ip_ranges: self.allowed_ip_ranges.clone(),
                    require_mtls: self.require_mtls,
                    client_cert_cn: self.client_cert_cn.clone(),
                    client_cert_san: self.client_cert_san.clone(),
                    client_cert_fingerprints: self.client_cert_fingerprints.clone(),
                    require_signature: self.require_signature,
                    signing_public_key: self.signing_public_key.clone(),
                }
            }
        }
    };
}

with_restrictions! {
    /// A key for an application (seed 3).
    pub struct GenerateKeyRequest {
        /// For people, 1 to 200 bytes.
        pub app_name: String,
        /// What kind of application.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub app_type: Option<AppType>,
        /// What it may do; nobody hands out more than they have.
        pub scopes: Vec<Scope>,
        /// Days until it ends, 1 to 3650; never ends when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_in_days: Option<u32>,
        /// Seconds until it ends, for short-lived keys; wins over days.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_in_seconds: Option<u32>,
        /// How many requests it may make.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rate_limit: Option<RateLimit>,
        /// Up to 20 notes of up to 200 bytes each.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub metadata: BTreeMap<String, String>,
        /// Makes the key for a tenant below the caller's own (MSP for its customer, operator for anyone).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_id: Option<domain::id::TenantId>,
    }
}

with_restrictions! {
    /// What a key demands from now on, in place of what it demanded: what is missing is demanded no more.
    pub struct RestrictKeyRequest {}
}

/// A new secret in place of a key's old one.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateKeyRequest {
    /// How long the old key still works, 0 to 2,592,000 seconds (30 days); a day when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
}

/// A key that was seen where it should not be.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeakedKeyRequest {
    /// The whole key. Whoever has it may have it revoked.
    pub api_key: String,
}

/// The same for every key, whether there is one or not.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeakedKeyAnswer {
    /// If there is such a key, it is revoked.
    pub received: bool,
}

/// A limit on requests: never more than `requests` in any window of that length.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// 1 to 100,000,000.
    pub requests: u32,
    /// 1 to 86,400.
    pub window_seconds: u32,
}

impl Default for RateLimit {
    /// 6,000 a minute: a fleet behind one key, and no thief's harvest.
    fn default() -> Self {
        Self { requests: 6000, window_seconds: 60 }
    }
}

/// What kind of application uses a key.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppType {
    /// A program at a workplace.
    Desktop,
    /// A build pipeline.
    CiCd,
    /// A service in a cloud.
    CloudService,
    /// A control plane.
    ControlPlane,
}

/// A new key. This is the only time that it is shown.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenerateKeyAnswer {
    /// Its public name.
    pub key_id: KeyId,
    /// The key itself.
    pub api_key: String,
    /// Where it works.
    pub tenant_url: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Its end; missing when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// How an application is told about it.
    pub integration_snippet: IntegrationSnippet,
    /// The key whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<KeyId>,
    /// Until when that one still works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_ends_at: Option<Instant>,
}

/// How an application is told about its key (seed 3).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IntegrationSnippet {
    /// As environment variables.
    pub environment_variables: BTreeMap<String, String>,
    /// As a configuration file.
    pub config_file: BTreeMap<String, BTreeMap<String, String>>,
}

/// A key in a list: never the key itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyView {
    /// Its public name.
    pub key_id: KeyId,
    /// For people.
    pub app_name: String,
    /// What kind of application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_type: Option<AppType>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// How many requests it may make.
    pub rate_limit: RateLimit,
    /// When it was made.
    pub created_at: Instant,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Instant>,
    /// Notes.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// How many checkouts and borrows it may make.
    pub rate_limits: CheckoutLimits,
    /// What it demands besides its secret; missing when that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrictions: Option<Box<Restrictions>>,
    /// Its last use, to the minute; missing when it was never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_use: Option<LastUse>,
    /// The key that took its place when it was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<KeyId>,
}

/// When and from where a key was last used. Of uses within a minute the first is told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastUse {
    /// When.
    pub at: Instant,
    /// The client's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The name that the machine gave itself (`X-Hostname`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}
