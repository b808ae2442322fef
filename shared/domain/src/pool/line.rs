//! The line: by priority of the group, then first come, first served.
//!
//! Nobody takes a seat that somebody ahead waits for, however few seats it asks for: a large ask
//! at the head is not starved by small ones behind it. Only seats that are reserved for a group
//! go to its members past others, who could not have them anyway; and who is kept back by its own
//! cap or exclusion, or wants more than there could ever be for it, holds nobody up.

use std::cmp::Reverse;

use crate::id::TicketId;
use crate::pool::ask::Reply;
use crate::pool::book::Book;
use crate::pool::entry::{Entry, Event};
use crate::pool::refusal::Refusal;
use crate::pool::room::Standing;
use crate::pool::subject::{By, Subject};
use crate::pool::taken::Seats;
use crate::pool::ticket::{Claim, Place, Ticket};
use crate::time::Millis;

/// How many holds are looked through for an estimate.
const LOOK_AHEAD: usize = 1000;

impl Book {
    /// Sets free seats aside for those who are next.
    pub(super) fn serve_line(&mut self, at: Millis, entries: &mut Vec<Entry>) {
        if !self.terms.gives(at) {
            return;
        }
        while let Some((ticket, seats)) = self.next_served() {
            let seconds = i64::from(self.terms.floating.claim_seconds.max(1));
            let claim = Claim { seats, until: at.plus_seconds(seconds) };
            self.record(at, Event::SetAside { ticket, claim }, entries);
        }
    }

    /// The first in line for whom there is room that nobody ahead waits for.
    fn next_served(&self) -> Option<(TicketId, Seats)> {
        let mut ahead: Vec<&Subject> = Vec::new();
        for ticket in self.unserved() {
            match self.standing(&ticket.subject, ticket.quantity) {
                Standing::Fits(seats)
                    if self.spares_all(&ahead, &ticket.subject, ticket.quantity) =>
                {
                    return Some((ticket.id.clone(), seats));
                }
                Standing::Barred(_) => {}
                Standing::Fits(_) | Standing::Short if self.rules.groups.is_empty() => return None,
                Standing::Fits(_) | Standing::Short => ahead.push(&ticket.subject),
            }
        }
        None
    }

    /// Whether a newcomer has to stand behind somebody who waits for the seats it asks for.
    pub(super) fn must_wait(&self, subject: &Subject, quantity: u32) -> bool {
        let priority = Reverse(self.rules.priority(subject));
        let line = self.index.line.range(..=(priority, u64::MAX));
        let ahead = line.filter_map(|(_, number)| self.tickets.get(number));
        let mut waiting = ahead.filter(|ticket| ticket.claim.is_none());
        waiting.any(|ticket| {
            let barred =
                matches!(self.standing(&ticket.subject, ticket.quantity), Standing::Barred(_));
            !barred && !self.spares(&ticket.subject, subject, quantity)
        })
    }

    /// Gives a place in the line up.
    pub(super) fn leave(
        &mut self,
        id: &TicketId,
        by: &By,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let ticket = self.ticket(id).ok_or(Refusal::NoSuchTicket)?;
        if !by.may(&ticket.subject.owner) {
            return Err(Refusal::NotYours);
        }
        self.record(at, Event::Left { ticket: id.clone() }, entries);
        self.serve_line(at, entries);
        Ok(Reply::Left { ticket: id.clone() })
    }

    /// The line in the order in which it is served, with how each ticket stands.
    pub fn queue(&self) -> Vec<(&Ticket, Place)> {
        let line = self.line().map(|ticket| (ticket, self.place(ticket)));
        line.collect()
    }

    pub(super) fn ticket(&self, id: &TicketId) -> Option<&Ticket> {
        self.tickets.get(self.index.tickets.get(id)?)
    }

    pub(super) fn place(&self, ticket: &Ticket) -> Place {
        let up_to = self.line().take_while(|other| other.number != ticket.number);
        let (ahead, wanted) = up_to.fold((0_usize, 0_u64), |(count, wanted), other| {
            let waits = if other.claim.is_none() { other.quantity } else { 0 };
            (count.saturating_add(1), wanted.saturating_add(u64::from(waits)))
        });
        let wanted = wanted.saturating_add(u64::from(ticket.quantity));
        Place {
            ticket: ticket.id.clone(),
            position: ahead.saturating_add(1),
            estimate: ticket.claim.is_none().then(|| self.freed_by(wanted)).flatten(),
            reserved_until: ticket.claim.map(|claim| claim.until),
        }
    }

    /// When `wanted` seats will be free that are not set aside.
    fn freed_by(&self, wanted: u64) -> Option<Millis> {
        let taken = u64::from(self.index.taken.all().total());
        let mut free = u64::from(self.terms.seats()).saturating_sub(taken);
        if free >= wanted {
            return Some(self.newest);
        }
        for (end, hold) in self.index.frees.iter().take(LOOK_AHEAD) {
            let seats = self.leases.get(hold).map_or(0, |founder| founder.seats.total());
            free = free.saturating_add(u64::from(seats));
            if free >= wanted {
                return Some(*end);
            }
        }
        None
    }

    fn line(&self) -> impl Iterator<Item = &Ticket> {
        self.index.line.iter().filter_map(|(_, number)| self.tickets.get(number))
    }

    fn unserved(&self) -> impl Iterator<Item = &Ticket> {
        self.line().filter(|ticket| ticket.claim.is_none())
    }

    fn spares_all(&self, ahead: &[&Subject], subject: &Subject, quantity: u32) -> bool {
        ahead.iter().all(|other| self.spares(other, subject, quantity))
    }
}
