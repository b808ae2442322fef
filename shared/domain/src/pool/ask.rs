//! What the book is asked, and what it answers.

use serde::{Deserialize, Serialize};

use crate::id::{LeaseId, TicketId};
use crate::pool::entry::Entry;
use crate::pool::lease::Lease;
use crate::pool::refusal::Refusal;
use crate::pool::rules::Rules;
use crate::pool::subject::{By, Key, Subject};
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::Place;
use crate::time::Millis;

/// What the book is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// A lease.
    Checkout(Checkout),
    /// A lease for work without a network.
    Borrow(Borrow),
    /// Giving a lease back, borrowed ones too. With [`By::admin`] it is a release.
    Return {
        /// Which.
        lease: LeaseId,
        /// Who.
        by: By,
        /// Recognises a repeat.
        #[serde(default)]
        key: Option<Key>,
    },
    /// More time; never less than the lease has already.
    Extend {
        /// Which.
        lease: LeaseId,
        /// Who.
        by: By,
        /// From now on; as long as the lease was to last when missing.
        #[serde(default)]
        ttl_seconds: Option<u32>,
    },
    /// Taking a lease back, of a lost device for example: its seats are free at once.
    Release {
        /// Which.
        lease: LeaseId,
        /// Why.
        reason: String,
        /// The administrator.
        by: String,
    },
    /// Giving up a place in the line.
    Leave {
        /// Which.
        ticket: TicketId,
        /// Who.
        by: By,
    },
    /// The license has changed.
    SetTerms(PoolTerms),
    /// The customer's rules have changed.
    SetRules(Rules),
}

/// An ask for a lease.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    /// The id of the lease, should it be granted.
    pub lease: LeaseId,
    /// The id of the ticket, should the caller have to wait.
    pub ticket: TicketId,
    /// Who asks.
    pub subject: Subject,
    /// Seats.
    pub quantity: u32,
    /// How long; the license says when missing.
    #[serde(default)]
    pub ttl_seconds: Option<u32>,
    /// What the seats are for.
    #[serde(default)]
    pub features: Vec<String>,
    /// Whether to queue when no seat is free.
    #[serde(default)]
    pub wait: bool,
    /// The ticket that the caller comes back with. What the ticket asks for counts then, not what
    /// stands here; only `lease`, the owner and `key` are read.
    #[serde(default)]
    pub resume: Option<TicketId>,
    /// Recognises a repeat.
    #[serde(default)]
    pub key: Option<Key>,
}

/// An ask for a lease for work without a network. It neither shares a hold nor waits in line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Borrow {
    /// The ask; `ttl_seconds`, `wait` and `resume` are not read.
    pub checkout: Checkout,
    /// How long.
    pub until_seconds: u32,
}

/// An answer, and what it changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// The answer.
    pub reply: Reply,
    /// What has been due and what was decided, in order. To be journaled before the answer leaves.
    pub entries: Vec<Entry>,
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// The lease, as it was granted.
    Granted {
        /// The lease.
        lease: Box<Lease>,
        /// Whether an earlier answer is repeated.
        replayed: bool,
    },
    /// The caller waits, and comes back with its ticket or the same key.
    Queued(Place),
    /// No.
    Refused(Refusal),
    /// The lease is over for its holder.
    Returned {
        /// The lease.
        lease: LeaseId,
        /// Since when.
        at: Millis,
        /// Until when its seats stay taken, when they are not free at once.
        held_until: Option<Millis>,
        /// Whether it was borrowed.
        borrowed: bool,
        /// Whether an earlier answer is repeated.
        replayed: bool,
    },
    /// The lease lasts longer, or as long as before when that is longer.
    Extended {
        /// The lease.
        lease: LeaseId,
        /// Its end.
        ends: Millis,
    },
    /// The place in the line is given up.
    Left {
        /// The ticket.
        ticket: TicketId,
    },
    /// The terms or rules in force: those asked for, or newer ones.
    Adopted {
        /// Their version.
        version: i64,
    },
}
