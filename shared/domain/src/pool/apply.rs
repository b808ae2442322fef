//! What an entry changes. Nothing else changes the book.

use crate::id::{LeaseId, TicketId};
use crate::pool::book::Book;
use crate::pool::entry::{Entry, Event};
use crate::pool::lease::{Ending, How, Lease};
use crate::pool::subject::OwnedKey;
use crate::pool::terms::PoolTerms;
use crate::pool::ticket::{Claim, Ticket};
use crate::time::Millis;

impl Book {
    /// Changes the book as the entry says. Entries about leases and tickets that are unknown
    /// change nothing: no book has written them.
    pub fn apply(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        self.newest = self.newest.max(entry.at);
        match &entry.event {
            Event::CheckedOut { lease } => self.admit(lease.clone()),
            Event::Extended { lease, ends } => self.amend(lease, |lease| lease.ends = *ends),
            Event::Returned { lease, until, key } => self.amend(lease, |lease| {
                lease.returned = Some(entry.at);
                lease.ends = *until;
                lease.return_keys.extend(key.clone());
            }),
            Event::Ended { lease, how, key, .. } => self.close(entry, lease, how, key.as_ref()),
            Event::Refused { .. } => {}
            Event::Queued { ticket } => self.line_up(ticket),
            Event::Seen { ticket } => self.reseat(ticket, |ticket| ticket.seen = entry.at),
            Event::SetAside { ticket, claim } => self.set_aside(ticket, *claim),
            Event::Left { ticket } | Event::Lapsed { ticket } => self.unqueue(ticket),
            Event::TermsSet { terms } => self.adopt(terms),
            Event::RulesSet { rules } => {
                self.rules = (**rules).clone();
                self.withdraw_claims();
                self.rebuild();
            }
        }
    }

    fn admit(&mut self, lease: Box<Lease>) {
        if let Some(ticket) = &lease.ticket {
            self.unqueue(ticket);
        }
        self.index.know(&lease);
        if lease.founded() {
            self.index.found(&self.terms, &self.rules, &lease);
        }
        self.index.join(&lease);
        self.leases.insert(lease.number, lease);
    }

    fn amend(&mut self, id: &LeaseId, change: impl FnOnce(&mut Lease)) {
        let number = self.index.leases.get(id);
        let Some(lease) = number.and_then(|number| self.leases.get_mut(number)) else { return };
        if !lease.holds() {
            return;
        }
        self.index.part(lease);
        change(lease);
        self.index.join(lease);
        self.index.know_end(lease);
    }

    fn close(&mut self, entry: &Entry, id: &LeaseId, how: &How, key: Option<&OwnedKey>) {
        let number = self.index.leases.get(id);
        let Some(lease) = number.and_then(|number| self.leases.get_mut(number)) else { return };
        if !lease.holds() {
            return;
        }
        self.index.part(lease);
        if *how == How::Returned {
            lease.returned.get_or_insert(entry.at);
        }
        lease.ended = Some(Ending { at: entry.at, how: how.clone(), seq: entry.seq });
        lease.return_keys.extend(key.cloned());
        self.index.know_end(lease);
        let hold = lease.hold;
        self.dissolve_if_empty(hold);
    }

    fn dissolve_if_empty(&mut self, hold: u64) {
        if self.index.company(hold) > 0 {
            return;
        }
        if let Some(founder) = self.leases.get(&hold) {
            self.index.dissolve(&self.terms, &self.rules, founder);
        }
    }

    fn line_up(&mut self, ticket: &Ticket) {
        self.index.queue(&self.rules, ticket);
        self.tickets.insert(ticket.number, ticket.clone());
    }

    fn unqueue(&mut self, id: &TicketId) {
        let number = self.index.tickets.get(id);
        if let Some(ticket) = number.and_then(|number| self.tickets.remove(number)) {
            self.index.unqueue(&self.rules, &ticket);
        }
    }

    fn reseat(&mut self, id: &TicketId, change: impl FnOnce(&mut Ticket)) {
        let number = self.index.tickets.get(id);
        let Some(ticket) = number.and_then(|number| self.tickets.get_mut(number)) else { return };
        self.index.unqueue(&self.rules, ticket);
        change(ticket);
        self.index.queue(&self.rules, ticket);
    }

    fn set_aside(&mut self, id: &TicketId, claim: Claim) {
        self.reseat(id, |ticket| ticket.claim = Some(claim));
    }

    /// Leases that would reach beyond the new end of the license end with it, or now.
    fn adopt(&mut self, terms: &PoolTerms) {
        self.terms = terms.clone();
        let newest = self.newest;
        for lease in self.leases.values_mut().filter(|lease| lease.holds()) {
            lease.ends = lease.ends.min(terms.clip(Millis(i64::MAX)).max(newest));
        }
        self.withdraw_claims();
        self.rebuild();
    }

    /// What was set aside by other terms or rules may be more than there is now. The line is
    /// served anew, and nobody in it loses its place by that.
    fn withdraw_claims(&mut self) {
        for ticket in self.tickets.values_mut().filter(|ticket| ticket.claim.is_some()) {
            ticket.claim = None;
            ticket.seen = self.newest;
        }
    }
}
