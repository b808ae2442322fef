//! Rate limits that hold everywhere at once, without a hop per request.
//!
//! The book (one per key, in the `Limiter` object) hands out leases of tokens; an edge spends them
//! within [`LEASE_MS`]. A token granted at `t` is spent before `t + LEASE_MS`, so whatever is spent in
//! a window was granted in that window or in the lease time before it. The book therefore keeps
//! the grants of any `window + LEASE_MS` at or below the limit, and with that the spending of any window.

mod book;
mod checkouts;
mod lease;

use serde::{Deserialize, Serialize};

pub use book::Book;
pub use checkouts::CheckoutLimits;
pub use lease::{Ask, Back, Counters, Lease, LocalLease};

/// How long a granted token may be spent, in milliseconds.
///
/// Long enough that a busy edge asks about once a second, short enough that tokens lost with an
/// idle edge, and the share of each window given up for certainty (1 s of 60 s), stay small.
pub const LEASE_MS: i64 = 1_000;

/// How much of its lease an edge leaves unused, in milliseconds: in Workers the clock stands still
/// between I/O, so a request may be a little later than its `now`.
pub const GUARD_MS: i64 = 50;

/// At most `limit` requests in any window of `window_ms`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Policy {
    /// Requests.
    pub limit: u32,
    /// Milliseconds; values below 1 count as 1.
    pub window_ms: i64,
}

impl Policy {
    /// Grants are counted in slots of a sixtieth of the window: few enough to store in one row,
    /// and only one slot's time is given up to the rounding.
    fn slot_ms(self) -> i64 {
        (self.window_ms / 60).max(1)
    }
}

#[cfg(test)]
mod tests;
