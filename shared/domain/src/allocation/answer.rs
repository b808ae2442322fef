//! What the book answers: what was done, or why not and who may help.

use serde::{Deserialize, Serialize};

use crate::allocation::{Entry, NodeId, Reservation};
use crate::time::Millis;
use crate::usage::Metric;

/// An answer, and what has to be saved before it may be given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The answer.
    pub answer: Result<Done, Refused>,
    /// Every change of the book, in order; reservations that had ended come first.
    pub entries: Vec<Entry>,
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub enum Done {
    /// The tree or the capacity is as asked.
    Changed,
    /// It was as asked already, or the license is known in a version at least as new.
    Unchanged,
    /// Held, now or since an earlier ask.
    Reserved(Reservation),
    /// Held no longer.
    Released(Reservation),
}

/// How much a node could reserve of a metric.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Room {
    /// All of it: what is free of its own part and what it may burst.
    pub available: u64,
    /// Of that, from its own part.
    pub dedicated_free: u64,
    /// Of that, from what is shared above it.
    pub shared_free: u64,
    /// The node that keeps it from being more, an exceeded one or else the nearest: the root when
    /// the capacity does, else the one whose burst bound does. More burst or dedicated there helps.
    pub narrowest: NodeId,
}

/// More flows out of a node than may.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Exceeded {
    /// Which node.
    pub node: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much too much. At the root that is what is promised or lies in its own part, less the
    /// capacity.
    pub by: u64,
    /// Since when: grace is counted from here.
    pub since: Millis,
}

/// Why not.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refused {
    /// More is wanted than there is.
    #[error("only {} are available, {} has no more", room.available, room.narrowest)]
    NoCapacity {
        /// How much there is, and who may help.
        #[serde(flatten)]
        room: Room,
    },
    /// More is wanted than there is, and there will be none before an excess is over.
    #[error("only {} are available, {} is exceeded by {}", room.available, exceeded.node, exceeded.by)]
    Exceeded {
        /// The excess.
        exceeded: Exceeded,
        /// How much there is all the same.
        #[serde(flatten)]
        room: Room,
    },
    /// Not in the tree.
    #[error("there is no node {node}")]
    UnknownNode {
        /// The first that is missing.
        node: NodeId,
    },
    /// More levels than the tree may have.
    #[error("a tree has at most {most} levels below its root")]
    TooDeep {
        /// How many there may be.
        most: usize,
    },
    /// More nodes or reservations than one book holds.
    #[error("there are {most} already")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// The dedicated parts of the children would not fit into the parent's.
    #[error("{parent} can give only {free} more")]
    SumExceedsParent {
        /// Who would have to give.
        parent: NodeId,
        /// Of what.
        metric: Metric,
        /// How much the dedicated part may grow.
        free: u64,
    },
    /// The node has promised more to its children than its dedicated part would be.
    #[error("{promised} are promised to nodes below")]
    PromisedBelow {
        /// Of what.
        metric: Metric,
        /// How much: it may have no less.
        promised: u64,
    },
    /// More should be given than the giver has free.
    #[error("{node} has only {free} to give")]
    NotFree {
        /// Who gives.
        node: NodeId,
        /// How much it could give.
        free: u64,
    },
    /// Giver and taker are neither siblings nor parent and child.
    #[error("only siblings, parent and child can transfer")]
    NotRelated,
    /// Cannot be removed.
    #[error("the node holds reservations or has children")]
    NodeInUse {
        /// How many children it has.
        children: u32,
        /// Whether it holds reservations itself.
        holds: bool,
    },
    /// The shares of the root come from the license, and it stays.
    #[error("the root is given by the license")]
    RootIsLicensed,
    /// The key belongs to a reservation with another content.
    #[error("the request key is in use for another reservation")]
    RequestReused,
    /// Not held; perhaps it has ended.
    #[error("there is no such reservation")]
    NoSuchRequest,
    /// A quantity of 0 was asked for.
    #[error("the quantity must be at least 1")]
    NoQuantity,
    /// The end that was asked for is not in the future.
    #[error("the reservation would have ended already")]
    EndsInThePast,
}

impl Refused {
    /// Whether the ask was in order and only capacity is missing: such denials are entries.
    pub const fn is_denial(&self) -> bool {
        matches!(self, Self::NoCapacity { .. } | Self::Exceeded { .. })
    }
}
