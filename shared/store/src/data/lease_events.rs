//! The ledger of floating seats, as shipped from the Pool objects: what statements are computed from.

use domain::id::{LeaseId, LicenseId};
use domain::pool::{Entry, Event, How, Seats, Subject};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::query::{Change, Query};

/// An entry of a pool's journal that is about seats.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LeaseEventRow {
    /// Counts entries of the pool. Numbers are missing: entries about terms, rules and polls are not here.
    pub seq: u64,
    /// When.
    pub at_ms: Millis,
    /// What: `checked_out`, `extended`, `returned`, `ended`, `refused`, `queued`, `set_aside`, `left`, `lapsed`.
    pub kind: String,
    /// Which lease; none for entries about tickets and refusals.
    pub lease_id: Option<LeaseId>,
    /// The principal that asked for seats, or took a lease back; the `checked_out` of a lease has it for its other
    /// entries.
    pub owner: Option<String>,
    /// The person, where the entry names one.
    pub user: Option<String>,
    /// The machine, where the entry names one.
    pub host: Option<String>,
    /// The device, where the entry names one.
    pub device: Option<String>,
    /// Seats asked for, set aside or freed; 0 where the entry is about none.
    pub quantity: u32,
    /// Seats within the price that a `checked_out` took or an `ended` freed.
    pub commit_seats: u32,
    /// Seats above it that a `checked_out` took or an `ended` freed.
    pub overage_seats: u32,
    /// Of a `refused`, the refusal's name; of an `ended`, `returned`, `expired`, `stopped`, or the administrator's own
    /// words (then `owner` is the administrator).
    pub reason: Option<String>,
    /// Seats within the price that are held, after it.
    pub commit_held: u32,
    /// Seats above it that are held, after it.
    pub overage_held: u32,
    /// Tickets in the line, after it.
    pub waiting: u32,
}

/// What the event says in columns.
#[derive(Default)]
struct Said<'a> {
    kind: &'static str,
    lease: Option<&'a LeaseId>,
    subject: Option<&'a Subject>,
    /// Who acted, where that is not the subject.
    by: Option<&'a str>,
    quantity: u32,
    seats: Seats,
    reason: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// `None` for what is not about seats.
    fn of(event: &'a Event) -> Option<Self> {
        let about = |kind, lease| Self { kind, lease: Some(lease), ..Self::default() };
        let plain = |kind| Self { kind, ..Self::default() };
        Some(match event {
            Event::CheckedOut { lease } => Self {
                subject: Some(&lease.subject),
                quantity: lease.quantity,
                seats: lease.seats,
                ..about("checked_out", &lease.id)
            },
            Event::Extended { lease, .. } => about("extended", lease),
            Event::Returned { lease, .. } => about("returned", lease),
            Event::Ended { lease, how, freed, .. } => {
                let (reason, by) = ending(how);
                let quantity = freed.total();
                Self { quantity, seats: *freed, reason: Some(reason), by, ..about("ended", lease) }
            }
            Event::Refused { subject, quantity, reason } => Self {
                subject: Some(subject),
                quantity: *quantity,
                reason: Some(reason),
                ..plain("refused")
            },
            Event::Queued { ticket } => Self {
                subject: Some(&ticket.subject),
                quantity: ticket.quantity,
                ..plain("queued")
            },
            Event::SetAside { claim, .. } => {
                Self { quantity: claim.seats.total(), ..plain("set_aside") }
            }
            Event::Left { .. } => plain("left"),
            Event::Lapsed { .. } => plain("lapsed"),
            Event::Seen { .. } | Event::TermsSet { .. } | Event::RulesSet { .. } => return None,
        })
    }
}

/// How a lease ended, and who ended it where its holder or time did not.
fn ending(how: &How) -> (&str, Option<&str>) {
    match how {
        How::Returned => ("returned", None),
        How::Expired => ("expired", None),
        How::Released { reason, by } => (reason, Some(by)),
        How::Stopped => ("stopped", None),
    }
}

/// Whether the entry belongs into the ledger: [`row`] makes a row of it.
pub fn is_kept(entry: &Entry) -> bool {
    Said::of(&entry.event).is_some()
}

/// What the ledger says of an entry; `None` when it is not about seats.
pub fn row(entry: &Entry) -> Option<LeaseEventRow> {
    let Said { kind, lease, subject, by, quantity, seats, reason } = Said::of(&entry.event)?;
    let owner = subject.map(|subject| subject.owner.as_str()).or(by);
    Some(LeaseEventRow {
        seq: entry.seq,
        at_ms: entry.at,
        kind: kind.to_owned(),
        lease_id: lease.cloned(),
        owner: owner.map(str::to_owned),
        user: subject.and_then(|subject| subject.user.clone()),
        host: subject.and_then(|subject| subject.host.clone()),
        device: subject.and_then(|subject| subject.device.clone()),
        quantity,
        commit_seats: seats.commit,
        overage_seats: seats.overage,
        reason: reason.map(str::to_owned),
        commit_held: entry.commit_held,
        overage_held: entry.overage_held,
        waiting: entry.waiting,
    })
}

/// Entries from the pool of `license`, those that are about seats; `None` when none is. One statement for all of them,
/// whatever their number: their rows travel as one JSON array. The same entry again changes nothing.
pub fn insert(license: &LicenseId, entries: &[Entry]) -> Option<Change> {
    let rows: Vec<_> = entries.iter().filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    let change = Change::new(
        "INSERT INTO lease_events (tenant_id, license_id, seq, at_ms, kind, lease_id, owner, user, host, device, quantity,
                                   commit_seats, overage_seats, reason, commit_held, overage_held, waiting)
         SELECT ?1, ?2, json_extract(value, '$.seq'), json_extract(value, '$.at_ms'), json_extract(value, '$.kind'),
                json_extract(value, '$.lease_id'), json_extract(value, '$.owner'), json_extract(value, '$.user'),
                json_extract(value, '$.host'), json_extract(value, '$.device'), json_extract(value, '$.quantity'),
                json_extract(value, '$.commit_seats'), json_extract(value, '$.overage_seats'), json_extract(value, '$.reason'),
                json_extract(value, '$.commit_held'), json_extract(value, '$.overage_held'), json_extract(value, '$.waiting')
           FROM json_each(?3) WHERE true
         ON CONFLICT (tenant_id, license_id, seq) DO NOTHING",
    )
    .bind(license)
    .bind(&serde_json::json!(rows));
    Some(change)
}

/// A page of a pool's ledger in its own order, above the entry `after`. Index: the primary key.
pub fn of_pool(license: &LicenseId, after: u64, limit: u32) -> Query<LeaseEventRow> {
    Query::new(
        "SELECT seq, at_ms, kind, lease_id, owner, user, host, device, quantity, commit_seats, overage_seats, reason,
                commit_held, overage_held, waiting
           FROM lease_events
          WHERE tenant_id = ?1 AND license_id = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
    )
    .bind(license)
    .bind(after)
    .bind(limit)
    .hot()
}
