//! Messages of the `Pool` object.

use domain::id::LeaseId;
use domain::place::Shard;
use domain::pool::{
    Ask, Decision, Event, Gauges, Lease, Place, PoolTerms, Refusal, Reply, Rules, Ticket,
};
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use wire::pool::PoolEvent;

/// What a pool is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PoolCall {
    /// Anything that changes the book.
    Ask {
        /// Where the holder's records live: the journal is shipped there.
        shard: Shard,
        /// The license as the caller knows it; newer terms than the pool's take effect first. Missing
        /// where the caller has only a lease or a ticket: a pool that was never told any terms then
        /// has neither, answers so, and keeps nothing.
        #[serde(default)]
        terms: Option<Box<PoolTerms>>,
        /// The ask.
        ask: Box<Ask>,
    },
    /// How the pool stands: gauges, rules and the line, and a page of its leases.
    View {
        /// Where the holder's records live.
        shard: Shard,
        /// The license as the caller knows it.
        terms: Box<PoolTerms>,
        /// Only leases granted after the one of this number.
        after: u64,
        /// At most 200.
        limit: u32,
    },
    /// What happened. Nothing is settled by it: it reads the journal as it is.
    Events {
        /// Only after the entry of this number; none: nothing yet, only where the journal stands.
        after: Option<u64>,
        /// At most so many entries, and at most 500.
        limit: u32,
    },
    /// The license changed. Nothing happens where nobody ever asked for a seat.
    SetTerms {
        /// What holds now.
        terms: Box<PoolTerms>,
    },
}

/// What a pool answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolReply {
    /// A lease.
    Granted {
        /// The lease, as it was granted.
        lease: Box<Lease>,
        /// Whether an earlier answer is repeated.
        replayed: bool,
    },
    /// A place in the line.
    Queued {
        /// The ticket to come back with.
        ticket: domain::id::TicketId,
        /// 1 at the head of the line.
        position: usize,
        /// When enough leases will have ended.
        estimate: Option<Millis>,
        /// Until when seats are set aside.
        reserved_until: Option<Millis>,
    },
    /// No.
    Refused(Refusal),
    /// A lease is over for its holder.
    Returned {
        /// Which.
        lease: LeaseId,
        /// Since when.
        at: Millis,
        /// Until when its seats stay taken.
        held_until: Option<Millis>,
        /// Whether it was borrowed.
        #[serde(default)]
        borrowed: bool,
        /// Whether an earlier answer is repeated.
        #[serde(default)]
        replayed: bool,
    },
    /// A lease lasts longer.
    Extended {
        /// Which.
        lease: LeaseId,
        /// Its end.
        ends: Millis,
    },
    /// Terms or rules.
    Adopted {
        /// The version in force.
        version: i64,
        /// Whether this very ask made it so. Of two with the same number the later one changes nothing.
        changed: bool,
    },
    /// A place in the line is given up.
    Done,
    /// To `View`.
    View(Box<PoolView>),
    /// To `Events`.
    Events(Box<PoolEvents>),
}

/// A page of what happened, for readers that know how far they have read (`workers/objects/js/reader.mjs`).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct PoolEvents {
    /// What is about seats, in order.
    pub events: Vec<PoolEvent>,
    /// Everything after the entry of this number is in the journal. Who has read less has missed something.
    pub from: u64,
    /// The page reaches up to this entry.
    pub next: u64,
    /// The number of the newest entry.
    pub newest: u64,
}

/// How a pool stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PoolView {
    /// The license's terms in force.
    pub terms: PoolTerms,
    /// Seats held and tickets waiting.
    pub gauges: Gauges,
    /// The customer's rules.
    pub rules: Rules,
    /// A page of living leases, in the order in which they were granted.
    pub leases: Vec<Lease>,
    /// The line.
    pub queue: Vec<Ticket>,
    /// The number of the newest entry of the journal.
    pub seq: u64,
}

impl PoolReply {
    /// What the book has decided, as callers hear it.
    pub fn of(decision: &Decision) -> Self {
        match decision.reply.clone() {
            Reply::Granted { lease, replayed } => Self::Granted { lease, replayed },
            Reply::Queued(Place { ticket, position, estimate, reserved_until }) => {
                Self::Queued { ticket, position, estimate, reserved_until }
            }
            Reply::Refused(refusal) => Self::Refused(refusal),
            Reply::Returned { lease, at, held_until, borrowed, replayed } => {
                Self::Returned { lease, at, held_until, borrowed, replayed }
            }
            Reply::Extended { lease, ends } => Self::Extended { lease, ends },
            Reply::Left { .. } => Self::Done,
            Reply::Adopted { version } => {
                let adopts = |event: &Event| {
                    matches!(event, Event::TermsSet { .. } | Event::RulesSet { .. })
                };
                let changed = decision.entries.iter().any(|entry| adopts(&entry.event));
                Self::Adopted { version, changed }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pool::Book;

    #[test]
    fn of_two_changes_with_the_same_number_the_first_one_is_told_that_it_holds() {
        let mut book = Book::new(PoolTerms { commit: 5, open: true, ..PoolTerms::default() });
        let mut set = |max_per_user| {
            let rules = Rules { version: 1, max_per_user: Some(max_per_user), ..Rules::default() };
            PoolReply::of(&book.handle(Ask::SetRules(rules), Millis(1)))
        };
        assert_eq!(set(1), PoolReply::Adopted { version: 1, changed: true });
        assert_eq!(set(2), PoolReply::Adopted { version: 1, changed: false });
        assert_eq!(book.rules().max_per_user, Some(1));
    }

    #[test]
    fn a_call_without_terms_is_read_as_one() {
        let text = r#"{"ask":{"shard":"eu","ask":{"ask":"extend","lease":"lease_e00000000000000000000000000_0123456789abcdef","by":{"owner":"k"}}}}"#;
        let call: PoolCall = serde_json::from_str(text).unwrap();
        assert!(matches!(call, PoolCall::Ask { terms: None, .. }), "{call:?}");
    }
}
