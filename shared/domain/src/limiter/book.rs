//! What the `Limiter` object keeps.

use serde::{Deserialize, Serialize};

use crate::limiter::{Back, LEASE_MS, Lease, Policy};
use crate::time::Millis;

/// The grants of one key that still count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Book {
    policy: Policy,
    /// The latest instant seen: a clock that runs backwards stands still here.
    newest: Millis,
    /// Oldest first.
    slots: Vec<Slot>,
}

/// Tokens granted in one stretch of time that ends before `end`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Slot {
    end: Millis,
    granted: u32,
}

/// The book at rest.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u8,
    limit: u32,
    window_ms: i64,
    newest: Millis,
    slots: Vec<Slot>,
}

impl Book {
    /// An empty book.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, newest: Millis(0), slots: Vec::new() }
    }

    /// The policy in force.
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Changes the policy; what was granted before still counts, within the new window.
    pub const fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Grants up to `want` tokens: at most an eighth of what is free, so that several edges find
    /// some, one by one when it gets scarce, none when the limit is reached.
    pub fn lease(&mut self, want: u32, now: Millis) -> Lease {
        self.newest = self.newest.max(now);
        let (now, policy) = (self.newest, self.policy);
        let free = self.free(now);
        let granted = want.min((free / 8).max(1)).min(free);
        let slot = self.record(granted, now);
        Lease {
            granted,
            slot,
            expires: now.plus(LEASE_MS),
            valid_ms: LEASE_MS,
            remaining: free - granted,
            reset_ms: self.reset_ms(now),
            limit: policy.limit,
            window_ms: policy.window_ms,
        }
    }

    /// Takes back tokens that an edge has not spent and never will.
    pub fn give_back(&mut self, back: Back) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.end == back.slot) {
            slot.granted = slot.granted.saturating_sub(back.unspent);
        }
    }

    fn free(&mut self, now: Millis) -> u32 {
        let counted = self.policy.window_ms.max(1).saturating_add(LEASE_MS);
        self.slots.retain(|slot| slot.granted > 0 && slot.end.plus(counted) > now);
        let used = self.slots.iter().fold(0_u32, |sum, slot| sum.saturating_add(slot.granted));
        self.policy.limit.saturating_sub(used)
    }

    /// Notes the grant and names its slot.
    fn record(&mut self, granted: u32, now: Millis) -> Millis {
        let length = self.policy.slot_ms();
        let end = Millis(now.0.saturating_sub(now.0.rem_euclid(length)).saturating_add(length));
        match self.slots.last_mut() {
            _ if granted == 0 => {}
            Some(slot) if slot.end == end => slot.granted = slot.granted.saturating_add(granted),
            _ => self.slots.push(Slot { end, granted }),
        }
        end
    }

    /// Until the oldest tokens come back; 0 when none are out.
    fn reset_ms(&self, now: Millis) -> i64 {
        let counted = self.policy.window_ms.max(1).saturating_add(LEASE_MS);
        self.slots.iter().map(|slot| slot.end.plus(counted).since(now)).min().unwrap_or(0).max(0)
    }
}

impl From<Book> for Stored {
    fn from(book: Book) -> Self {
        let Policy { limit, window_ms } = book.policy;
        Self { v: 1, limit, window_ms, newest: book.newest, slots: book.slots }
    }
}

impl TryFrom<Stored> for Book {
    type Error = &'static str;
    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { v: 1, limit, window_ms, newest, slots } = stored else {
            return Err("unknown version of the limiter's book");
        };
        Ok(Self { policy: Policy { limit, window_ms }, newest, slots })
    }
}
