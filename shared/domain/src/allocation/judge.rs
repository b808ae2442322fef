//! What is granted and what is not. Decides on the book as it is and changes nothing.

use std::collections::BTreeMap;

use crate::allocation::{
    Ask, Book, Done, Event, MAX_CAPACITY, MAX_DEPTH, MAX_NODES, MAX_RESERVATIONS, NodeId, Refused,
    Request, RequestKey, Reservation, Room, Share, Transfer,
};
use crate::time::Millis;
use crate::usage::Metric;

/// An answer, and the event that makes it true.
pub(super) struct Ruling {
    pub done: Done,
    pub event: Option<Event>,
}

impl Ruling {
    const fn new(done: Done, event: Event) -> Self {
        Self { done, event: Some(event) }
    }

    const fn known(done: Done) -> Self {
        Self { done, event: None }
    }
}

impl Book {
    pub(super) fn judge(&self, ask: &Ask, at: Millis) -> Result<Ruling, Refused> {
        match ask {
            Ask::Capacity { version, capacity } => Ok(self.judge_capacity(*version, capacity)),
            Ask::Set { node, shares } => self.judge_set(node, shares),
            Ask::Remove { node } => self.judge_remove(node),
            Ask::Transfer(transfer) => self.judge_transfer(transfer),
            Ask::Reserve(request) => self.judge_reserve(request, at),
            Ask::Release { request } => self.judge_release(request),
        }
    }

    /// Whether `node` could reserve `quantity`, reservations that have ended but were not settled
    /// yet counting as held. The answer is how much there is.
    ///
    /// # Errors
    /// What a reservation would be refused for.
    pub fn can_provision(
        &self,
        node: &NodeId,
        metric: Metric,
        quantity: u64,
    ) -> Result<Room, Refused> {
        self.known(node)?;
        let room = self.tree.room(node, metric);
        if quantity <= room.available {
            return Ok(room);
        }
        Err(match self.tree.exceeded(&room.narrowest, metric) {
            Some(exceeded) => Refused::Exceeded { exceeded, room },
            None => Refused::NoCapacity { room },
        })
    }

    fn known(&self, node: &NodeId) -> Result<(), Refused> {
        match self.tree.node(node) {
            Some(_) => Ok(()),
            None => Err(Refused::UnknownNode { node: node.clone() }),
        }
    }

    fn judge_capacity(&self, version: u64, capacity: &BTreeMap<Metric, u64>) -> Ruling {
        if version <= self.version {
            return Ruling::known(Done::Unchanged);
        }
        let capacity = capacity.iter().map(|(m, most)| (*m, *most.min(&MAX_CAPACITY))).collect();
        Ruling::new(Done::Changed, Event::Capacity { version, capacity })
    }

    fn judge_set(
        &self,
        node: &NodeId,
        shares: &BTreeMap<Metric, Share>,
    ) -> Result<Ruling, Refused> {
        let parent = node.parent().ok_or(Refused::RootIsLicensed)?;
        if node.depth() > MAX_DEPTH {
            return Err(Refused::TooDeep { most: MAX_DEPTH });
        }
        self.known(&parent)?;
        let exists = self.tree.node(node).is_some();
        if !exists && self.tree.len() >= MAX_NODES {
            return Err(Refused::TooMany { most: MAX_NODES });
        }
        let mut same = exists;
        for (metric, share) in self.tree.targets(node, shares) {
            same &= self.tree.part(node.as_str(), metric).share == share;
            self.judge_dedicated(&parent, node, metric, share.dedicated)?;
        }
        if same {
            return Ok(Ruling::known(Done::Unchanged));
        }
        let event = Event::Set { node: node.clone(), shares: shares.clone() };
        Ok(Ruling::new(Done::Changed, event))
    }

    fn judge_dedicated(
        &self,
        parent: &NodeId,
        node: &NodeId,
        metric: Metric,
        dedicated: u64,
    ) -> Result<(), Refused> {
        let part = self.tree.part(node.as_str(), metric);
        if dedicated < part.promised {
            return Err(Refused::PromisedBelow { metric, promised: part.promised });
        }
        let free = self.tree.part(parent.as_str(), metric).growth(&part);
        if dedicated.saturating_sub(part.share.dedicated) > free {
            return Err(Refused::SumExceedsParent { parent: parent.clone(), metric, free });
        }
        Ok(())
    }

    fn judge_remove(&self, node: &NodeId) -> Result<Ruling, Refused> {
        if node.is_root() {
            return Err(Refused::RootIsLicensed);
        }
        let Some(found) = self.tree.node(node) else {
            return Err(Refused::UnknownNode { node: node.clone() });
        };
        if !found.is_bare() {
            return Err(Refused::NodeInUse { children: found.children, holds: found.holds() });
        }
        Ok(Ruling::new(Done::Changed, Event::Removed { node: node.clone() }))
    }

    fn judge_transfer(&self, transfer: &Transfer) -> Result<Ruling, Refused> {
        let Transfer { from, to, metric, quantity } = transfer;
        if *quantity == 0 {
            return Err(Refused::NoQuantity);
        }
        self.known(from)?;
        self.known(to)?;
        let giver = self.tree.part(from.as_str(), *metric);
        let free = if from.is_parent_of(to) {
            giver.growth(&self.tree.part(to.as_str(), *metric))
        } else if to.is_parent_of(from) || from.is_sibling_of(to) {
            giver.free()
        } else {
            return Err(Refused::NotRelated);
        };
        if *quantity > free {
            return Err(Refused::NotFree { node: from.clone(), free });
        }
        Ok(Ruling::new(Done::Changed, Event::Transferred(transfer.clone())))
    }

    fn judge_reserve(&self, asked: &Request, at: Millis) -> Result<Ruling, Refused> {
        match self.reservations.get(&asked.request) {
            Some(held) if held.request == *asked => {
                return Ok(Ruling::known(Done::Reserved(held.clone())));
            }
            Some(_) => return Err(Refused::RequestReused),
            None => {}
        }
        if asked.quantity == 0 {
            return Err(Refused::NoQuantity);
        }
        if asked.ends.is_some_and(|ends| ends <= at) {
            return Err(Refused::EndsInThePast);
        }
        if self.reservations.len() >= MAX_RESERVATIONS {
            return Err(Refused::TooMany { most: MAX_RESERVATIONS });
        }
        let room = self.can_provision(&asked.node, asked.metric, asked.quantity)?;
        let burst = asked.quantity.saturating_sub(room.dedicated_free);
        let reservation = Reservation { request: asked.clone(), since: at, burst };
        Ok(Ruling::new(Done::Reserved(reservation.clone()), Event::Reserved(reservation)))
    }

    fn judge_release(&self, request: &RequestKey) -> Result<Ruling, Refused> {
        let held = self.reservations.get(request).ok_or(Refused::NoSuchRequest)?;
        let event = Event::Released { request: request.clone() };
        Ok(Ruling::new(Done::Released(held.clone()), event))
    }
}
