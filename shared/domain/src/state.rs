//! The state of a license at an instant (product.md, "License states").

use serde::{Deserialize, Serialize};

use crate::license::{License, Standing};
use crate::time::Millis;
use crate::usage::{Usage, first_excess};

/// The state of a license. The order of the variants is the precedence: the first that applies wins.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Ended by the issuer, for good.
    Revoked,
    /// Stopped by the issuer or by billing.
    Suspended,
    /// Past its end and its grace.
    Expired,
    /// Past its end, or exceeded for too long: only listed operations.
    Grace,
    /// Reported use is over a limit.
    Exceeded,
    /// The end is near.
    Warning,
    /// Within validity and limits.
    Active,
}

impl State {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Grace => "grace",
            Self::Exceeded => "exceeded",
            Self::Warning => "warning",
            Self::Active => "active",
        }
    }
}

/// Information about a coming end starts this long before it.
pub const INFORM_SECONDS: i64 = 30 * 86_400;

/// The state at `now` with the newest reported `usage`. The end instant itself counts as past.
pub fn state(license: &License, usage: &Usage, now: Millis) -> State {
    match license.standing {
        Standing::Revoked => return State::Revoked,
        Standing::Suspended => return State::Suspended,
        Standing::Active => {}
    }
    if let Some(end) = license.ends {
        if end.plus_seconds(license.terms.grace_seconds.into()) <= now {
            return State::Expired;
        }
        if end <= now {
            return State::Grace;
        }
    }
    if first_excess(usage, &license.terms.limits).is_some() {
        return if excess_is_over(license, now) { State::Grace } else { State::Exceeded };
    }
    match license.ends {
        Some(end) if end <= now.plus_seconds(license.terms.warn_seconds.into()) => State::Warning,
        _ => State::Active,
    }
}

/// Whether a soft excess has outlived the time that the terms give it.
fn excess_is_over(license: &License, now: Millis) -> bool {
    match (license.exceeded_since, license.terms.exceeded.grace_seconds) {
        (Some(since), Some(seconds)) => since.plus_seconds(seconds.into()) <= now,
        _ => false,
    }
}
