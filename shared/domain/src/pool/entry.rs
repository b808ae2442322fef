//! What the journal keeps: a row per change and per denial.

use serde::{Deserialize, Serialize};

use crate::id::{LeaseId, TicketId};
use crate::pool::lease::{How, Lease};
use crate::pool::rules::Rules;
use crate::pool::subject::{OwnedKey, Subject};
use crate::pool::taken::Seats;
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::{Claim, Ticket};
use crate::time::Millis;

/// One row of the journal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: u64,
    /// When it happened or was due; never earlier than the entry before.
    pub at: Millis,
    /// What happened.
    pub event: Event,
    /// Seats within the price that are held, after it.
    pub commit_held: u32,
    /// Seats above the price that are held, after it.
    pub overage_held: u32,
    /// Tickets in the line, after it.
    pub waiting: u32,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A lease was granted.
    CheckedOut {
        /// The lease with its keys.
        lease: Box<Lease>,
    },
    /// A lease lasts longer.
    Extended {
        /// Which.
        lease: LeaseId,
        /// Its new end.
        ends: Millis,
    },
    /// A lease was returned, and its seats linger.
    Returned {
        /// Which.
        lease: LeaseId,
        /// Until when they are taken.
        until: Millis,
        /// The key of the ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<OwnedKey>,
    },
    /// A lease holds nothing any more.
    Ended {
        /// Which.
        lease: LeaseId,
        /// How.
        how: How,
        /// Since when it was held.
        started: Millis,
        /// Seats that are free now; none when other leases share them. Over all entries, what
        /// was checked out less what was freed is what is held.
        #[serde(flatten)]
        freed: Seats,
        /// The key of the ask.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<OwnedKey>,
    },
    /// A denial: somebody wanted seats and got none.
    Refused {
        /// Who.
        subject: Subject,
        /// How many seats.
        quantity: u32,
        /// [`crate::pool::Refusal::name`].
        reason: String,
    },
    /// Somebody waits.
    Queued {
        /// The place in the line.
        ticket: Box<Ticket>,
    },
    /// The caller of a ticket has come back.
    Seen {
        /// Which.
        ticket: TicketId,
    },
    /// Seats are set aside for a ticket.
    SetAside {
        /// Which.
        ticket: TicketId,
        /// The seats.
        #[serde(flatten)]
        claim: Claim,
    },
    /// The caller gave its place up.
    Left {
        /// Which.
        ticket: TicketId,
    },
    /// The caller did not come back in time.
    Lapsed {
        /// Which.
        ticket: TicketId,
    },
    /// The license has changed.
    TermsSet {
        /// What it says now.
        terms: PoolTerms,
    },
    /// The customer's rules have changed.
    RulesSet {
        /// What they say now.
        rules: Box<Rules>,
    },
}
