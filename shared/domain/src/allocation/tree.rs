//! The nodes with their parts, and how a change runs up to the root.

use std::collections::btree_map::{BTreeMap, Entry};
use std::ops::Bound;

use crate::allocation::ids::ROOT;
use crate::allocation::part::Part;
use crate::allocation::{Exceeded, NodeId, Room, Share};
use crate::time::Millis;
use crate::usage::Metric;

/// All nodes; the root is always there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Tree {
    nodes: BTreeMap<NodeId, Node>,
}

/// One node.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Node {
    /// How many nodes are directly below it.
    pub children: u32,
    /// How it stands in each metric; [`Part::NONE`] is left out.
    pub parts: BTreeMap<Metric, Part>,
}

impl Node {
    /// Whether it holds something itself.
    pub fn holds(&self) -> bool {
        self.parts.values().any(|part| part.held > 0)
    }

    /// Whether it holds nothing and has no children.
    pub fn is_bare(&self) -> bool {
        self.children == 0 && !self.holds()
    }
}

impl Tree {
    pub fn new() -> Self {
        Self { nodes: BTreeMap::from([(NodeId::root(), Node::default())]) }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn node(&self, node: &NodeId) -> Option<&Node> {
        self.nodes.get(node)
    }

    /// `top` and all nodes below it, in the order of their ids.
    pub fn below(&self, top: &NodeId) -> impl Iterator<Item = (&NodeId, &Node)> {
        let stem = top.stem();
        let bounds = (Bound::Included(stem.as_str()), Bound::Unbounded);
        let rest = self.nodes.range::<str, _>(bounds);
        let below = rest.take_while(move |(id, _)| id.as_str().starts_with(&stem));
        self.nodes.get_key_value(top).into_iter().chain(below.filter(|(id, _)| !id.is_root()))
    }

    /// How a node stands; a node that is not there has no share.
    pub fn part(&self, node: &str, metric: Metric) -> Part {
        let part = self.nodes.get(node).and_then(|node| node.parts.get(&metric));
        part.copied().unwrap_or(Part::NONE)
    }

    /// How much `node` could reserve. From the root down: what is free of each own part is
    /// added to what may flow out of it. Of two nodes that are equally narrow the lower is named,
    /// unless only the upper one is exceeded.
    pub fn room(&self, node: &NodeId, metric: Metric) -> Room {
        let line: Vec<&str> = node.line().collect();
        let (mut available, mut narrowest, mut free, mut stuck) = (0, ROOT, 0_u64, false);
        for name in line.into_iter().rev() {
            let part = self.part(name, metric);
            let (left, exceeded) = (part.burst_left(), part.exceeded.is_some());
            if left < available || (left == available && (exceeded || !stuck)) {
                (narrowest, stuck) = (name, exceeded);
            }
            free = part.free();
            available = free.saturating_add(left.min(available));
        }
        let root = self.part(ROOT, metric);
        let unused = root.share.dedicated.saturating_sub(root.total);
        if unused < available {
            (available, narrowest) = (unused, ROOT);
        }
        let dedicated_free = free.min(available);
        let shared_free = available.saturating_sub(dedicated_free);
        let found = self.nodes.get_key_value(narrowest);
        let narrowest = found.map_or_else(NodeId::root, |(id, _)| id.clone());
        Room { available, dedicated_free, shared_free, narrowest }
    }

    /// The excess of a node.
    pub fn exceeded(&self, node: &NodeId, metric: Metric) -> Option<Exceeded> {
        let part = self.part(node.as_str(), metric);
        let since = part.exceeded?;
        Some(Exceeded { node: node.clone(), metric, by: part.excess(), since })
    }

    /// Gives a node these shares, and [`Share::NONE`] of everything else; creates it when it is
    /// not there.
    pub fn set(&mut self, node: &NodeId, shares: &BTreeMap<Metric, Share>, at: Millis) {
        self.create(node);
        for (metric, share) in self.targets(node, shares) {
            self.alter(node, metric, at, |part| part.share = share);
        }
    }

    /// The share that a node gets of every metric of which it has one or shall have one.
    pub fn targets(
        &self,
        node: &NodeId,
        shares: &BTreeMap<Metric, Share>,
    ) -> BTreeMap<Metric, Share> {
        let known = self.nodes.get(node).into_iter().flat_map(|node| node.parts.keys());
        let mut targets: BTreeMap<_, _> = known.map(|metric| (*metric, Share::NONE)).collect();
        targets.extend(shares);
        targets
    }

    fn create(&mut self, node: &NodeId) {
        let Entry::Vacant(vacant) = self.nodes.entry(node.clone()) else { return };
        vacant.insert(Node::default());
        self.count_child(node, |children| children.saturating_add(1));
    }

    /// Removes a node; what it was promised is its parent's again.
    pub fn remove(&mut self, node: &NodeId, at: Millis) {
        self.set(node, &BTreeMap::new(), at);
        self.nodes.remove(node);
        self.count_child(node, |children| children.saturating_sub(1));
    }

    fn count_child(&mut self, node: &NodeId, count: impl FnOnce(u32) -> u32) {
        let parent = node.line().nth(1).and_then(|parent| self.nodes.get_mut(parent));
        if let Some(parent) = parent {
            parent.children = count(parent.children);
        }
    }

    /// Changes a part, and what follows from it in all nodes above.
    pub fn alter(
        &mut self,
        node: &NodeId,
        metric: Metric,
        at: Millis,
        change: impl FnOnce(&mut Part),
    ) {
        let mut moved = self.touch(node.as_str(), metric, at, change);
        for above in node.line().skip(1) {
            let (before, after) = moved;
            moved = self.touch(above, metric, at, |part| part.carry(&before, &after));
        }
    }

    /// Changes one part alone and returns how it was and how it is.
    fn touch(
        &mut self,
        node: &str,
        metric: Metric,
        at: Millis,
        change: impl FnOnce(&mut Part),
    ) -> (Part, Part) {
        let before = self.part(node, metric);
        let mut after = before;
        change(&mut after);
        after.note_excess(at);
        self.put(node, metric, after);
        (before, after)
    }

    /// Sets when an excess began.
    pub fn date_excess(&mut self, node: &NodeId, metric: Metric, since: Millis) {
        let part = Part { exceeded: Some(since), ..self.part(node.as_str(), metric) };
        self.put(node.as_str(), metric, part);
    }

    fn put(&mut self, node: &str, metric: Metric, part: Part) {
        let Some(node) = self.nodes.get_mut(node) else { return };
        if part == Part::NONE {
            node.parts.remove(&metric);
        } else {
            node.parts.insert(metric, part);
        }
    }
}
