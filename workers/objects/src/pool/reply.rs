//! The book's answers as messages.

use domain::pool::{Book, Place, Reply};
use edge::objects::{PoolReply, PoolView};

/// Leases that one answer holds at most.
const PAGE: u32 = 200;

/// The message of an answer.
pub fn of(reply: Reply) -> PoolReply {
    match reply {
        Reply::Granted { lease, replayed } => PoolReply::Granted { lease, replayed },
        Reply::Queued(place) => {
            let Place { ticket, position, estimate, reserved_until } = place;
            PoolReply::Queued { ticket, position, estimate, reserved_until }
        }
        Reply::Refused(refusal) => PoolReply::Refused(refusal),
        Reply::Returned { lease, at, held_until, replayed: _ } => {
            PoolReply::Returned { lease, at, held_until }
        }
        Reply::Extended { lease, ends } => PoolReply::Extended { lease, ends },
        Reply::Left { .. } | Reply::Adopted { .. } => PoolReply::Done,
    }
}

/// How the pool stands, with a page of its leases.
pub fn view(book: &Book, after: u64, limit: u32) -> PoolView {
    let limit = usize::try_from(limit.min(PAGE)).unwrap_or_default();
    PoolView {
        terms: book.terms().clone(),
        gauges: book.gauges(),
        rules: book.rules().clone(),
        leases: book.leases(after, limit).into_iter().cloned().collect(),
        queue: book.queue().into_iter().map(|(ticket, _)| ticket.clone()).collect(),
        seq: book.seq(),
    }
}
