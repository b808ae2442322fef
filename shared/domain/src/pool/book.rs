//! The book: its rows, and what can be seen of them.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use serde::{Deserialize, Serialize};

use crate::id::LeaseId;
use crate::pool::ask::{Ask, Decision, Reply};
use crate::pool::entry::{Entry, Event};
use crate::pool::index::Index;
use crate::pool::lease::{Ending, How, Lease};
use crate::pool::rules::Rules;
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::Ticket;
use crate::time::Millis;

/// The book of one pool.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Book {
    pub(super) terms: PoolTerms,
    pub(super) rules: Rules,
    /// The number of the newest entry.
    pub(super) seq: u64,
    /// The instant of the newest entry: a clock that runs backwards stands still here.
    pub(super) newest: Millis,
    /// Living leases and those that are remembered, by number. Boxed, for numbers that only grow
    /// leave the nodes of a tree half empty.
    pub(super) leases: BTreeMap<u64, Box<Lease>>,
    /// The line, by number.
    pub(super) tickets: BTreeMap<u64, Ticket>,
    pub(super) index: Index,
}

/// How a pool stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Gauges {
    /// Seats within the price.
    pub commit: u32,
    /// Seats above it.
    pub max_overage: u32,
    /// Of `commit`, held. More than `commit` when the license has lost seats that are held.
    pub commit_held: u32,
    /// Of `max_overage`, held.
    pub overage_held: u32,
    /// Seats set aside for tickets.
    pub set_aside: u32,
    /// Seats held that are borrowed.
    pub borrowed: u32,
    /// Tickets in the line, those with seats set aside included.
    pub waiting: u32,
    /// Leases that hold seats, those that share them included.
    pub leases: usize,
}

impl Book {
    /// A book without leases.
    pub fn new(terms: PoolTerms) -> Self {
        Self {
            terms,
            rules: Rules::default(),
            seq: 0,
            newest: Millis(0),
            leases: BTreeMap::new(),
            tickets: BTreeMap::new(),
            index: Index::default(),
        }
    }

    /// Settles what is due, then decides. Refused asks change nothing but the denials in the
    /// journal.
    pub fn handle(&mut self, ask: Ask, now: Millis) -> Decision {
        let at = now.max(self.newest);
        let mut entries = Vec::new();
        self.settle_until(at, &mut entries);
        let decided = match ask {
            Ask::Checkout(ask) => self.check_out(ask, at, &mut entries),
            Ask::Borrow(ask) => self.borrow(ask, at, &mut entries),
            Ask::Return { lease, by, key } => self.give_back(&lease, &by, key, at, &mut entries),
            Ask::Extend { lease, by, ttl_seconds } => {
                self.extend(&lease, &by, ttl_seconds, at, &mut entries)
            }
            Ask::Release { lease, reason, by } => {
                self.release(&lease, How::Released { reason, by }, None, at, &mut entries)
            }
            Ask::Leave { ticket, by } => self.leave(&ticket, &by, at, &mut entries),
            Ask::SetTerms(terms) => Ok(self.set_terms(terms, at, &mut entries)),
            Ask::SetRules(rules) => Ok(self.set_rules(rules, at, &mut entries)),
        };
        Decision { reply: decided.unwrap_or_else(Reply::Refused), entries }
    }

    /// Numbers what was decided and applies it: the only way from a decision into the book.
    pub(super) fn record(&mut self, at: Millis, event: Event, entries: &mut Vec<Entry>) {
        let seq = self.seq.saturating_add(1);
        let mut entry = Entry { seq, at, event, commit_held: 0, overage_held: 0, waiting: 0 };
        self.apply(&entry);
        entry.commit_held = self.index.taken.held.commit;
        entry.overage_held = self.index.taken.held.overage;
        entry.waiting = self.waiting();
        entries.push(entry);
    }

    /// How the pool stands, as of the newest entry.
    pub fn gauges(&self) -> Gauges {
        let taken = &self.index.taken;
        Gauges {
            commit: self.terms.commit,
            max_overage: self.terms.max_overage,
            commit_held: taken.held.commit,
            overage_held: taken.held.overage,
            set_aside: taken.aside.total(),
            borrowed: taken.borrowed,
            waiting: self.waiting(),
            leases: self.index.living(),
        }
    }

    fn waiting(&self) -> u32 {
        u32::try_from(self.tickets.len()).unwrap_or(u32::MAX)
    }

    /// When to call [`Book::settle`] next.
    pub fn next_due(&self) -> Option<Millis> {
        self.index.due.first().map(|(due, _)| *due)
    }

    /// The terms in force.
    pub const fn terms(&self) -> &PoolTerms {
        &self.terms
    }

    /// The rules in force.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The number of the newest entry; 0 before the first.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// A lease, living or remembered.
    pub fn lease(&self, id: &LeaseId) -> Option<&Lease> {
        self.leases.get(self.index.leases.get(id)?).map(AsRef::as_ref)
    }

    /// At most `limit` leases that hold seats, in the order of their grants, after the lease of
    /// the number `after` (0 for the first page).
    pub fn leases(&self, after: u64, limit: usize) -> Vec<&Lease> {
        let page = self.leases.range((Excluded(after), Unbounded)).map(|(_, lease)| lease.as_ref());
        page.filter(|lease| lease.holds()).take(limit).collect()
    }

    /// How the leases ended that are remembered, oldest first.
    pub fn endings(&self) -> impl DoubleEndedIterator<Item = &Ending> {
        let ended = self.index.ended.iter();
        ended.filter_map(|(_, number)| self.leases.get(number)?.ended.as_ref())
    }

    /// Forgets the oldest `most` leases that ended before the entry `seq`, with their keys: later
    /// repeats of their asks are new asks. Tells their numbers. Not journaled, for no seat depends
    /// on it.
    pub fn forget_before(&mut self, seq: u64, most: usize) -> Vec<u64> {
        // The row of a hold that others still share says how many seats they have.
        let old = self.index.ended.range(..(seq, 0)).map(|(_, number)| *number);
        let old: Vec<u64> =
            old.filter(|number| self.index.company(*number) == 0).take(most).collect();
        for number in &old {
            if let Some(lease) = self.leases.remove(number) {
                self.index.forget(&lease);
            }
        }
        old
    }
}
