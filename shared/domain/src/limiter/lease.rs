//! What travels between book and edges, and what an edge keeps.

use serde::{Deserialize, Serialize};

use crate::limiter::{GUARD_MS, LEASE_MS};
use crate::time::Millis;

/// No edge asks for more at once.
const MOST: u32 = 4096;

/// Tokens granted to an edge, and how the key stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Lease {
    /// Tokens; 0 when the limit is reached.
    pub granted: u32,
    /// Names the grant when tokens are given back.
    pub slot: Millis,
    /// End of the lease by the book's clock.
    pub expires: Millis,
    /// Length of the lease: an edge counts it from before its call, by its own clock.
    pub valid_ms: i64,
    /// Tokens that were still free after this grant.
    pub remaining: u32,
    /// Until the oldest tokens in use are free again; 0 when none are in use.
    pub reset_ms: i64,
    /// The limit in force.
    pub limit: u32,
    /// The window that it is for.
    pub window_ms: i64,
}

/// What an edge asks the book for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Tokens wanted.
    pub want: u32,
    /// Tokens of earlier leases that were not spent and never will be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Back>,
}

/// Tokens given back. To be sent at most once: the book cannot tell a repeat.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// [`Lease::slot`] of the grant.
    pub slot: Millis,
    /// How many.
    pub unspent: u32,
}

/// What the `RateLimit` headers of one answer say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counters {
    /// The limit in force.
    pub limit: u32,
    /// The window that it is for, in seconds, rounded up.
    pub window_seconds: i64,
    /// Requests left, as far as this edge knows.
    pub remaining: u32,
    /// Until tokens in use come back, in seconds, rounded up.
    pub reset_seconds: i64,
}

/// The tokens that one edge holds of one key. Plain data, fit for an isolate's cache.
#[derive(Clone, Debug, Default)]
pub struct LocalLease {
    held: Vec<Held>,
    /// Tokens spent since the last call to the book.
    spent: u32,
    /// Tokens granted by the last call.
    last_granted: u32,
    last: Option<(Lease, Millis)>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    slot: Millis,
    left: u32,
    expires: Millis,
}

impl LocalLease {
    /// Spends one token. `None` when none is held: the book has to be asked, unless
    /// [`LocalLease::refused`] already knows its answer.
    pub fn take(&mut self, now: Millis) -> Option<Counters> {
        let held = self.held.iter_mut().find(|held| held.left > 0 && now < held.expires)?;
        held.left -= 1;
        self.spent = self.spent.saturating_add(1);
        self.counters(now)
    }

    /// What to ask the book for. Everything still held is given back, so the answer must be
    /// passed to [`LocalLease::accept`], and the ask must not be sent twice.
    ///
    /// Demand is learnt: twice as much as last time when all was spent, else what was spent.
    pub fn ask(&mut self) -> Ask {
        let back: Vec<Back> = self
            .held
            .drain(..)
            .filter(|h| h.left > 0)
            .map(|h| Back { slot: h.slot, unspent: h.left })
            .collect();
        let want = if back.is_empty() { self.last_granted.saturating_mul(2) } else { self.spent };
        self.spent = 0;
        Ask { want: want.clamp(1, MOST), back }
    }

    /// Takes the book's answer in. `asked` is this edge's clock from before the call, so that
    /// neither the way nor a difference of clocks prolongs the lease.
    pub fn accept(&mut self, lease: Lease, asked: Millis) {
        let expires = asked.plus(lease.valid_ms.min(LEASE_MS) - GUARD_MS);
        if lease.granted > 0 {
            self.held.push(Held { slot: lease.slot, left: lease.granted, expires });
        }
        self.last_granted = lease.granted;
        self.last = Some((lease, asked));
    }

    /// The refusal that the book gave less than a lease's time ago, so that a caller over its
    /// limit costs no further hops. `None` when the book should be asked.
    pub fn refused(&self, now: Millis) -> Option<Counters> {
        let (lease, asked) = self.last?;
        let until = asked.plus(lease.reset_ms.clamp(0, LEASE_MS));
        (lease.granted == 0 && asked <= now && now < until).then(|| self.counters(now)).flatten()
    }

    /// What the headers say; `None` before the first answer of the book.
    pub fn counters(&self, now: Millis) -> Option<Counters> {
        let (lease, asked) = self.last?;
        let left = self.held.iter().filter(|held| now < held.expires).map(|held| held.left);
        let reset = asked.plus(lease.reset_ms).since(now).max(0);
        Some(Counters {
            limit: lease.limit,
            window_seconds: ceil_seconds(lease.window_ms),
            remaining: left.fold(lease.remaining, u32::saturating_add),
            reset_seconds: ceil_seconds(reset),
        })
    }
}

const fn ceil_seconds(millis: i64) -> i64 {
    millis.saturating_add(999).div_euclid(1000)
}
