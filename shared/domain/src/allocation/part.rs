//! How one node stands in one metric.

use crate::allocation::Share;
use crate::time::Millis;

/// The part of a node. Quantities stay below 2^54, so sums of two cannot overflow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Part {
    /// What it was given; the root: the capacity, and no burst.
    pub share: Share,
    /// Sum of the children's dedicated parts.
    pub promised: u64,
    /// What the node itself holds.
    pub held: u64,
    /// What it holds and what flows up to it.
    pub load: u64,
    /// What it and all nodes below it hold.
    pub total: u64,
    /// Since when more flows out of it than may.
    pub exceeded: Option<Millis>,
}

impl Part {
    /// Of a node without a share.
    pub const NONE: Self =
        Self { share: Share::NONE, promised: 0, held: 0, load: 0, total: 0, exceeded: None };

    /// The own part less what lies in it.
    pub const fn free(&self) -> u64 {
        self.share.dedicated.saturating_sub(self.promised.saturating_add(self.load))
    }

    /// What flows out of it, to the parent.
    pub const fn over(&self) -> u64 {
        self.promised.saturating_add(self.load).saturating_sub(self.share.dedicated)
    }

    /// How much more may flow out of it as far as its own bound goes.
    pub fn burst_left(&self) -> u64 {
        self.share.burst.map_or(u64::MAX, |burst| burst.saturating_sub(self.over()))
    }

    /// How much more flows out of it than may.
    pub fn excess(&self) -> u64 {
        self.share.burst.map_or(0, |burst| self.over().saturating_sub(burst))
    }

    /// How much more the child may get as dedicated: out of what nothing lies in, or in which
    /// only its own burst lies.
    pub fn growth(&self, child: &Self) -> u64 {
        let unpromised = self.share.dedicated.saturating_sub(self.promised);
        self.free().saturating_add(child.over()).min(unpromised)
    }

    /// Follows a change of a child.
    pub const fn carry(&mut self, before: &Self, after: &Self) {
        self.promised = shifted(self.promised, before.share.dedicated, after.share.dedicated);
        self.load = shifted(self.load, before.over(), after.over());
        self.total = shifted(self.total, before.total, after.total);
    }

    /// Holds `quantity` more.
    pub const fn hold(&mut self, quantity: u64) {
        self.held = self.held.saturating_add(quantity);
        self.load = self.load.saturating_add(quantity);
        self.total = self.total.saturating_add(quantity);
    }

    /// Holds `quantity` less.
    pub const fn let_go(&mut self, quantity: u64) {
        self.held = self.held.saturating_sub(quantity);
        self.load = self.load.saturating_sub(quantity);
        self.total = self.total.saturating_sub(quantity);
    }

    /// Notes when an excess began, and forgets it when it is over.
    pub fn note_excess(&mut self, at: Millis) {
        self.exceeded = (self.excess() > 0).then(|| self.exceeded.unwrap_or(at));
    }
}

/// `sum` after one of its summands went from `before` to `after`.
const fn shifted(sum: u64, before: u64, after: u64) -> u64 {
    sum.saturating_add(after).saturating_sub(before)
}
