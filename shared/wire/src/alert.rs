//! Alerts about API keys, what raises them and where they go.

use domain::app::{Listed, Mode};
use domain::id::{AlertId, ChannelId, KeyId, ProductId, TenantId};
use domain::watch::{Alert, Rule, Severity};
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// Whether somebody took note of an alert.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Nobody did.
    Open,
    /// Somebody did.
    Acknowledged,
}

/// Something unusual about an API key, once per episode.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertView {
    /// Its id.
    pub alert_id: AlertId,
    /// What it is about.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// The key; missing where a product of the tenant is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    /// What is not usual: a network, a host, an application, the code of a refusal. Empty where the rule has none, or where
    /// there are too many different ones.
    pub value: String,
    /// How the first of its calls looked.
    pub detail: serde_json::Value,
    /// Calls so far.
    pub calls: u64,
    /// The first of them.
    pub first_at: Instant,
    /// The last of them.
    pub last_at: Instant,
    /// Whether somebody took note of it.
    pub state: AlertState,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Instant>,
    /// Who: a user or a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether its value is usual for the key from then on.
    #[serde(default)]
    pub trusted: bool,
}

impl From<Alert> for AlertView {
    /// An alert as it is raised.
    fn from(alert: Alert) -> Self {
        Self {
            alert_id: alert.id,
            rule: alert.rule,
            severity: alert.severity,
            key_id: alert.key,
            value: alert.value,
            detail: alert.detail,
            calls: alert.calls,
            first_at: alert.first.into(),
            last_at: alert.last.into(),
            state: AlertState::Open,
            acknowledged_at: None,
            acknowledged_by: None,
            note: None,
            trusted: false,
        }
    }
}

/// Takes note of an alert.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AcknowledgeRequest {
    /// For people, up to 500 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Makes the alert's value usual for its key: an unknown network, host or application raises no more.
    pub trust: bool,
}

/// What webhooks carry.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertNotice {
    /// `alert.raised`
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was raised.
    pub timestamp: Instant,
    /// What was raised.
    pub data: AlertNews,
}

/// An alert, and whose it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertNews {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertView,
}

/// Where alerts are to go: everything that is not named goes away.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChannelsRequest {
    /// Mail addresses, at most 10.
    pub emails: Vec<String>,
    /// Webhooks, at most 10. One whose URL is there already keeps its secret.
    pub webhooks: Vec<WebhookRequest>,
}

/// A webhook.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// `https://...`, to a host of the public internet. Requests are signed after Standard Webhooks 1.0.
    pub url: String,
}

/// Where alerts go.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelsView {
    /// Mail addresses.
    pub emails: Vec<String>,
    /// Webhooks.
    pub webhooks: Vec<WebhookView>,
}

/// A webhook as its tenant sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookView {
    /// Its id.
    pub webhook_id: ChannelId,
    /// Where it goes.
    pub url: String,
    /// What signatures are made with: `whsec_...`. Shown once, when the webhook is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Which applications of a product its issuer lets in, and which have used it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FingerprintsView {
    /// The product.
    pub product_id: ProductId,
    /// What is done with applications that are not known.
    pub mode: Mode,
    /// Known ones.
    pub allowed: Vec<Listed>,
    /// Unwanted ones.
    pub blocked: Vec<Listed>,
    /// Those that have used it, the ones heard last first; at most 500.
    pub seen: Vec<SeenApp>,
}

/// An application of one customer that has used a product.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeenApp {
    /// `X-App-Fingerprint`; empty where it sent none and was refused for that.
    pub fingerprint: String,
    /// `X-Lib-Version`; may be empty.
    pub lib_version: String,
    /// Who holds the license.
    pub customer: TenantId,
    /// How many calls, about.
    pub calls: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// The first of them.
    pub first_at: Instant,
    /// The last of them.
    pub last_at: Instant,
}
