//! Messages of the `Pool` object.

use domain::id::LeaseId;
use domain::place::Shard;
use domain::pool::{Ask, Gauges, Lease, PoolTerms, Refusal, Rules, Ticket};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What a pool is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PoolCall {
    /// Anything that changes the book.
    Ask {
        /// Where the holder's records live: the journal is shipped there.
        shard: Shard,
        /// The license as the caller knows it; newer terms than the pool's take effect first.
        terms: Box<PoolTerms>,
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
    },
    /// A lease lasts longer.
    Extended {
        /// Which.
        lease: LeaseId,
        /// Its end.
        ends: Millis,
    },
    /// A place in the line is given up, or terms or rules were taken over.
    Done,
    /// To `View`.
    View(Box<PoolView>),
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
