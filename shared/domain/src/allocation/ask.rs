//! What may be asked of the book.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::allocation::{NodeId, RequestKey};
use crate::time::Millis;
use crate::usage::Metric;

/// What a node gets of one metric.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Promised to the node and the nodes below it, and to nobody else.
    #[serde(default)]
    pub dedicated: u64,
    /// How much above that the node and the nodes below it may use together of what is shared
    /// above them; no limit when missing, no access when 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
}

impl Share {
    /// What a node gets of a metric that it was given no share of.
    pub const NONE: Self = Self { dedicated: 0, burst: Some(0) };
}

/// An ask. Nothing is changed unless all of it can be.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// The license allows this much. The highest version wins: an older or equal one changes
    /// nothing. A metric that is not named is not licensed.
    Capacity {
        /// Version of the license.
        version: u64,
        /// Its limits.
        capacity: BTreeMap<Metric, u64>,
    },
    /// Creates the node or gives it other shares: [`Share::NONE`] of what is not named.
    Set {
        /// Which node.
        node: NodeId,
        /// Its shares.
        shares: BTreeMap<Metric, Share>,
    },
    /// Removes a node that holds nothing and has no children.
    Remove {
        /// Which node.
        node: NodeId,
    },
    /// Moves dedicated quantity that is free.
    Transfer(Transfer),
    /// Holds capacity. The same ask again gets the same answer, as long as the reservation lives.
    Reserve(Request),
    /// Lets go of a reservation; its key is free for another one after that.
    Release {
        /// Which one.
        request: RequestKey,
    },
}

/// Dedicated quantity that changes hands, between siblings or between parent and child.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Who gives: a child, of its free own part, or the parent, of what is free to grow.
    pub from: NodeId,
    /// Who gets it.
    pub to: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much; at least 1.
    pub quantity: u64,
}

/// Capacity that somebody wants to hold.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What it is for.
    pub request: RequestKey,
    /// For whom.
    pub node: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much; at least 1.
    pub quantity: u64,
    /// When the reservation ends by itself: at this instant it is over. Never when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Millis>,
}

/// Capacity that is held.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Reservation {
    /// As it was asked for.
    pub request: Request,
    /// Since when.
    pub since: Millis,
    /// How much of it was a burst when it was granted.
    pub burst: u64,
}
