//! The book: asks in, answers and entries out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::allocation::judge::Ruling;
use crate::allocation::stored::Stored;
use crate::allocation::tree::{Node, Tree};
use crate::allocation::{
    Ask, Entry, Event, NodeId, Outcome, Refused, RequestKey, Reservation, Share, Transfer,
};
use crate::time::Millis;
use crate::usage::Metric;

/// Who was promised what, and who holds what. Serialized it is its own snapshot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Book {
    /// Of the newest entry.
    pub(super) seq: u64,
    /// Of the newest entry: a clock that runs backwards stands still here.
    pub(super) newest: Millis,
    /// Of the license that the capacity is from.
    pub(super) version: u64,
    pub(super) tree: Tree,
    pub(super) reservations: BTreeMap<RequestKey, Reservation>,
    /// Reservations that end, soonest first.
    due: BTreeSet<(Millis, RequestKey)>,
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// A root without capacity.
    pub fn new() -> Self {
        Self {
            seq: 0,
            newest: Millis(i64::MIN),
            version: 0,
            tree: Tree::new(),
            reservations: BTreeMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// Ends what has ended, then answers. The entries have been applied; when they cannot be
    /// saved, the book must be thrown away and restored.
    pub fn handle(&mut self, ask: &Ask, now: Millis) -> Outcome {
        let mut entries = self.settle(now);
        let at = self.clock(now);
        let (answer, event) = match self.judge(ask, at) {
            Ok(Ruling { done, event }) => (Ok(done), event),
            Err(why) => {
                let event = denial(ask, &why);
                (Err(why), event)
            }
        };
        entries.extend(event.map(|event| self.commit(event, at)));
        Outcome { answer, entries }
    }

    /// Ends the reservations whose time has come, each at its own instant, soonest first.
    pub fn settle(&mut self, now: Millis) -> Vec<Entry> {
        let now = self.clock(now);
        let due = self.due.iter().take_while(|(ends, _)| *ends <= now);
        let ended: Vec<(Millis, RequestKey)> = due.cloned().collect();
        let end = |(ends, request)| self.commit(Event::Ended { request }, self.newest.max(ends));
        ended.into_iter().map(end).collect()
    }

    /// When the next reservation ends: the instant to call [`Book::settle`] at.
    pub fn next_due(&self) -> Option<Millis> {
        self.due.first().map(|(ends, _)| *ends)
    }

    /// What time it is in the book: it never runs backwards.
    pub fn clock(&self, now: Millis) -> Millis {
        now.max(self.newest)
    }

    /// The number of the newest entry; 0 before the first.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Version of the license that the capacity is from; 0 before the first.
    pub const fn license_version(&self) -> u64 {
        self.version
    }

    /// A reservation that is held.
    pub fn reservation(&self, request: &RequestKey) -> Option<&Reservation> {
        self.reservations.get(request)
    }

    fn commit(&mut self, event: Event, at: Millis) -> Entry {
        let entry = Entry { seq: self.seq.saturating_add(1), at, event };
        self.apply(&entry);
        entry
    }

    /// Takes in an entry of this book's own journal. Nothing else changes a book. An event that
    /// does not fit, which [`Book::restore`] refuses, leaves only its number and time.
    pub fn apply(&mut self, entry: &Entry) {
        let Entry { seq, at, event } = entry;
        self.seq = *seq;
        self.newest = self.newest.max(*at);
        if self.fits(event) {
            self.change(event, *at);
        }
    }

    /// Whether the event tells of what is there: keeps the sums whole whatever a journal says.
    pub(super) fn fits(&self, event: &Event) -> bool {
        let known = |node: &NodeId| self.tree.node(node).is_some();
        match event {
            Event::Capacity { .. } | Event::Denied { .. } => true,
            Event::Set { node, .. } => node.parent().is_some_and(|parent| known(&parent)),
            Event::Removed { node } => self.tree.node(node).is_some_and(Node::is_bare),
            Event::Transferred(transfer) => known(&transfer.from) && known(&transfer.to),
            Event::Reserved(Reservation { request, .. }) => {
                known(&request.node) && !self.reservations.contains_key(&request.request)
            }
            Event::Released { request } | Event::Ended { request } => {
                self.reservations.contains_key(request)
            }
        }
    }

    fn change(&mut self, event: &Event, at: Millis) {
        match event {
            Event::Capacity { version, capacity } => self.set_capacity(*version, capacity, at),
            Event::Set { node, shares } => self.tree.set(node, shares, at),
            Event::Removed { node } => self.tree.remove(node, at),
            Event::Transferred(transfer) => self.transfer(transfer, at),
            Event::Reserved(reservation) => self.hold(reservation.clone(), at),
            Event::Denied { .. } => {}
            Event::Released { request } | Event::Ended { request } => self.let_go(request, at),
        }
    }

    pub(super) fn set_capacity(
        &mut self,
        version: u64,
        capacity: &BTreeMap<Metric, u64>,
        at: Millis,
    ) {
        self.version = version;
        let whole = |(metric, quantity): (&Metric, &u64)| {
            (*metric, Share { dedicated: *quantity, burst: Some(0) })
        };
        self.tree.set(&NodeId::root(), &capacity.iter().map(whole).collect(), at);
    }

    /// The taker first: an excess of the parent must not be cleared for a moment and lose its date.
    fn transfer(&mut self, transfer: &Transfer, at: Millis) {
        let Transfer { from, to, metric, quantity } = transfer;
        if !to.is_parent_of(from) {
            self.tree.alter(to, *metric, at, |part| {
                part.share.dedicated = part.share.dedicated.saturating_add(*quantity);
            });
        }
        if !from.is_parent_of(to) {
            self.tree.alter(from, *metric, at, |part| {
                part.share.dedicated = part.share.dedicated.saturating_sub(*quantity);
            });
        }
    }

    pub(super) fn hold(&mut self, reservation: Reservation, at: Millis) {
        let asked = &reservation.request;
        self.tree.alter(&asked.node, asked.metric, at, |part| part.hold(asked.quantity));
        self.due.extend(asked.ends.map(|ends| (ends, asked.request.clone())));
        self.reservations.insert(asked.request.clone(), reservation);
    }

    fn let_go(&mut self, request: &RequestKey, at: Millis) {
        let Some(Reservation { request: asked, .. }) = self.reservations.remove(request) else {
            return;
        };
        self.tree.alter(&asked.node, asked.metric, at, |part| part.let_go(asked.quantity));
        if let Some(ends) = asked.ends {
            self.due.remove(&(ends, asked.request));
        }
    }
}

/// The entry that an ask in vain leaves behind.
fn denial(ask: &Ask, why: &Refused) -> Option<Event> {
    let Ask::Reserve(request) = ask else { return None };
    why.is_denial().then(|| Event::Denied { request: request.clone(), why: why.clone() })
}
