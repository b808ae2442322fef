//! Checking seats out for work without a network.

use crate::pool::ask::{Borrow, Checkout, Reply};
use crate::pool::book::Book;
use crate::pool::checkout::Found;
use crate::pool::entry::Entry;
use crate::pool::refusal::Refusal;
use crate::pool::taken::Seats;
use crate::time::Millis;

impl Book {
    pub(super) fn borrow(
        &mut self,
        ask: Borrow,
        at: Millis,
        entries: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let Borrow { checkout: ask, until_seconds } = ask;
        if let Some(reply) = self.replay(&ask, at, entries)? {
            return Ok(reply);
        }
        self.check_quantity(&ask)?;
        self.check_loan(until_seconds)?;
        self.check_open(at)?;
        self.check_new(&ask)?;
        match self.seats_to_borrow(&ask) {
            Ok(seats) => {
                let found = Found { seats, hold: None, borrowed: true };
                Ok(self.grant(ask, self.at_least(until_seconds), found, at, entries))
            }
            Err(refusal) => Err(self.deny(&ask, refusal, at, entries)),
        }
    }

    fn check_loan(&self, until_seconds: u32) -> Result<(), Refusal> {
        match self.terms.floating.borrow_max_seconds {
            0 => Err(Refusal::BorrowNotAllowed),
            max_seconds if until_seconds > max_seconds => {
                Err(Refusal::BorrowTooLong { max_seconds })
            }
            _ => Ok(()),
        }
    }

    fn seats_to_borrow(&self, ask: &Checkout) -> Result<Seats, Refusal> {
        self.entitled(&ask.subject, ask.quantity)?;
        let seats = self.terms.seats();
        let limit = self.rules.borrowable(seats);
        let borrowed = self.index.taken.borrowed.saturating_add(ask.quantity);
        if limit < seats && borrowed > limit {
            return Err(Refusal::BorrowKeepsBack { limit });
        }
        self.own_seats(ask)
    }
}
