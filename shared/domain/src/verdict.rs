//! The answer to a validation: a code from a fixed, ordered list, a state and warnings.

use serde::{Deserialize, Serialize};

use crate::state::State;
use crate::time::Millis;
use crate::usage::Usage;

/// Why a verdict is what it is. The order of the variants is the precedence (protocol.md).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The holder has no such license.
    NotFound,
    /// Ended by the issuer.
    Revoked,
    /// Stopped by the issuer or by billing.
    Suspended,
    /// The holder or the issuer is suspended.
    TenantSuspended,
    /// The license key is forged, altered or outdated by its signature.
    KeyInvalid,
    /// The license is for another product.
    ProductMismatch,
    /// The issuer of the product does not let this application in.
    AppNotAllowed,
    /// The license does not cover this version of the product.
    VersionMismatch,
    /// The license has not started.
    NotYetValid,
    /// The license is past its end and its grace.
    Expired,
    /// Only the operations in `allow_in_grace` are open.
    Grace,
    /// The license is bound to devices and the request names none.
    FingerprintRequired,
    /// The device's hardware is not the one that was activated.
    FingerprintMismatch,
    /// The device has not been activated.
    NotActivated,
    /// The device was blocked.
    DeviceBlocked,
    /// More devices are active than the license allows, and this is one of the later ones.
    TooManyDevices,
    /// Two installations use one device's identity.
    CloneSuspected,
    /// The device's clock is off by more than a day.
    ClockSuspected,
    /// The feature asked for is not in the license.
    FeatureNotLicensed,
    /// Reported use is over a limit.
    LimitExceeded,
    /// The device has missed its heartbeats.
    HeartbeatOverdue,
    /// No store could confirm the license, and it may not be used unconfirmed.
    OnlineRequired,
    /// The signed license is good; no store could confirm it.
    ValidUnconfirmed,
    /// The license is good.
    Valid,
}

impl Code {
    /// Every code in order of precedence.
    pub const ALL: [Self; 24] = [
        Self::NotFound,
        Self::Revoked,
        Self::Suspended,
        Self::TenantSuspended,
        Self::KeyInvalid,
        Self::ProductMismatch,
        Self::AppNotAllowed,
        Self::VersionMismatch,
        Self::NotYetValid,
        Self::Expired,
        Self::Grace,
        Self::FingerprintRequired,
        Self::FingerprintMismatch,
        Self::NotActivated,
        Self::DeviceBlocked,
        Self::TooManyDevices,
        Self::CloneSuspected,
        Self::ClockSuspected,
        Self::FeatureNotLicensed,
        Self::LimitExceeded,
        Self::HeartbeatOverdue,
        Self::OnlineRequired,
        Self::ValidUnconfirmed,
        Self::Valid,
    ];

    /// The name on the wire and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Revoked => "REVOKED",
            Self::Suspended => "SUSPENDED",
            Self::TenantSuspended => "TENANT_SUSPENDED",
            Self::KeyInvalid => "KEY_INVALID",
            Self::ProductMismatch => "PRODUCT_MISMATCH",
            Self::AppNotAllowed => "APP_NOT_ALLOWED",
            Self::VersionMismatch => "VERSION_MISMATCH",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::Expired => "EXPIRED",
            Self::Grace => "GRACE",
            Self::FingerprintRequired => "FINGERPRINT_REQUIRED",
            Self::FingerprintMismatch => "FINGERPRINT_MISMATCH",
            Self::NotActivated => "NOT_ACTIVATED",
            Self::DeviceBlocked => "DEVICE_BLOCKED",
            Self::TooManyDevices => "TOO_MANY_DEVICES",
            Self::CloneSuspected => "CLONE_SUSPECTED",
            Self::ClockSuspected => "CLOCK_SUSPECTED",
            Self::FeatureNotLicensed => "FEATURE_NOT_LICENSED",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::HeartbeatOverdue => "HEARTBEAT_OVERDUE",
            Self::OnlineRequired => "ONLINE_REQUIRED",
            Self::ValidUnconfirmed => "VALID_UNCONFIRMED",
            Self::Valid => "VALID",
        }
    }
}

/// Something the product should show or act on, although the license may be used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// A verdict code, `EXPIRES_SOON` or `EXPIRES_LATER`.
    pub code: String,
    /// For people.
    pub detail: String,
}

/// The answer to a validation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// Whether the product may do what it asked for.
    pub valid: bool,
    /// The first reason in order of precedence.
    pub code: Code,
    /// The license's state; `None` when no license was found.
    pub state: Option<State>,
    /// One sentence on the code, with the metric, feature or instant that it is about.
    pub detail: String,
    /// What to show or act on.
    pub warnings: Vec<Warning>,
    /// What is left of each limit with reported use.
    pub remaining: Usage,
    /// Until when this answer holds: validate again before.
    pub holds_until: Millis,
    /// Until when the product may run without another answer.
    pub run_until: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_the_wire_and_the_list_is_in_order() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
        assert!(Code::ALL.is_sorted());
    }
}
