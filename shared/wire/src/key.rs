//! API keys: made once, shown once, listed without their secret.

use std::collections::BTreeMap;

use domain::id::KeyId;
use domain::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A key for an application (seed 3).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
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
}
