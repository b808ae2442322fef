//! Whatever can be worked out from the rows of leases and tickets, kept so that nothing has to be
//! searched for. Leases and tickets go by the numbers of their entries: a tenth of an id's size.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::id::{LeaseId, TicketId};
use crate::pool::lease::Lease;
use crate::pool::rules::Rules;
use crate::pool::subject::{Key, ShareKey};
use crate::pool::taken::{For, Taken};
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::Ticket;
use crate::time::Millis;

/// What falls due, in the order in which it is served at the same instant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Due {
    Lease(u64),
    Ticket(u64),
}

/// What an idempotency key was used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Memo {
    Checkout(u64),
    Return(u64),
    Ticket(u64),
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Index {
    pub leases: BTreeMap<LeaseId, u64>,
    pub tickets: BTreeMap<TicketId, u64>,
    /// Tickets that were claimed, and the lease of each.
    pub claimed: BTreeMap<TicketId, u64>,
    /// Whatever ends.
    pub due: BTreeSet<(Millis, Due)>,
    /// Living leases by hold and end: the last of a hold is when its seats are free.
    members: BTreeSet<(u64, Millis, u64)>,
    /// Holds by when their seats are free.
    pub frees: BTreeSet<(Millis, u64)>,
    /// Holds by who may share them, smallest first.
    shares: BTreeSet<(ShareKey, u32, u64)>,
    /// Tickets in the order in which they are served.
    pub line: BTreeSet<(Reverse<i32>, u64)>,
    /// What each principal's keys were used for; the rows have the digests of what was asked.
    pub keys: BTreeMap<(String, String), Memo>,
    /// Leases that ended, by the entry that says so.
    pub ended: BTreeSet<(u64, u64)>,
    pub taken: Taken,
}

