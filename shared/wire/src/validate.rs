//! `POST /api/v1/licenses/validate`: what applications and control planes ask, and the verdict.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::command::Command;
use domain::state::State;
use domain::usage::{Metric, Usage};
use domain::verdict::{Code, Verdict, Warning};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::Instant;

/// The largest whole number that every JSON reader keeps exact: 2^53 - 1.
pub const MAX_COUNT: u64 = (1 << 53) - 1;

/// A question about a license. It names the license by `license_id` (id or code) or `license_key`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ValidateRequest {
    /// License id or license code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_id: Option<String>,
    /// The signed license: product key or compact JWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_key: Option<String>,
    /// Composite fingerprint of the machine, as used at activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
    /// The device's id, from its activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Hashed hardware components, for matching that forgives changed parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Newest gauges: `vm_count`, `storage_gb`, ...
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub usage_metrics: BTreeMap<String, Gauge>,
    /// The product that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The feature or operation that it wants to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// 1 to 128 characters, echoed in the answer, which is then signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Ask the stores, whatever the caches hold.
    #[serde(skip_serializing_if = "is_false")]
    pub strict: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_false(b: &bool) -> bool {
    !*b
}

/// Hashed hardware components by name (docs/formats.md, "Fingerprints").
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// `machine_id`, `system_uuid`, `cpu`, ... each with its salted hash.
    pub components: BTreeMap<String, String>,
}

/// A reported gauge: a count, or a text that is only kept (`last_backup`).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Gauge {
    /// A whole number from 0 to 2^53 - 1.
    Count(u64),
    /// A text of at most 200 bytes.
    Text(String),
}

impl<'de> Deserialize<'de> for Gauge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GaugeVisitor)
    }
}

struct GaugeVisitor;

impl Visitor<'_> for GaugeVisitor {
    type Value = Gauge;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a whole number from 0 to 2^53 - 1, or a text of at most 200 bytes")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Gauge, E> {
        if count > MAX_COUNT {
            return Err(E::invalid_value(de::Unexpected::Unsigned(count), &self));
        }
        Ok(Gauge::Count(count))
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Gauge, E> {
        u64::try_from(count)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(count), &self))
            .and_then(|count| self.visit_u64(count))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Gauge, E> {
        if text.len() > 200 {
            return Err(E::invalid_length(text.len(), &self));
        }
        Ok(Gauge::Text(text.to_owned()))
    }
}

/// The reported counts by the metric that they count against; gauges that nothing limits are left out.
pub fn counted(gauges: &BTreeMap<String, Gauge>) -> Usage {
    gauges
        .iter()
        .filter_map(|(name, gauge)| match gauge {
            Gauge::Count(count) => Some((Metric::of_gauge(name)?, *count)),
            Gauge::Text(_) => None,
        })
        .collect()
}

/// What a license entitles to.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entitlements<'a> {
    /// Features that are on.
    pub features: Cow<'a, [String]>,
    /// Limits by metric; one that is missing is unlimited.
    pub limits: Cow<'a, BTreeMap<Metric, u64>>,
}

/// The verdict as an answer. A negative one is not an error: 200 with `valid: false`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidateAnswer<'a> {
    /// Whether the product may do what it asked for.
    pub valid: bool,
    /// The first reason in order of precedence.
    pub code: Code,
    /// The license's state; missing when no license was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// One sentence on the code.
    pub detail: Cow<'a, str>,
    /// The license's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_id: Option<Cow<'a, str>>,
    /// Counts the changes of the license: fetch its text again when it grew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_version: Option<i64>,
    /// Seconds for which this answer holds: validate again within.
    pub expires_in: i64,
    /// The license's end; missing when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Until when the product may run without another answer.
    pub run_until: Instant,
    /// What the license entitles to; missing when no license was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlements: Option<Entitlements<'a>>,
    /// What is left of each limit with reported use.
    pub remaining: Usage,
    /// What to show or act on.
    pub warnings: Cow<'a, [Warning]>,
    /// Commands that wait for this device.
    pub commands: Cow<'a, [CommandView]>,
    /// Whether a store could not be asked.
    pub degraded: bool,
    /// What could not be confirmed, when degraded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unconfirmed: Vec<Cow<'a, str>>,
    /// The request's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Cow<'a, str>>,
    /// When the answer was made.
    pub time: Instant,
}

/// A command as a device sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommandView {
    /// What to acknowledge.
    pub id: domain::id::CommandId,
    /// What to do.
    #[serde(flatten)]
    pub order: domain::command::Order,
}

impl From<Command> for CommandView {
    fn from(command: Command) -> Self {
        Self { id: command.id, order: command.order }
    }
}

impl<'a> ValidateAnswer<'a> {
    /// The answer for a verdict made at `now`, without license, commands and nonce.
    pub fn new(verdict: &'a Verdict, now: domain::time::Millis) -> Self {
        Self {
            valid: verdict.valid,
            code: verdict.code,
            state: verdict.state,
            detail: Cow::Borrowed(&verdict.detail),
            license_id: None,
            license_version: None,
            expires_in: verdict.holds_until.since(now) / 1000,
            expires_at: None,
            run_until: verdict.run_until.into(),
            entitlements: None,
            remaining: verdict.remaining.clone(),
            warnings: Cow::Borrowed(&verdict.warnings),
            commands: Cow::Borrowed(&[]),
            degraded: false,
            unconfirmed: Vec::new(),
            nonce: None,
            time: now.into(),
        }
    }

    /// Adds what the license says of itself.
    #[must_use]
    pub fn about(mut self, license: &'a domain::license::License) -> Self {
        self.license_id = Some(Cow::Borrowed(license.id.as_str()));
        self.license_version = Some(license.version);
        self.expires_at = license.ends.map(Into::into);
        self.entitlements = Some(Entitlements {
            features: Cow::Borrowed(&license.terms.features),
            limits: Cow::Borrowed(&license.terms.limits),
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    #[test]
    fn seed_1s_request_reads_as_it_stands() {
        let body = br#"{"license_id": "ACME-ENT-50VM-2025-ABC123", "hardware_id": "sha256-hash-of-hardware",
            "usage_metrics": {"vm_count": 45, "storage_gb": 890, "last_backup": "2025-10-04T10:30:00Z"}}"#;
        let request: ValidateRequest = body::read(body).unwrap();
        assert_eq!(
            counted(&request.usage_metrics),
            Usage::from([(Metric::Vms, 45), (Metric::StorageGb, 890)])
        );
    }

    #[test]
    fn gauges_at_the_edges_are_exact_or_refused() {
        let rows = [
            ("0", true),
            ("9007199254740991", true),
            ("9007199254740992", false),
            ("18446744073709551615", false),
            ("-1", false),
            ("1.5", false),
            ("1e3", false),
            ("null", false),
            ("true", false),
        ];
        for (number, fits) in rows {
            let body = format!(r#"{{"usage_metrics":{{"vm_count":{number}}}}}"#);
            let result = body::read::<ValidateRequest>(body.as_bytes());
            assert_eq!(result.is_ok(), fits, "{number}");
            if let Err(problem) = result {
                assert_eq!(problem.errors[0].pointer, "/usage_metrics/vm_count", "{number}");
            }
        }
    }
}
