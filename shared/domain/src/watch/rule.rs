//! What is watched for, and how grave it is.

use serde::{Deserialize, Serialize};

/// What an alert is about. The order is that of the list in the documentation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AlertRule"))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A key is used from a network from which it has not been used before.
    UnknownAddress,
    /// A key is used with an `X-Hostname` that it has not been used with before.
    UnknownHost,
    /// A key is used by an application that has not used it before, or that its product's issuer does not know.
    UnknownFingerprint,
    /// A key makes many more calls than it ever has.
    UnusualRate,
    /// A key is used outside of business hours.
    OutsideBusinessHours,
    /// A key is shown on another tenant's host.
    CrossTenant,
    /// A layer refuses a key.
    Refused,
}

/// How grave an alert is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AlertSeverity"))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Low,
    /// Somebody should look.
    Medium,
    /// Somebody must look.
    High,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 7] = [
        Self::UnknownAddress,
        Self::UnknownHost,
        Self::UnknownFingerprint,
        Self::UnusualRate,
        Self::OutsideBusinessHours,
        Self::CrossTenant,
        Self::Refused,
    ];

    /// The name on the wire and at rest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::UnknownHost => "unknown_host",
            Self::UnknownFingerprint => "unknown_fingerprint",
            Self::UnusualRate => "unusual_rate",
            Self::OutsideBusinessHours => "outside_business_hours",
            Self::CrossTenant => "cross_tenant",
            Self::Refused => "refused",
        }
    }

    /// The rule of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Whether what raised it can be made known to the key, so that it raises no more.
    pub const fn can_be_trusted(self) -> bool {
        matches!(self, Self::UnknownAddress | Self::UnknownHost | Self::UnknownFingerprint)
    }

    /// One line for people: the subject of a mail.
    pub const fn title(self) -> &'static str {
        match self {
            Self::UnknownAddress => "An API key is used from an unknown network",
            Self::UnknownHost => "An API key is used on an unknown host",
            Self::UnknownFingerprint => "An API key is used by an unknown application",
            Self::UnusualRate => "An API key makes unusually many calls",
            Self::OutsideBusinessHours => "An API key is used outside of business hours",
            Self::CrossTenant => "An API key was shown on another tenant's host",
            Self::Refused => "An API key was refused",
        }
    }
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The name on the wire and at rest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}
