//! A lease, from its grant until it is forgotten.

use serde::{Deserialize, Serialize};

use crate::id::{LeaseId, TicketId};
use crate::pool::subject::{Key, OwnedKey, Subject};
use crate::pool::taken::Seats;
use crate::time::Millis;

/// A lease: one row of a snapshot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// The number of the entry that granted it.
    pub number: u64,
    /// The number of the lease that took the seats of this hold: its own, unless it shares them.
    pub hold: u64,
    /// Who holds it.
    pub subject: Subject,
    /// What it is used for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Seats that were asked for.
    pub quantity: u32,
    /// Seats that it took itself: all of `quantity`, or none when it shares a hold.
    #[serde(flatten)]
    pub seats: Seats,
    /// Since when.
    pub started: Millis,
    /// The end that the grant named.
    pub granted_until: Millis,
    /// The end in force: this instant is past it already. The end of lingering once returned.
    pub ends: Millis,
    /// How long it was to last; its extensions too, unless they say otherwise.
    pub ttl_seconds: u32,
    /// Whether it is used without a network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub borrowed: bool,
    /// Since when it is not used any more, its seats perhaps still taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Millis>,
    /// Its end; such a lease holds nothing and is kept to answer repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ending>,
    /// The keys it was asked for with: of the ask that queued, and of the one that claimed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// The ticket that it was claimed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The keys it was returned with: by its holder, and by an administrator while it lingered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub return_keys: Vec<OwnedKey>,
}

/// When and how a lease ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Ending {
    /// When.
    pub at: Millis,
    /// How.
    pub how: How,
    /// The number of the entry that says so.
    pub seq: u64,
}

/// How a lease ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum How {
    /// Its holder gave it back.
    Returned,
    /// Its time was over.
    Expired,
    /// An administrator took it back.
    Released {
        /// Why.
        reason: String,
        /// The principal.
        by: String,
    },
    /// The license was suspended or revoked.
    Stopped,
}

impl Lease {
    /// Whether it holds seats: its own, or others' that it shares.
    pub const fn holds(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether it has a price.
    pub const fn is_overage(&self) -> bool {
        self.seats.overage > 0
    }

    /// Whether it took the seats of its hold.
    pub const fn founded(&self) -> bool {
        self.hold == self.number
    }

    /// Since when its holder may not use it; `None` while it may.
    pub fn over(&self) -> Option<Millis> {
        self.returned.or_else(|| self.ended.as_ref().map(|ending| ending.at))
    }

    /// As it was granted.
    #[must_use]
    pub fn as_granted(&self) -> Self {
        let (ends, return_keys) = (self.granted_until, Vec::new());
        Self { ends, returned: None, ended: None, return_keys, ..self.clone() }
    }
}
