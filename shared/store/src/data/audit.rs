//! The tenant's audit log, as shipped from its `AuditLog` object.

use domain::audit::Entry;
use domain::id::{EventId, TenantId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// An entry of the log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct AuditRow {
    /// Whose log it is in.
    pub tenant_id: TenantId,
    /// Counts entries of the tenant, from 1.
    pub seq: u64,
    /// The event's id.
    pub event_id: EventId,
    /// When.
    pub at_ms: Millis,
    /// Who.
    pub actor: String,
    /// What: `license.revoked`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In which request; may be empty.
    pub request_id: String,
    /// What is particular to it.
    #[serde(deserialize_with = "row::json")]
    pub detail: serde_json::Value,
    /// Hash of the entry before it, in hex.
    pub prev: String,
    /// Hash of this entry, in hex.
    pub hash: String,
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        Self {
            tenant: row.tenant_id,
            seq: row.seq,
            event: row.event_id,
            at: row.at_ms,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            request: row.request_id,
            detail: row.detail,
            prev: row.prev,
            hash: row.hash,
        }
    }
}

/// What a list of entries is narrowed to; everything when empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Only this action.
    pub action: Option<&'a str>,
    /// Only by this actor.
    pub actor: Option<&'a str>,
    /// Only on this subject.
    pub subject: Option<&'a str>,
    /// From this instant on.
    pub since: Option<Millis>,
    /// Before this instant.
    pub until: Option<Millis>,
}

/// A page of the log, newest first, below the entry `before` (none for the first page). Index: the primary key.
pub fn list(filter: &Filter<'_>, before: Option<u64>, limit: u32) -> Query<AuditRow> {
    Query::new(
        "SELECT tenant_id, seq, event_id, at_ms, actor, action, subject, request_id, detail, prev, hash
           FROM audit
          WHERE tenant_id = ?1 AND seq < ?2
            AND (?3 IS NULL OR action = ?3) AND (?4 IS NULL OR actor = ?4) AND (?5 IS NULL OR subject = ?5)
            AND (?6 IS NULL OR at_ms >= ?6) AND (?7 IS NULL OR at_ms < ?7)
          ORDER BY seq DESC LIMIT ?8",
    )
    .bind(before.unwrap_or((1 << 53) - 1))
    .bind(filter.action)
    .bind(filter.actor)
    .bind(filter.subject)
    .bind(filter.since)
    .bind(filter.until)
    .bind(limit)
    .hot()
}

/// Entries above `after` in their own order: to check the chain part by part. Index: the primary key.
pub fn chain(after: u64, limit: u32) -> Query<AuditRow> {
    Query::new(
        "SELECT tenant_id, seq, event_id, at_ms, actor, action, subject, request_id, detail, prev, hash
           FROM audit WHERE tenant_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )
    .bind(after)
    .bind(limit)
    .hot()
}

/// The first and the last entry of a time; zeros when there is none.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct Range {
    /// The first one's number.
    pub first: u64,
    /// The last one's.
    pub last: u64,
}

/// Which entries are from `from` on and before `to`. Instants of entries may be out of order by seconds; their numbers are
/// not, so entries between two that fit are among them.
pub fn range(from: Option<Millis>, to: Option<Millis>) -> Query<Range> {
    Query::new(
        "SELECT COALESCE(MIN(seq), 0) AS first, COALESCE(MAX(seq), 0) AS last
           FROM audit WHERE tenant_id = ?1 AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3)",
    )
    .bind(from)
    .bind(to)
}

/// An entry from the log object. The same event again changes nothing; another event with the same number refuses
/// the batch as a duplicate, for the chain must not fork.
pub fn insert(entry: &Entry) -> Change {
    Change::new(
        "INSERT INTO audit (tenant_id, seq, event_id, at_ms, actor, action, subject, request_id, detail, prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (tenant_id, event_id) DO NOTHING",
    )
    .bind(entry.seq)
    .bind(&entry.event)
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.request)
    .bind(&entry.detail)
    .bind(&entry.prev)
    .bind(&entry.hash)
}