impl Index {
    /// The index of all rows, in the order of their numbers.
    pub fn of<'a>(
        terms: &PoolTerms,
        rules: &Rules,
        leases: impl Iterator<Item = &'a Lease> + Clone,
        tickets: impl Iterator<Item = &'a Ticket>,
    ) -> Self {
        let mut index = Self { taken: Taken::new(rules), ..Self::default() };
        let living: BTreeSet<u64> = leases.clone().filter(|l| l.holds()).map(|l| l.hold).collect();
        for lease in leases {
            index.know(lease);
            if lease.founded() && living.contains(&lease.number) {
                index.found(terms, rules, lease);
            }
            if lease.holds() {
                index.join(lease);
            }
        }
        tickets.for_each(|ticket| index.queue(rules, ticket));
        index
    }

    /// Ids and keys of a lease, living or ended.
    pub fn know(&mut self, lease: &Lease) {
        self.leases.insert(lease.id.clone(), lease.number);
        if let Some(ticket) = &lease.ticket {
            self.claimed.insert(ticket.clone(), lease.number);
        }
        for key in &lease.keys {
            self.remember(&lease.subject.owner, key, Memo::Checkout(lease.number));
        }
        self.know_end(lease);
    }

    /// How a lease came to its end, as far as it has.
    pub fn know_end(&mut self, lease: &Lease) {
        for key in &lease.return_keys {
            let memo = Memo::Return(lease.number);
            self.keys.insert((key.owner.clone(), key.key.clone()), memo);
        }
        if let Some(ending) = &lease.ended {
            self.ended.insert((ending.seq, lease.number));
        }
    }

    /// Forgets an ended lease.
    pub fn forget(&mut self, lease: &Lease) {
        self.leases.remove(&lease.id);
        if let Some(ticket) = &lease.ticket {
            self.claimed.remove(ticket);
        }
        for key in &lease.keys {
            self.keys.remove(&(lease.subject.owner.clone(), key.key.clone()));
        }
        for key in &lease.return_keys {
            self.keys.remove(&(key.owner.clone(), key.key.clone()));
        }
        if let Some(ending) = &lease.ended {
            self.ended.remove(&(ending.seq, lease.number));
        }
    }

    /// A hold, by the lease that takes its seats.
    pub fn found(&mut self, terms: &PoolTerms, rules: &Rules, founder: &Lease) {
        if let Some(key) = share_key(terms, founder) {
            self.shares.insert((key, founder.quantity, founder.number));
        }
        self.taken.add(rules, &founder.subject, founder.seats, purpose(founder));
    }

    /// The end of a hold: its seats are free.
    pub fn dissolve(&mut self, terms: &PoolTerms, rules: &Rules, founder: &Lease) {
        if let Some(key) = share_key(terms, founder) {
            self.shares.remove(&(key, founder.quantity, founder.number));
        }
        self.taken.remove(rules, &founder.subject, founder.seats, purpose(founder));
    }

    /// A lease becomes a member of its hold.
    pub fn join(&mut self, lease: &Lease) {
        self.move_end(lease.hold, |members| {
            members.insert((lease.hold, lease.ends, lease.number));
        });
        self.due.insert((lease.ends, Due::Lease(lease.number)));
    }

    /// A lease is no member of its hold any more, or not with this end.
    pub fn part(&mut self, lease: &Lease) {
        self.move_end(lease.hold, |members| {
            members.remove(&(lease.hold, lease.ends, lease.number));
        });
        self.due.remove(&(lease.ends, Due::Lease(lease.number)));
    }

    fn move_end(&mut self, hold: u64, change: impl FnOnce(&mut BTreeSet<(u64, Millis, u64)>)) {
        if let Some(end) = self.hold_ends(hold) {
            self.frees.remove(&(end, hold));
        }
        change(&mut self.members);
        if let Some(end) = self.hold_ends(hold) {
            self.frees.insert((end, hold));
        }
    }

    /// When the seats of a hold are free; `None` when nobody is left in it.
    pub fn hold_ends(&self, hold: u64) -> Option<Millis> {
        let range = (hold, Millis(i64::MIN), 0)..=(hold, Millis(i64::MAX), u64::MAX);
        self.members.range(range).next_back().map(|(_, end, _)| *end)
    }

    /// How many leases are in a hold, counted no further than two.
    pub fn company(&self, hold: u64) -> usize {
        let range = (hold, Millis(i64::MIN), 0)..=(hold, Millis(i64::MAX), u64::MAX);
        self.members.range(range).take(2).count()
    }

    /// The smallest hold of at least `quantity` seats that `key` may share.
    pub fn shared_hold(&self, key: &ShareKey, quantity: u32) -> Option<u64> {
        let from = (key.clone(), quantity, 0);
        let (found, _, hold) = self.shares.range(from..).next()?;
        (found == key).then_some(*hold)
    }

    /// Leases that hold seats.
    pub fn living(&self) -> usize {
        self.members.len()
    }

    /// A ticket takes its place.
    pub fn queue(&mut self, rules: &Rules, ticket: &Ticket) {
        self.tickets.insert(ticket.id.clone(), ticket.number);
        self.line.insert(rank(rules, ticket));
        self.due.insert((ticket.due(), Due::Ticket(ticket.number)));
        if let Some(key) = &ticket.key {
            self.remember(&ticket.subject.owner, key, Memo::Ticket(ticket.number));
        }
        if let Some(claim) = ticket.claim {
            self.taken.add(rules, &ticket.subject, claim.seats, For::Claim);
        }
    }

    /// A ticket gives its place up, and the seats set aside for it.
    pub fn unqueue(&mut self, rules: &Rules, ticket: &Ticket) {
        self.tickets.remove(&ticket.id);
        self.line.remove(&rank(rules, ticket));
        self.due.remove(&(ticket.due(), Due::Ticket(ticket.number)));
        if let Some(key) = &ticket.key {
            self.keys.remove(&(ticket.subject.owner.clone(), key.key.clone()));
        }
        if let Some(claim) = ticket.claim {
            self.taken.remove(rules, &ticket.subject, claim.seats, For::Claim);
        }
    }

    fn remember(&mut self, owner: &str, key: &Key, memo: Memo) {
        self.keys.insert((owner.to_owned(), key.key.clone()), memo);
    }
}

fn rank(rules: &Rules, ticket: &Ticket) -> (Reverse<i32>, u64) {
    (Reverse(rules.priority(&ticket.subject)), ticket.number)
}

/// Borrowed seats are shared with nobody: their holder is out of sight.
fn share_key(terms: &PoolTerms, founder: &Lease) -> Option<ShareKey> {
    (!founder.borrowed).then(|| founder.subject.share_key(terms.sharing())).flatten()
}

const fn purpose(founder: &Lease) -> For {
    if founder.borrowed { For::Borrowing } else { For::Lease }
}
