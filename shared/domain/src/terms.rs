//! The terms of a license: what it allows, how strictly, and what happens near and past its end.
//!
//! The same shape stands in the database, in the license's claims and in the API.

mod floating;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::usage::Metric;
use crate::version::VersionRange;

pub use floating::{Floating, OverageBasis, Sharing, WhenStopped, WhenUnreachable};

/// What a license allows and asks for. Durations are in seconds.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// Names of the features that are on, sorted, without repeats.
    pub features: Vec<String>,
    /// Upper limits by metric; a metric that is missing is unlimited.
    pub limits: BTreeMap<Metric, u64>,
    /// Floating seats within the price.
    #[serde(skip_serializing_if = "is_zero")]
    pub commit: u32,
    /// Floating seats above the price that may be used.
    #[serde(skip_serializing_if = "is_zero")]
    pub max_overage: u32,
    /// What the seats cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
    /// How floating seats are lent.
    #[serde(skip_serializing_if = "Floating::is_usual")]
    pub floating: Floating,
    /// How the license is tied to devices.
    pub binding: Binding,
    /// What devices must report, and how often.
    pub report: Report,
    /// How long after the end the operations in `allow_in_grace` stay open.
    pub grace_seconds: u32,
    /// From how long before the end answers carry a warning.
    pub warn_seconds: u32,
    /// Operations that stay open in grace, by feature name.
    pub allow_in_grace: Vec<String>,
    /// What reported use above a limit leads to.
    pub exceeded: Exceeded,
    /// Product versions covered; all when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<VersionRange>,
    /// Whether running work may finish while suspended.
    #[serde(skip_serializing_if = "is_false")]
    pub finish_when_suspended: bool,
}

/// Prices of floating seats (seed 3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    /// For the commit quantity, per month.
    pub commit_fee_monthly: Money,
    /// For each unit of overage, counted by `overage_basis`.
    pub overage_per_use: Money,
    /// What a unit of overage is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overage_basis: OverageBasis,
}

/// How strictly a license is tied to hardware.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Binding {
    /// Whether a device must be known, and what a mismatch leads to.
    pub mode: BindingMode,
    /// How much of the hardware must still be the same.
    #[serde(rename = "match")]
    pub matching: Matching,
    /// A fingerprint fixed at issue; devices activate their own when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// How often the license may move to another device.
    pub migrations: u32,
}

/// What a fingerprint that does not match leads to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BindingMode {
    /// No activation is needed.
    #[default]
    None,
    /// Activation is needed; another fingerprint warns and asks for re-activation.
    Soft,
    /// Activation is needed; another fingerprint is refused.
    Strict,
}

/// How many of the weighted components must match.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// One component is enough.
    Any,
    /// Two components.
    Two,
    /// More than half of the weight.
    #[default]
    Most,
    /// Every component.
    All,
}

/// What devices must report, and how often.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Between two heartbeats.
    pub heartbeat_seconds: u32,
    /// Between two usage reports.
    pub usage_seconds: u32,
    /// Between two validations.
    pub validate_seconds: u32,
    /// Whether a validation without confirmation by the server is refused.
    pub require_online: bool,
    /// How long a device may run without an answer.
    pub offline_grace_seconds: u32,
}

impl Default for Report {
    /// Seed 1: heartbeat every 15 minutes, usage hourly, validation daily, a week offline.
    fn default() -> Self {
        Self {
            heartbeat_seconds: 900,
            usage_seconds: 3600,
            validate_seconds: 86_400,
            require_online: false,
            offline_grace_seconds: 604_800,
        }
    }
}

/// What reported use above a limit leads to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Exceeded {
    /// Refuse at once, or warn first.
    pub policy: ExceededPolicy,
    /// How long a soft excess may last before it becomes grace. Unlimited when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<u32>,
    /// Whether new provisions are blocked meanwhile.
    pub block_provisions: bool,
}

impl Default for Exceeded {
    fn default() -> Self {
        Self { policy: ExceededPolicy::Soft, grace_seconds: None, block_provisions: true }
    }
}

/// Whether use above a limit refuses or warns.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExceededPolicy {
    /// Valid with a warning.
    Soft,
    /// Not valid: `LIMIT_EXCEEDED`.
    Hard,
}

impl Terms {
    /// Warn from seven days before the end (product.md).
    pub const WARN_SECONDS: u32 = 604_800;
    /// Thirty days of grace (product.md).
    pub const GRACE_SECONDS: u32 = 2_592_000;

    /// Sorts and deduplicates the lists, so that equal terms have equal bytes.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        for list in [&mut self.features, &mut self.allow_in_grace] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }

    /// Whether `feature` is licensed.
    pub fn has_feature(&self, feature: &str) -> bool {
        self.features.iter().any(|f| f == feature)
    }

    /// How many devices may be activated at a time; unlimited when missing.
    pub fn device_limit(&self) -> Option<u64> {
        self.limits.get(&Metric::Devices).copied()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_false(b: &bool) -> bool {
    !*b
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn stored_terms_v1_still_read() {
        let bytes = r#"{"features":["backup_local"],"limits":{"devices":3,"vms":50},"binding":{"mode":"strict","match":"most","migrations":2},"report":{"heartbeat_seconds":900,"usage_seconds":3600,"validate_seconds":86400,"require_online":false,"offline_grace_seconds":604800},"grace_seconds":2592000,"warn_seconds":604800,"allow_in_grace":[],"exceeded":{"policy":"soft","block_provisions":true}}"#;
        let terms: Terms = serde_json::from_str(bytes).unwrap();
        assert_eq!(terms.device_limit(), Some(3));
        assert_eq!(serde_json::to_string(&terms).unwrap(), bytes);
    }

    #[test]
    fn normalized_terms_sort_and_deduplicate() {
        let terms =
            Terms { features: vec!["b".into(), "a".into(), "b".into()], ..Terms::default() };
        assert_eq!(terms.normalized().features, ["a", "b"]);
    }

    #[test]
    fn stored_floating_terms_v1_still_read() {
        let bytes = r#"{"ttl_seconds":60,"max_ttl_seconds":120,"min_seconds":5,"linger_seconds":6,"sharing":"user_host","when_stopped":"end_now","claim_seconds":7,"max_queue":8,"borrow_max_seconds":9,"when_unreachable":"run_on"}"#;
        let floating: Floating = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&floating).unwrap(), bytes);
        assert_eq!(serde_json::from_str::<Floating>("{}").unwrap(), Floating::default());
        let terms = Terms { floating, ..Terms::default() };
        let again: Terms = serde_json::from_str(&serde_json::to_string(&terms).unwrap()).unwrap();
        assert_eq!(again, terms);
    }

    #[test]
    fn prices_are_per_checkout_unless_they_say_otherwise() {
        let plain = r#"{"commit_fee_monthly":{"amount":500000,"currency":"EUR"},"overage_per_use":{"amount":50000,"currency":"EUR"}}"#;
        let pricing: Pricing = serde_json::from_str(plain).unwrap();
        assert_eq!(pricing.overage_basis, OverageBasis::Checkout);
        assert_eq!(pricing.overage_per_use, Money::new(50_000, Currency::EUR).unwrap());
        assert_eq!(serde_json::to_string(&pricing).unwrap(), plain);
        let peak = plain.replace("}}", r#"},"overage_basis":"peak"}"#);
        let pricing: Pricing = serde_json::from_str(&peak).unwrap();
        assert_eq!(serde_json::to_string(&pricing).unwrap(), peak);
    }
}
