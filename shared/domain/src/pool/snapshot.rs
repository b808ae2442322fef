//! The book at rest.

use serde::{Deserialize, Serialize};

use crate::pool::book::Book;
use crate::pool::entry::Entry;
use crate::pool::index::Index;
use crate::pool::lease::Lease;
use crate::pool::rules::Rules;
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::Ticket;
use crate::time::Millis;

/// The version of [`Head`] and [`Lease`] that is written.
const VERSION: u8 = 1;

/// The book as of an entry: one small head, and a row per lease.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// Everything but the leases.
    pub head: Head,
    /// Living leases, and ended ones that are not forgotten.
    pub leases: Vec<Lease>,
}

/// Everything but the leases. Counters are not kept: they are counted again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    v: u8,
    /// The number of the newest entry that is in it.
    pub seq: u64,
    newest: Millis,
    terms: PoolTerms,
    rules: Rules,
    tickets: Vec<Ticket>,
}

/// Why there is no book.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RestoreError {
    /// Written by another release.
    #[error("unknown version {0} of the pool's book")]
    Version(u8),
    /// The journal has a gap.
    #[error("entry {wanted} is missing from the journal; entry {found} follows")]
    Gap {
        /// The entry that is missing.
        wanted: u64,
        /// The entry found in its place.
        found: u64,
    },
}

impl Book {
    /// The book as of its newest entry.
    pub fn snapshot(&self) -> Snapshot {
        let leases = self.leases.values().map(|lease| (**lease).clone()).collect();
        Snapshot { head: self.head(), leases }
    }

    /// The book as of its newest entry, without its leases.
    pub fn head(&self) -> Head {
        Head {
            v: VERSION,
            seq: self.seq,
            newest: self.newest,
            terms: self.terms.clone(),
            rules: self.rules.clone(),
            tickets: self.tickets.values().cloned().collect(),
        }
    }

    /// The book of a snapshot and the entries after it; entries that the snapshot has already are
    /// passed over.
    ///
    /// # Errors
    /// When the snapshot is of another version, or an entry is missing.
    pub fn restore(snapshot: Snapshot, entries: &[Entry]) -> Result<Self, RestoreError> {
        let Snapshot { head, leases } = snapshot;
        if head.v != VERSION {
            return Err(RestoreError::Version(head.v));
        }
        let leases = leases.into_iter().map(|lease| (lease.number, Box::new(lease))).collect();
        let tickets = head.tickets.into_iter().map(|ticket| (ticket.number, ticket)).collect();
        let mut book = Self {
            terms: head.terms,
            rules: head.rules,
            seq: head.seq,
            newest: head.newest,
            leases,
            tickets,
            index: Index::default(),
        };
        book.rebuild();
        for entry in entries.iter().filter(|entry| entry.seq > head.seq) {
            let wanted = book.seq.saturating_add(1);
            if entry.seq != wanted {
                return Err(RestoreError::Gap { wanted, found: entry.seq });
            }
            book.apply(entry);
        }
        Ok(book)
    }

    /// Works the index out again from the rows.
    pub(super) fn rebuild(&mut self) {
        let Self { terms, rules, leases, tickets, .. } = self;
        self.index = Index::of(terms, rules, leases.values().map(AsRef::as_ref), tickets.values());
    }
}
