//! What happened in a pool, as its followers are told.

use domain::id::TicketId;
use domain::pool::{Book, Entry, Event, Subject};
use domain::time::Millis;
use edge::objects::{PoolCall, PoolEvents, PoolReply};
use store::data::lease_events;
use wire::pool::PoolEvent;

use crate::disk::{Disk, DiskError};
use crate::pool::live::Live;
use crate::pool::rows;

/// Entries that one page covers at most.
const PAGE: u32 = 500;

/// The entries after `after`, as far as the journal has them.
///
/// # Errors
/// When the storage fails.
pub fn page(
    live: &Live,
    disk: &impl Disk,
    after: Option<u64>,
    limit: u32,
) -> Result<PoolEvents, DiskError> {
    let newest = live.book.seq();
    let from = live.oldest.map_or(newest, |oldest| oldest.seq.saturating_sub(1));
    let known = after.filter(|after| (from..newest).contains(after));
    let Some(after) = known else {
        return Ok(PoolEvents { from, next: newest, newest, events: Vec::new() });
    };
    let entries = rows::entries(disk, after, limit.clamp(1, PAGE))?;
    let next = entries.last().map_or(newest, |entry| entry.seq);
    let events = entries.iter().filter_map(|entry| told(&live.book, entry)).collect();
    Ok(PoolEvents { events, from, next, newest })
}

/// The reply of a pool that no seat was asked of yet.
pub fn nothing(call: &PoolCall) -> PoolReply {
    match call {
        PoolCall::Events { .. } => PoolReply::Events(Box::default()),
        _ => PoolReply::Done,
    }
}

/// `None` for what is not about seats. Who holds a lease is told with every entry about it, as long as the book remembers.
fn told(book: &Book, entry: &Entry) -> Option<PoolEvent> {
    let row = lease_events::row(entry)?;
    let lease = row.lease_id.as_ref().and_then(|id| book.lease(id)).map(|lease| &lease.subject);
    let subject = lease.or_else(|| waiting(&entry.event));
    let of =
        |part: fn(&Subject) -> &Option<String>| subject.and_then(|subject| part(subject).clone());
    Some(PoolEvent {
        seq: row.seq,
        at: row.at_ms.into(),
        kind: row.kind,
        lease: row.lease_id,
        ticket: ticket(&entry.event).cloned(),
        user: row.user.or_else(|| of(|subject| &subject.user)),
        host: row.host.or_else(|| of(|subject| &subject.host)),
        device: row.device.or_else(|| of(|subject| &subject.device)),
        key_id: row.owner,
        quantity: row.quantity,
        reason: row.reason,
        expires_at: ends(&entry.event).map(Into::into),
        commit_held: row.commit_held,
        overage_held: row.overage_held,
        waiting: row.waiting,
    })
}

fn waiting(event: &Event) -> Option<&Subject> {
    match event {
        Event::Queued { ticket } => Some(&ticket.subject),
        _ => None,
    }
}

const fn ticket(event: &Event) -> Option<&TicketId> {
    match event {
        Event::Queued { ticket } => Some(&ticket.id),
        Event::SetAside { ticket, .. } | Event::Left { ticket } | Event::Lapsed { ticket } => {
            Some(ticket)
        }
        _ => None,
    }
}

const fn ends(event: &Event) -> Option<Millis> {
    match event {
        Event::CheckedOut { lease } => Some(lease.ends),
        Event::Extended { ends, .. } => Some(*ends),
        _ => None,
    }
}
