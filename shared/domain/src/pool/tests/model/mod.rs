//! The same rules again, the slow and certain way: lists, scans, and no counters at all.

mod asks;
mod room;

use super::*;
use crate::terms::{Sharing, WhenStopped};

/// Commit and overage seats.
pub(super) type Pair = (u32, u32);

#[derive(Clone, Debug)]
pub(super) struct MLease {
    pub id: LeaseId,
    pub order: u64,
    /// The id of the lease whose seats these are.
    pub hold: LeaseId,
    pub who: Subject,
    pub quantity: u32,
    pub took: Pair,
    pub ttl: u32,
    pub granted_until: i64,
    pub until: i64,
    pub started: i64,
    pub borrowed: bool,
    pub returned: Option<i64>,
    /// When, and the number of the entry.
    pub ended: Option<(i64, u64)>,
    pub ticket: Option<TicketId>,
}

#[derive(Clone, Debug)]
pub(super) struct MTicket {
    pub id: TicketId,
    pub order: u64,
    pub who: Subject,
    pub quantity: u32,
    pub ttl: u32,
    pub seen: i64,
    pub claim: Option<(Pair, i64)>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Used {
    Out(LeaseId),
    Back(LeaseId),
    Wait(TicketId),
}

/// Answers without what the book adds for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Said {
    Granted { lease: LeaseId, took: Pair, until: i64, replayed: bool },
    Queued(Place),
    No(&'static str),
    NoSeat(Option<Millis>),
    Returned { at: i64, held_until: Option<i64>, replayed: bool },
    Extended(i64),
    Left,
    Adopted(i64),
}

pub(super) struct Model {
    pub terms: PoolTerms,
    pub rules: Rules,
    pub newest: i64,
    pub seq: u64,
    pub leases: Vec<MLease>,
    pub tickets: Vec<MTicket>,
    /// Owner, key, digest, and what it was used for.
    pub keys: Vec<(String, Key, Used)>,
}

impl Model {
    pub fn new(terms: PoolTerms) -> Self {
        let (leases, tickets, keys) = (Vec::new(), Vec::new(), Vec::new());
        Self { terms, rules: Rules::default(), newest: 0, seq: 0, leases, tickets, keys }
    }

    /// Counts an entry.
    pub fn note(&mut self, at: i64) {
        self.seq += 1;
        self.newest = at;
    }

    pub fn living(&self) -> impl Iterator<Item = &MLease> {
        self.leases.iter().filter(|lease| lease.ended.is_none())
    }

    /// Whether anybody is left in the hold that `founder` began.
    pub fn is_held(&self, founder: &LeaseId) -> bool {
        self.living().any(|lease| lease.hold == *founder)
    }

    /// Those who took the seats of the holds in force.
    pub fn founders(&self) -> impl Iterator<Item = &MLease> {
        self.leases.iter().filter(|lease| lease.hold == lease.id && self.is_held(&lease.id))
    }

    /// Holds and when their seats are free, in the order of the book.
    pub fn ends_of_holds(&self) -> Vec<(i64, u32)> {
        let end = |founder: &MLease| {
            let members = self.living().filter(|lease| lease.hold == founder.id);
            members.map(|lease| lease.until).max().unwrap()
        };
        let mut ends: Vec<_> =
            self.founders().map(|f| (end(f), f.order, f.took.0 + f.took.1)).collect();
        ends.sort_unstable();
        ends.into_iter().map(|(end, _, seats)| (end, seats)).collect()
    }

    pub fn settle(&mut self, at: i64) {
        loop {
            let leases = self.living().map(|lease| (lease.until, 0, lease.order));
            let tickets = self.tickets.iter().map(|ticket| (due(ticket), 1, ticket.order));
            let Some((due, kind, order)) = leases.chain(tickets).min() else { return };
            if due > at {
                return;
            }
            let when = due.max(self.newest);
            if kind == 0 {
                self.end(order, when);
            } else {
                self.note(when);
                self.drop_ticket(order);
            }
            self.serve(when);
        }
    }

    pub fn end(&mut self, order: u64, at: i64) {
        self.note(at);
        let seq = self.seq;
        let lease = self.leases.iter_mut().find(|lease| lease.order == order).unwrap();
        lease.ended = Some((at, seq));
    }

    pub fn drop_ticket(&mut self, order: u64) {
        let at = self.tickets.iter().position(|ticket| ticket.order == order).unwrap();
        let ticket = self.tickets.remove(at);
        self.keys.retain(|(_, _, used)| *used != Used::Wait(ticket.id.clone()));
    }

    pub fn forget_before(&mut self, seq: u64) {
        let held: Vec<LeaseId> = self.founders().map(|founder| founder.id.clone()).collect();
        let old = |lease: &MLease| {
            lease.ended.is_some_and(|(_, end)| end < seq) && !held.contains(&lease.id)
        };
        for lease in self.leases.extract_if(.., |lease| old(lease)) {
            self.keys.retain(|(_, _, used)| {
                *used != Used::Out(lease.id.clone()) && *used != Used::Back(lease.id.clone())
            });
        }
    }

    pub fn set_terms(&mut self, terms: PoolTerms, at: i64) -> Said {
        if terms.version > self.terms.version {
            self.terms = terms;
            self.note(at);
            self.withdraw_claims(at);
            let last = self.terms.ends.map_or(i64::MAX, |ends| ends.0.max(at));
            for lease in self.leases.iter_mut().filter(|lease| lease.ended.is_none()) {
                lease.until = lease.until.min(last);
            }
            if !self.terms.open && self.terms.floating.when_stopped == WhenStopped::EndNow {
                let all: Vec<u64> = self.living().map(|lease| lease.order).collect();
                for order in all {
                    self.end(order, at);
                }
            }
            self.settle(at);
            self.serve(at);
        }
        Said::Adopted(self.terms.version)
    }

    pub fn set_rules(&mut self, rules: Rules, at: i64) -> Said {
        if rules.version > self.rules.version {
            self.rules = rules;
            self.note(at);
            self.withdraw_claims(at);
            self.serve(at);
        }
        Said::Adopted(self.rules.version)
    }

    fn withdraw_claims(&mut self, at: i64) {
        for ticket in &mut self.tickets {
            if ticket.claim.take().is_some() {
                ticket.seen = at;
            }
        }
    }

    /// What those who share have in common.
    pub fn shared(&self, who: &Subject) -> Option<Vec<String>> {
        let parts = match self.terms.floating.sharing {
            Sharing::None => return None,
            Sharing::User => vec![&who.user],
            Sharing::Host => vec![&who.host],
            Sharing::Device => vec![&who.device],
            Sharing::UserHost => vec![&who.user, &who.host],
        };
        parts.into_iter().cloned().collect()
    }
}

pub(super) fn due(ticket: &MTicket) -> i64 {
    ticket.claim.map_or(ticket.seen + TICKET_MS, |(_, until)| until)
}
