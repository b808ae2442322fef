//! The book of a pool of floating seats: who holds which, who waits, what was denied.
//!
//! The book decides and remembers, and nothing else: the `Pool` object that drives it writes every
//! [`Entry`] to its journal, and gets the same book back from a [`Snapshot`] and the entries after
//! it. Nothing but [`Book::apply`] changes the book, so what was not journaled has not happened.
//!
//! Time never runs backwards here: an ask counts as made at the instant of the newest entry, when
//! its own is earlier. What falls due (ends of leases, claims and tickets) is noted with the
//! instant at which it was due, in that order, before any ask is heard. When the alarm rings
//! therefore changes no answer.
//!
//! Every operation takes time in the logarithm of the leases, plus the length of the line (at most
//! `max_queue`) and the number of groups; only new terms and rules go through all leases.

mod apply;
mod ask;
mod book;
mod borrow;
pub mod charge;
mod checkout;
mod entry;
mod index;
mod lease;
mod line;
mod refusal;
mod renew;
mod resume;
mod room;
mod rules;
mod settle;
mod snapshot;
pub mod statement;
mod subject;
mod taken;
mod terms;
mod ticket;

pub use ask::{Ask, Borrow, Checkout, Decision, Reply};
pub use book::{Book, Gauges};
pub use entry::{Entry, Event};
pub use lease::{Ending, How, Lease};
pub use refusal::Refusal;
pub use rules::{BorrowRules, Group, Rules, Who};
pub use snapshot::{Head, RestoreError, Snapshot};
pub use subject::{By, Key, OwnedKey, Subject};
pub use taken::Seats;
pub use terms::PoolTerms;
pub use ticket::{Claim, Place, Ticket};

/// A ticket lapses when its caller has not come back for this long, in milliseconds.
pub const TICKET_MS: i64 = 60_000;

/// A caller that comes back sooner than this after the last time noted is not noted again, in
/// milliseconds: a row per poll would be most of the journal. Who comes back at least every
/// `TICKET_MS - NOTE_MS` keeps its place for certain.
pub const NOTE_MS: i64 = 10_000;

#[cfg(test)]
mod tests;
