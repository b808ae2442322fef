//! How a pool stands, as a message.

use domain::pool::Book;
use edge::objects::PoolView;

/// Leases that one answer holds at most.
const PAGE: u32 = 200;

/// How the pool stands, with a page of its leases.
pub fn of(book: &Book, after: u64, limit: u32) -> PoolView {
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
