//! The journal: a row per change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::allocation::{NodeId, Refused, Request, RequestKey, Reservation, Share, Transfer};
use crate::time::Millis;
use crate::usage::Metric;

/// One change of the book.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counts from 1 without a gap.
    pub seq: u64,
    /// When; never before the entry before it.
    pub at: Millis,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The license allows another quantity.
    Capacity {
        /// Version of the license.
        version: u64,
        /// Its limits, none above [`crate::allocation::MAX_CAPACITY`].
        capacity: BTreeMap<Metric, u64>,
    },
    /// A node was created or got other shares.
    Set {
        /// Which node.
        node: NodeId,
        /// All its shares.
        shares: BTreeMap<Metric, Share>,
    },
    /// A node was removed.
    Removed {
        /// Which node.
        node: NodeId,
    },
    /// Dedicated quantity changed hands.
    Transferred(Transfer),
    /// Capacity is held.
    Reserved(Reservation),
    /// Capacity was asked for in vain. Changes nothing.
    Denied {
        /// What was asked for.
        request: Request,
        /// Why not.
        why: Refused,
    },
    /// A reservation was let go.
    Released {
        /// Which one.
        request: RequestKey,
    },
    /// A reservation ended by itself.
    Ended {
        /// Which one.
        request: RequestKey,
    },
}
