//! What a pool must know of its license.

use serde::{Deserialize, Serialize};

use crate::terms::{Floating, Sharing, WhenStopped};
use crate::time::Millis;

/// What a pool must know of its license.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PoolTerms {
    /// The version of the license; a lower one comes too late.
    pub version: i64,
    /// Seats within the price.
    pub commit: u32,
    /// Seats above it.
    pub max_overage: u32,
    /// How seats are lent.
    #[serde(default)]
    pub floating: Floating,
    /// Whether seats are given out: not while the license is suspended or revoked.
    pub open: bool,
    /// No lease reaches beyond this instant.
    #[serde(default)]
    pub ends: Option<Millis>,
}

impl PoolTerms {
    /// All seats.
    pub const fn seats(&self) -> u32 {
        self.commit.saturating_add(self.max_overage)
    }

    /// Whether leases end as soon as these terms are known.
    pub fn stop_now(&self) -> bool {
        !self.open && self.floating.when_stopped == WhenStopped::EndNow
    }

    /// Whether seats may be given out at `at`.
    pub fn gives(&self, at: Millis) -> bool {
        self.open && self.ends.is_none_or(|ends| at < ends)
    }

    /// The end of a lease of `ttl_seconds` that begins at `at`.
    pub fn end_of(&self, at: Millis, ttl_seconds: u32) -> Millis {
        self.clip(at.plus_seconds(i64::from(ttl_seconds)))
    }

    /// `end`, or the end of the license when that is earlier.
    pub fn clip(&self, end: Millis) -> Millis {
        self.ends.map_or(end, |ends| ends.min(end))
    }

    /// Who needs one seat only.
    pub const fn sharing(&self) -> Sharing {
        self.floating.sharing
    }
}
