//! Checking seats out.

use crate::pool::ask::{Checkout, Reply};
use crate::pool::book::Book;
use crate::pool::entry::{Entry, Event};
use crate::pool::lease::Lease;
use crate::pool::refusal::Refusal;
use crate::pool::room::Standing;
use crate::pool::taken::Seats;
use crate::pool::ticket::Ticket;
use crate::time::Millis;

impl Book {
    pub(super) fn check_out(
        &mut self,
        ask: Checkout,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        if let Some(reply) = self.replay(&ask, at, entries)? {
            return Ok(reply);
        }
        if let Some(ticket) = ask.resume.clone() {
            return self.resume(&ticket, ask, at, entries);
        }
        self.check_quantity(&ask)?;
        let ttl = self.ttl(ask.ttl_seconds)?;
        self.check_open(at)?;
        self.check_new(&ask)?;
        match self.seats_for(&ask) {
            Ok(found) => Ok(self.grant(ask, ttl, found, at, entries)),
            Err(Refusal::NoSeat { .. }) if ask.wait && self.may_wait(&ask) => {
                self.enqueue(ask, ttl, at, entries)
            }
            Err(refusal) => Err(self.deny(&ask, refusal, at, entries)),
        }
    }

    pub(super) fn grant(
        &mut self,
        ask: Checkout,
        ttl_seconds: u32,
        found: Found,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Reply {
        let lease = self.draw_up(ask, ttl_seconds, found, at);
        self.hand_out(lease, at, entries)
    }

    /// The lease that the next entry grants.
    pub(super) fn draw_up(
        &self,
        ask: Checkout,
        ttl_seconds: u32,
        found: Found,
        at: Millis,
    ) -> Lease {
        let number = self.seq.saturating_add(1);
        let ends = self.terms.end_of(at, ttl_seconds);
        Lease {
            id: ask.lease,
            number,
            hold: found.hold.unwrap_or(number),
            subject: ask.subject,
            features: ask.features,
            quantity: ask.quantity,
            seats: found.seats,
            started: at,
            granted_until: ends,
            ends,
            ttl_seconds,
            borrowed: found.borrowed,
            returned: None,
            ended: None,
            keys: ask.key.into_iter().collect(),
            ticket: None,
            return_keys: Vec::new(),
        }
    }

    pub(super) fn hand_out(&mut self, lease: Lease, at: Millis, entries: &mut Vec<Entry>) -> Reply {
        let lease = Box::new(lease);
        self.record(at, Event::CheckedOut { lease: lease.clone() }, entries);
        Reply::Granted { lease, replayed: false }
    }

    /// Seats for a newcomer: of a hold that it may share, else of its own.
    fn seats_for(&self, ask: &Checkout) -> Result<Found, Refusal> {
        if !self.rules.admits(&ask.subject) {
            return Err(Refusal::Excluded);
        }
        let key = ask.subject.share_key(self.terms.sharing());
        let hold = key.and_then(|key| self.index.shared_hold(&key, ask.quantity));
        if hold.is_some() {
            return Ok(Found { seats: Seats::NONE, hold, borrowed: false });
        }
        let seats = self.own_seats(ask)?;
        Ok(Found { seats, hold: None, borrowed: false })
    }

    pub(super) fn own_seats(&self, ask: &Checkout) -> Result<Seats, Refusal> {
        match self.standing(&ask.subject, ask.quantity) {
            Standing::Fits(_) if self.must_wait(&ask.subject, ask.quantity) => Err(self.no_seat()),
            Standing::Fits(seats) => Ok(seats),
            Standing::Short => Err(self.no_seat()),
            Standing::Barred(refusal) => Err(refusal),
        }
    }

    /// Whether waiting could help.
    fn may_wait(&self, ask: &Checkout) -> bool {
        !matches!(self.standing(&ask.subject, ask.quantity), Standing::Barred(_))
    }

    fn enqueue(
        &mut self,
        ask: Checkout,
        ttl_seconds: u32,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let limit = self.terms.floating.max_queue;
        if self.tickets.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return Err(self.deny(&ask, Refusal::QueueFull { limit }, at, entries));
        }
        let ticket = Ticket {
            id: ask.ticket,
            number: self.seq.saturating_add(1),
            subject: ask.subject,
            features: ask.features,
            quantity: ask.quantity,
            ttl_seconds,
            key: ask.key,
            queued: at,
            seen: at,
            claim: None,
        };
        self.record(at, Event::Queued { ticket: Box::new(ticket.clone()) }, entries);
        Ok(Reply::Queued(self.place(&ticket)))
    }

    /// Notes a denial.
    pub(super) fn deny(
        &mut self,
        ask: &Checkout,
        refusal: Refusal,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Refusal {
        if refusal.is_denial() {
            let (subject, quantity) = (ask.subject.clone(), ask.quantity);
            let reason = refusal.name().to_owned();
            self.record(at, Event::Refused { subject, quantity, reason }, entries);
        }
        refusal
    }

    pub(super) fn check_quantity(&self, ask: &Checkout) -> Result<(), Refusal> {
        let limit = self.terms.seats();
        match ask.quantity {
            0 => Err(Refusal::QuantityZero),
            quantity if quantity > limit => Err(Refusal::QuantityTooLarge { limit }),
            _ => Ok(()),
        }
    }

    /// How long the lease is to last, in seconds.
    fn ttl(&self, asked: Option<u32>) -> Result<u32, Refusal> {
        let floating = self.terms.floating;
        let max_seconds = floating.max_ttl_seconds;
        match asked {
            Some(asked) if asked > max_seconds => Err(Refusal::TtlTooLong { max_seconds }),
            asked => Ok(self.at_least(asked.unwrap_or(floating.ttl_seconds))),
        }
    }

    /// A lease lasts at least a second, and no less than the license says.
    pub(super) fn at_least(&self, seconds: u32) -> u32 {
        seconds.max(self.terms.floating.min_seconds).max(1)
    }

    pub(super) fn check_open(&self, at: Millis) -> Result<(), Refusal> {
        match () {
            () if !self.terms.open => Err(Refusal::Closed),
            () if !self.terms.gives(at) => Err(Refusal::Ended),
            () => Ok(()),
        }
    }

    /// New ids come from chance; one that is known already is a repeat without a key.
    pub(super) fn check_new(&self, ask: &Checkout) -> Result<(), Refusal> {
        let known = self.index.leases.contains_key(&ask.lease)
            || self.index.tickets.contains_key(&ask.ticket)
            || self.index.claimed.contains_key(&ask.ticket);
        if known { Err(Refusal::KeyReused) } else { Ok(()) }
    }
}

/// Where the seats of a lease come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub seats: Seats,
    /// The hold that it shares.
    pub hold: Option<u64>,
    pub borrowed: bool,
}
