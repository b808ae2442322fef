//! What was decided together with a change and must still reach an object.

use domain::id::{EventId, TenantId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query, Sweep};
use crate::row;

/// A row that waits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct OutboxRow {
    /// The tenant whose change wrote it: whose handle deletes it.
    pub tenant_id: TenantId,
    /// The event's id.
    pub id: EventId,
    /// The tenant that it is about.
    pub concerns: TenantId,
    /// Where it goes: `audit`, `fleet`, ...
    pub kind: String,
    /// What is shipped.
    #[serde(deserialize_with = "row::json")]
    pub payload: serde_json::Value,
    /// When it was written.
    pub created_ms: Millis,
    /// How often shipping failed.
    pub attempts: u32,
}

/// Writes a row, in the batch of the change that it tells of.
pub fn put(
    id: &EventId,
    concerns: &TenantId,
    kind: &str,
    payload: &serde_json::Value,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO outbox (tenant_id, id, concerns, kind, payload, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(id)
    .bind(concerns)
    .bind(kind)
    .bind(payload)
    .bind(now)
}

/// The row has arrived.
pub fn delete(id: &EventId) -> Change {
    Change::new("DELETE FROM outbox WHERE tenant_id = ?1 AND id = ?2").bind(id)
}

/// Shipping failed once more.
pub fn failed(id: &EventId) -> Change {
    Change::new("UPDATE outbox SET attempts = attempts + 1 WHERE tenant_id = ?1 AND id = ?2")
        .bind(id)
}

/// What waits for a tenant's changes. Index: the primary key.
pub fn list(limit: u32) -> Query<OutboxRow> {
    Query::new(
        "SELECT tenant_id, id, concerns, kind, payload, created_ms, attempts
           FROM outbox WHERE tenant_id = ?1 ORDER BY id LIMIT ?2",
    )
    .bind(limit)
    .hot()
}

/// What was left behind on the shard before `before`: what failed the least first, then the oldest, so that rows that
/// fail again and again do not hold the others up. Index: `outbox_by_attempts`.
pub fn sweep(before: Millis, limit: u32) -> Sweep<OutboxRow> {
    // All attempts are above -1: said so that the index is searched in its order, and not scanned.
    Sweep::new(
        "SELECT tenant_id, id, concerns, kind, payload, created_ms, attempts
           FROM outbox WHERE attempts > -1 AND created_ms < ?1 ORDER BY attempts, created_ms LIMIT ?2",
    )
    .bind(before)
    .bind(limit)
    .hot()
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct CountRow {
    /// So many.
    pub rows: u64,
}

/// How many rows of the shard failed more than `attempts` times: somebody must look. Index: `outbox_by_attempts`.
pub fn stuck(attempts: u32) -> Sweep<CountRow> {
    Sweep::new("SELECT COUNT(*) AS rows FROM outbox WHERE attempts > ?1").bind(attempts).hot()
}
