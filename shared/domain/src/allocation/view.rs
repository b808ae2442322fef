//! The tree as people see it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::allocation::ids::ROOT;
use crate::allocation::tree::Node;
use crate::allocation::{Book, Exceeded, NodeId, Refused};
use crate::usage::Metric;

/// One node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NodeView {
    /// Which node.
    pub node: NodeId,
    /// How it stands in each metric of which it has a share or holds something.
    pub metrics: BTreeMap<Metric, PartView>,
}

/// How a node stands in a metric.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartView {
    /// Promised to it; the root: the capacity.
    pub dedicated: u64,
    /// Its burst bound; no limit when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
    /// Of its dedicated part, promised on to its children.
    pub promised: u64,
    /// What it holds itself.
    pub held: u64,
    /// What it and all nodes below it hold.
    pub held_with_below: u64,
    /// Of that, what lies in shared parts above it.
    pub held_from_shared: u64,
    /// What it could reserve now.
    pub available: u64,
    /// How much too much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceeded: Option<Exceeded>,
}

impl Book {
    /// `top` and all nodes below it, each parent before its children. Reservations that have
    /// ended but were not settled yet count as held.
    ///
    /// # Errors
    /// [`Refused::UnknownNode`].
    pub fn view(&self, top: &NodeId) -> Result<Vec<NodeView>, Refused> {
        let mut views: Vec<NodeView> =
            self.tree.below(top).map(|(id, node)| self.node_view(id, node)).collect();
        if views.is_empty() {
            return Err(Refused::UnknownNode { node: top.clone() });
        }
        views.sort_by(|a, b| a.node.names().cmp(b.node.names()));
        Ok(views)
    }

    /// Everything that is exceeded. Looks at every node.
    pub fn exceeded(&self) -> Vec<Exceeded> {
        let root = NodeId::root();
        let all = self.tree.below(&root);
        let parts = all.flat_map(|(id, node)| node.parts.keys().map(move |metric| (id, *metric)));
        parts.filter_map(|(id, metric)| self.tree.exceeded(id, metric)).collect()
    }

    /// What all nodes together hold, and what the license allows.
    pub fn usage(&self, metric: Metric) -> (u64, u64) {
        let root = self.tree.part(ROOT, metric);
        (root.total, root.share.dedicated)
    }

    fn node_view(&self, id: &NodeId, node: &Node) -> NodeView {
        let metrics = node.parts.keys().map(|metric| (*metric, self.part_view(id, *metric)));
        NodeView { node: id.clone(), metrics: metrics.collect() }
    }

    fn part_view(&self, id: &NodeId, metric: Metric) -> PartView {
        let part = self.tree.part(id.as_str(), metric);
        PartView {
            dedicated: part.share.dedicated,
            burst: part.share.burst,
            promised: part.promised,
            held: part.held,
            held_with_below: part.total,
            held_from_shared: if id.is_root() { 0 } else { part.over() },
            available: self.tree.room(id, metric).available,
            exceeded: self.tree.exceeded(id, metric),
        }
    }
}
