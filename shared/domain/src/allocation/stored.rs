//! The book at rest. Sums are not kept: they are made again when the book is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::allocation::{Book, Entry, NodeId, Reservation, Share};
use crate::time::Millis;
use crate::usage::Metric;

/// Why a book cannot be restored.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RestoreError {
    /// An entry is missing.
    #[error("entry {expected} is missing before entry {found}")]
    Gap {
        /// The one that should come next.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry is from another journal.
    #[error("entry {seq} tells of what is not there")]
    Stray {
        /// Which one.
        seq: u64,
    },
}

/// The book at rest.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    v: u8,
    seq: u64,
    newest: Millis,
    version: u64,
    capacity: BTreeMap<Metric, u64>,
    nodes: BTreeMap<NodeId, BTreeMap<Metric, Share>>,
    exceeded: Vec<(NodeId, Metric, Millis)>,
    reservations: Vec<Reservation>,
}

impl Book {
    /// The book after these entries of its journal, in order. Those that `snapshot` knows
    /// already are passed over.
    ///
    /// # Errors
    /// When one is missing, or tells of a node or reservation that is not there.
    pub fn restore(
        snapshot: Self,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Self, RestoreError> {
        let mut book = snapshot;
        let known = book.seq;
        for entry in entries.into_iter().filter(|entry| entry.seq > known) {
            let expected = book.seq.saturating_add(1);
            if entry.seq != expected {
                return Err(RestoreError::Gap { expected, found: entry.seq });
            }
            if !book.fits(&entry.event) {
                return Err(RestoreError::Stray { seq: expected });
            }
            book.apply(&entry);
        }
        Ok(book)
    }
}

impl From<Book> for Stored {
    fn from(book: Book) -> Self {
        let (mut nodes, mut exceeded) = (BTreeMap::new(), Vec::new());
        for (id, node) in book.tree.below(&NodeId::root()) {
            let shares: BTreeMap<_, _> = node.parts.iter().map(|(m, p)| (*m, p.share)).collect();
            nodes.insert(id.clone(), shares);
            let over = node.parts.iter().filter_map(|(m, part)| Some((*m, part.exceeded?)));
            exceeded.extend(over.map(|(metric, since)| (id.clone(), metric, since)));
        }
        let root = nodes.remove(&NodeId::root()).unwrap_or_default();
        Self {
            v: 1,
            seq: book.seq,
            newest: book.newest,
            version: book.version,
            capacity: root.into_iter().map(|(metric, share)| (metric, share.dedicated)).collect(),
            nodes,
            exceeded,
            reservations: book.reservations.into_values().collect(),
        }
    }
}

impl TryFrom<Stored> for Book {
    type Error = &'static str;
    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { v: 1, seq, newest, version, capacity, nodes, exceeded, reservations } = stored
        else {
            return Err("unknown version of the book of allocations");
        };
        let mut book = Self::new();
        book.set_capacity(version, &capacity, newest);
        for (id, shares) in nodes {
            let parent = id.parent().ok_or("the root is stored as a node")?;
            book.tree.node(&parent).ok_or("a node without its parent")?;
            book.tree.set(&id, &shares, newest);
        }
        for held in reservations {
            book.tree.node(&held.request.node).ok_or("a reservation without its node")?;
            book.hold(held, newest);
        }
        book.date(exceeded)?;
        (book.seq, book.newest) = (seq, newest);
        Ok(book)
    }
}

impl Book {
    /// Dates what is exceeded.
    fn date(&mut self, dates: Vec<(NodeId, Metric, Millis)>) -> Result<(), &'static str> {
        let told: BTreeSet<_> = dates.iter().map(|(id, metric, _)| (id.clone(), *metric)).collect();
        let found = self.exceeded().into_iter().map(|excess| (excess.node, excess.metric));
        if found.collect::<BTreeSet<_>>() != told {
            return Err("what is exceeded does not follow from what is held");
        }
        for (id, metric, since) in dates {
            self.tree.date_excess(&id, metric, since);
        }
        Ok(())
    }
}
