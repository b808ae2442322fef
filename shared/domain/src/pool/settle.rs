//! What falls due, and what an administrator sets.

use crate::pool::ask::Reply;
use crate::pool::book::Book;
use crate::pool::entry::{Entry, Event};
use crate::pool::index::Due;
use crate::pool::lease::{How, Lease};
use crate::pool::rules::Rules;
use crate::pool::subject::OwnedKey;
use crate::pool::taken::Seats;
use crate::pool::terms::PoolTerms;
use crate::time::Millis;

impl Book {
    /// Ends what is due. To be called by the alarm; asks do it themselves.
    pub fn settle(&mut self, now: Millis) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.settle_until(now.max(self.newest), &mut entries);
        entries
    }

    pub(super) fn settle_until(&mut self, at: Millis, entries: &mut Vec<Entry>) {
        while let Some((due, what)) = self.index.due.first().copied() {
            if due > at {
                return;
            }
            let Some(event) = self.lapse(what) else { return };
            let when = due.max(self.newest);
            self.record(when, event, entries);
            self.serve_line(when, entries);
        }
    }

    fn lapse(&self, what: Due) -> Option<Event> {
        match what {
            Due::Ticket(number) => {
                let ticket = self.tickets.get(&number)?.id.clone();
                Some(Event::Lapsed { ticket })
            }
            Due::Lease(number) => {
                let lease = self.leases.get(&number)?;
                let how = if lease.returned.is_some() { How::Returned } else { How::Expired };
                Some(self.end(lease, how, None))
            }
        }
    }

    /// The end of a lease, with the seats that it frees.
    pub(super) fn end(&self, lease: &Lease, how: How, key: Option<OwnedKey>) -> Event {
        let last = self.index.company(lease.hold) == 1;
        let founder = self.leases.get(&lease.hold).filter(|_| last);
        let freed = founder.map_or(Seats::NONE, |founder| founder.seats);
        Event::Ended { lease: lease.id.clone(), how, started: lease.started, freed, key }
    }

    pub(super) fn set_terms(
        &mut self,
        terms: PoolTerms,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Reply {
        if terms.version > self.terms.version {
            self.record(at, Event::TermsSet { terms }, entries);
            self.stop(at, entries);
            self.settle_until(at, entries);
            self.serve_line(at, entries);
        }
        Reply::Adopted { version: self.terms.version }
    }

    /// Ends every lease, when the terms say so.
    fn stop(&mut self, at: Millis, entries: &mut Vec<Entry>) {
        if !self.terms.stop_now() {
            return;
        }
        let living = self.leases.values().filter(|lease| lease.holds());
        let living: Vec<u64> = living.map(|lease| lease.number).collect();
        for number in living {
            if let Some(lease) = self.leases.get(&number) {
                let event = self.end(lease, How::Stopped, None);
                self.record(at, event, entries);
            }
        }
    }

    pub(super) fn set_rules(
        &mut self,
        rules: Rules,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Reply {
        if rules.version > self.rules.version {
            self.record(at, Event::RulesSet { rules: Box::new(rules) }, entries);
            self.serve_line(at, entries);
        }
        Reply::Adopted { version: self.rules.version }
    }
}
