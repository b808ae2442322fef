//! Coming back: repeats of an ask that was answered, and tickets.

use crate::id::TicketId;
use crate::pool::NOTE_MS;
use crate::pool::ask::{Checkout, Reply};
use crate::pool::book::Book;
use crate::pool::checkout::Found;
use crate::pool::entry::{Entry, Event};
use crate::pool::index::Memo;
use crate::pool::lease::Lease;
use crate::pool::refusal::Refusal;
use crate::pool::ticket::{Claim, Ticket};
use crate::time::Millis;

impl Book {
    /// The answer to an ask whose key is known already.
    pub(super) fn replay(
        &mut self,
        ask: &Checkout,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Option<Reply>, Refusal> {
        let Some(key) = &ask.key else { return Ok(None) };
        match self.used_for(&ask.subject.owner, &key.key, &key.body)? {
            None => Ok(None),
            Some(Memo::Checkout(number)) => {
                Ok(self.leases.get(&number).map(|lease| granted_before(lease)))
            }
            Some(Memo::Return(_)) => Err(Refusal::KeyReused),
            Some(Memo::Ticket(number)) => {
                let ticket = self.tickets.get(&number).map(|ticket| ticket.id.clone());
                let ticket = ticket.ok_or(Refusal::NoSuchTicket)?;
                let ask = Checkout { key: None, ..ask.clone() };
                self.resume(&ticket, ask, at, entries).map(Some)
            }
        }
    }

    /// What a key was used for, when it was for the same request.
    pub(super) fn used_for(
        &self,
        owner: &str,
        key: &str,
        body: &str,
    ) -> Result<Option<Memo>, Refusal> {
        match self.index.keys.get(&(owner.to_owned(), key.to_owned())).copied() {
            Some(memo) if !self.asked_with(memo, key, body) => Err(Refusal::KeyReused),
            memo => Ok(memo),
        }
    }

    fn asked_with(&self, memo: Memo, key: &str, body: &str) -> bool {
        let lease = |number| self.leases.get(&number);
        match memo {
            Memo::Checkout(n) => lease(n).is_some_and(|l| l.keys.iter().any(|k| k.is(key, body))),
            Memo::Return(n) => {
                lease(n).is_some_and(|l| l.return_keys.iter().any(|k| k.is(key, body)))
            }
            Memo::Ticket(n) => {
                let ticket = self.tickets.get(&n);
                ticket.and_then(|t| t.key.as_ref()).is_some_and(|k| k.is(key, body))
            }
        }
    }

    /// The caller of a ticket comes back: it gets what is set aside, or keeps its place.
    pub(super) fn resume(
        &mut self,
        id: &TicketId,
        ask: Checkout,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let Some(ticket) = self.ticket(id).cloned() else {
            return self.claimed_before(id, &ask.subject.owner);
        };
        if ticket.subject.owner != ask.subject.owner {
            return Err(Refusal::NotYours);
        }
        self.check_open(at)?;
        if let Some(claim) = ticket.claim {
            self.check_new(&ask)?;
            return Ok(self.claim(ticket, claim, ask, at, entries));
        }
        if at.since(ticket.seen) >= NOTE_MS {
            self.record(at, Event::Seen { ticket: id.clone() }, entries);
        }
        Ok(Reply::Queued(self.place(&ticket)))
    }

    fn claimed_before(&self, id: &TicketId, owner: &str) -> Result<Reply, Refusal> {
        let number = self.index.claimed.get(id).ok_or(Refusal::NoSuchTicket)?;
        match self.leases.get(number) {
            Some(lease) if lease.subject.owner == owner => Ok(granted_before(lease)),
            Some(_) => Err(Refusal::NotYours),
            None => Err(Refusal::NoSuchTicket),
        }
    }

    fn claim(
        &mut self,
        ticket: Ticket,
        claim: Claim,
        ask: Checkout,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Reply {
        let keys = ticket.key.into_iter().chain(ask.key).collect();
        let (subject, features) = (ticket.subject, ticket.features);
        let ask = Checkout { subject, features, quantity: ticket.quantity, key: None, ..ask };
        let found = Found { seats: claim.seats, hold: None, borrowed: false };
        let lease = self.draw_up(ask, ticket.ttl_seconds, found, at);
        self.hand_out(Lease { keys, ticket: Some(ticket.id), ..lease }, at, entries)
    }
}

fn granted_before(lease: &Lease) -> Reply {
    Reply::Granted { lease: Box::new(lease.as_granted()), replayed: true }
}
