//! Why an ask is refused.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Why an ask is refused. [`Refusal::is_denial`] says which refusals stand in the journal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// Not enough seats are free for this caller.
    #[error("no seat is free: {held} of {commit} and {max_overage} overage seats are held")]
    NoSeat {
        /// Seats within the price.
        commit: u32,
        /// Seats above it.
        max_overage: u32,
        /// Seats held.
        held: u32,
        /// When the next seat is free, should nobody return early or extend.
        next_free: Option<Millis>,
    },
    /// The license is suspended or revoked.
    #[error("the license gives out no seats")]
    Closed,
    /// The license is past its end.
    #[error("the license has ended")]
    Ended,
    /// None were asked for.
    #[error("no seats were asked for")]
    QuantityZero,
    /// More than there are.
    #[error("more seats were asked for than the {limit} that there are")]
    QuantityTooLarge {
        /// All seats.
        limit: u32,
    },
    /// Longer than the license allows.
    #[error("a lease lasts at most {max_seconds} s")]
    TtlTooLong {
        /// The longest.
        max_seconds: u32,
    },
    /// The user or group may not hold more.
    #[error("{scope} may hold at most {limit} seats")]
    CapReached {
        /// The name of the user or group.
        scope: String,
        /// The cap.
        limit: u32,
    },
    /// Shut out by the customer's rules.
    #[error("the rules of the pool exclude the caller")]
    Excluded,
    /// Too many wait already.
    #[error("the line is full: {limit} wait")]
    QueueFull {
        /// How many may.
        limit: u32,
    },
    /// The license does not allow borrowing.
    #[error("seats of this license cannot be borrowed")]
    BorrowNotAllowed,
    /// Longer than the license allows.
    #[error("a seat may be borrowed for at most {max_seconds} s")]
    BorrowTooLong {
        /// The longest.
        max_seconds: u32,
    },
    /// The customer's rules keep the other seats back.
    #[error("at most {limit} seats may be borrowed at a time")]
    BorrowKeepsBack {
        /// How many may be.
        limit: u32,
    },
    /// There is none of this id, or it was forgotten.
    #[error("there is no such lease")]
    NoSuchLease,
    /// It belongs to another principal.
    #[error("it belongs to somebody else")]
    NotYours,
    /// It was returned, or its time is over.
    #[error("the lease has ended")]
    LeaseEnded {
        /// When.
        at: Millis,
    },
    /// There is none of this id, or it has lapsed.
    #[error("there is no such ticket")]
    NoSuchTicket,
    /// The key, or the new id, has been used for something else.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}

impl Refusal {
    /// The name, as in `reason`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoSeat { .. } => "no_seat",
            Self::Closed => "closed",
            Self::Ended => "ended",
            Self::QuantityZero => "quantity_zero",
            Self::QuantityTooLarge { .. } => "quantity_too_large",
            Self::TtlTooLong { .. } => "ttl_too_long",
            Self::CapReached { .. } => "cap_reached",
            Self::Excluded => "excluded",
            Self::QueueFull { .. } => "queue_full",
            Self::BorrowNotAllowed => "borrow_not_allowed",
            Self::BorrowTooLong { .. } => "borrow_too_long",
            Self::BorrowKeepsBack { .. } => "borrow_keeps_back",
            Self::NoSuchLease => "no_such_lease",
            Self::NotYours => "not_yours",
            Self::LeaseEnded { .. } => "lease_ended",
            Self::NoSuchTicket => "no_such_ticket",
            Self::KeyReused => "key_reused",
        }
    }

    /// Whether it stands in the journal: a well-formed ask that seats or the customer's rules did
    /// not allow. The others say nothing about how many seats are wanted.
    pub const fn is_denial(&self) -> bool {
        matches!(
            self,
            Self::NoSeat { .. }
                | Self::CapReached { .. }
                | Self::Excluded
                | Self::QueueFull { .. }
                | Self::BorrowKeepsBack { .. }
        )
    }
}
