//! Messages of the `Allocation` object.

use std::collections::BTreeMap;

use domain::allocation::{Ask, Done, NodeId, NodeView, Refused, RequestKey, Room};
use domain::usage::Metric;
use serde::{Deserialize, Serialize};

/// What the license allows. The object keeps that of the highest version it was told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Version of the license.
    pub version: u64,
    /// Its limits; what is not named is not licensed.
    pub limits: BTreeMap<Metric, u64>,
}

/// Capacity that somebody wants to hold.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// What it is for. The same again, for the same time, is the same reservation.
    pub request: RequestKey,
    /// For whom.
    pub node: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much.
    pub quantity: u64,
    /// For how long, in seconds; until it is freed when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
}

/// What an object of allocations is asked. Newer capacity takes effect first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AllocationCall {
    /// Holds capacity.
    Reserve {
        /// The license as the caller knows it.
        capacity: Capacity,
        /// What is wanted.
        reserve: Reserve,
    },
    /// Lets go of a reservation. Whatever the license has become, that can be done.
    Free {
        /// Which one.
        request: RequestKey,
    },
    /// Changes the tree.
    Change {
        /// The license as the caller knows it.
        capacity: Capacity,
        /// How.
        ask: Box<Ask>,
    },
    /// How much a node could reserve.
    Room {
        /// The license as the caller knows it.
        capacity: Capacity,
        /// Which node.
        node: NodeId,
        /// Of what.
        metric: Metric,
        /// How much is wanted.
        quantity: u64,
    },
    /// A node and all below it, each parent before its children.
    View {
        /// The license as the caller knows it.
        capacity: Capacity,
        /// Which node.
        node: NodeId,
        /// Only nodes behind it in that order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<NodeId>,
        /// At most 200.
        limit: u32,
    },
}

/// What an object of allocations answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationReply {
    /// To `Reserve`, `Free`, `Change`.
    Done {
        /// What.
        done: Done,
        /// Not when it was so already.
        changed: bool,
    },
    /// No.
    Refused(Refused),
    /// To `Room`: there is enough.
    Room(Room),
    /// To `View`.
    View {
        /// Version of the license in force.
        version: u64,
        /// The nodes.
        nodes: Vec<NodeView>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocation_calls_v1_still_read() {
        let rows = [
            r#"{"reserve":{"capacity":{"version":2,"limits":{"cores":8}},"reserve":{"request":"vm-1","node":"a/b","metric":"cores","quantity":4,"ttl":60}}}"#,
            r#"{"free":{"request":"vm-1"}}"#,
            r#"{"change":{"capacity":{"version":2,"limits":{}},"ask":{"ask":"set","node":"a","shares":{"vms":{"dedicated":3,"burst":1}}}}}"#,
            r#"{"room":{"capacity":{"version":2,"limits":{}},"node":"/","metric":"vms","quantity":1}}"#,
            r#"{"view":{"capacity":{"version":2,"limits":{}},"node":"/","after":"a","limit":50}}"#,
        ];
        for row in rows {
            let call: AllocationCall = serde_json::from_str(row).unwrap();
            assert_eq!(serde_json::to_string(&call).unwrap(), row);
        }
    }

    #[test]
    fn a_refusal_keeps_what_there_is() {
        let room =
            Room { available: 3, dedicated_free: 1, shared_free: 2, narrowest: NodeId::root() };
        let bytes = r#"{"refused":{"reason":"no_capacity","available":3,"dedicated_free":1,"shared_free":2,"narrowest":"/"}}"#;
        let reply = AllocationReply::Refused(Refused::NoCapacity { room });
        assert_eq!(serde_json::to_string(&reply).unwrap(), bytes);
        assert_eq!(serde_json::from_str::<AllocationReply>(bytes).unwrap(), reply);
    }
}
