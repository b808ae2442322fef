//! What a tenant wants to be told. Every rule can be switched off, and has a severity and a threshold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::watch::book::MOST_KNOWN;
use crate::watch::{BusinessHours, RateRule, Rule, Severity};

/// A day, in seconds.
const DAY: u32 = 86_400;

/// One rule as a tenant wants it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AlertRuleSetting"))]
#[serde(deny_unknown_fields)]
pub struct RuleSetting {
    /// Whether it raises anything.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How grave its alerts are.
    pub severity: Severity,
    /// Raised with this call of an episode: 1 to 1,000,000.
    #[serde(default = "one")]
    pub threshold: u32,
}

const fn yes() -> bool {
    true
}

const fn one() -> u32 {
    1
}

/// How a key's usual networks, hosts and applications are learnt: what it is admitted with in its first time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Learning {
    /// Seconds from its first call: up to 90 days. 0: nothing is known that was not trusted by people.
    pub seconds: u32,
    /// As many different ones of each sort: 1 to 256.
    pub distinct: u32,
}

impl Default for Learning {
    fn default() -> Self {
        Self { seconds: 7 * DAY, distinct: 20 }
    }
}

/// Everything that a tenant can say about its alerts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AlertRules"))]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// How what is usual is learnt.
    pub learning: Learning,
    /// An episode is over when nothing of it was seen for so many seconds: 1 to 86,400.
    pub quiet_seconds: u32,
    /// When a key's rate is unusual.
    pub rate: RateRule,
    /// When business is done; without them nothing is outside of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_hours: Option<BusinessHours>,
    /// Rules that are not as they are by default.
    pub rules: BTreeMap<Rule, RuleSetting>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            learning: Learning::default(),
            quiet_seconds: 3_600,
            rate: RateRule::default(),
            business_hours: None,
            rules: BTreeMap::new(),
        }
    }
}

/// A setting out of range: RFC 6901 pointer and reason.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{pointer} {reason}")]
pub struct RulesError {
    /// Where it stands.
    pub pointer: String,
    /// What is wrong.
    pub reason: String,
}

impl Rules {
    /// The setting of `rule`.
    pub fn of(&self, rule: Rule) -> RuleSetting {
        self.rules.get(&rule).copied().unwrap_or_else(|| usual(rule))
    }

    /// The rules with every setting said.
    #[must_use]
    pub fn spelled_out(mut self) -> Self {
        for rule in Rule::ALL {
            self.rules.entry(rule).or_insert_with(|| usual(rule));
        }
        self
    }

    /// Whether every setting is in range. That the time zone exists the platform has to say.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn check(&self) -> Result<(), RulesError> {
        within("/learning/seconds", self.learning.seconds, 0, 90 * DAY)?;
        let most = u32::try_from(MOST_KNOWN).unwrap_or(u32::MAX);
        within("/learning/distinct", self.learning.distinct, 1, most)?;
        within("/quiet_seconds", self.quiet_seconds, 1, DAY)?;
        within("/rate/window_seconds", self.rate.window_seconds, 1, 3_600)?;
        within("/rate/factor", self.rate.factor, 1, 1_000)?;
        within("/rate/minimum", self.rate.minimum, 1, 1_000_000_000)?;
        within("/rate/history", self.rate.history, 1, 168)?;
        if let Some(hours) = &self.business_hours {
            hours.check()?;
        }
        self.rules.iter().try_for_each(|(rule, setting)| {
            let pointer = format!("/rules/{}/threshold", rule.name());
            within(&pointer, setting.threshold, 1, 1_000_000)
        })
    }
}

/// What a rule is like unless a tenant says otherwise.
const fn usual(rule: Rule) -> RuleSetting {
    let severity = match rule {
        Rule::CrossTenant => Severity::High,
        Rule::OutsideBusinessHours => Severity::Low,
        _ => Severity::Medium,
    };
    RuleSetting { enabled: true, severity, threshold: 1 }
}

fn within(pointer: &str, value: u32, least: u32, most: u32) -> Result<(), RulesError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(RulesError { pointer: pointer.to_owned(), reason: format!("must be {least} to {most}") })
}
