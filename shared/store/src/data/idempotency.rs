//! Answers to POSTs with an Idempotency-Key: each is carried out once.
//!
//! `begin` reserves the key, `finish` joins the batch of the change. A request that died leaves its key `running`;
//! after a while another may take it over, and from then on the first one's `finish` refuses its batch.

use domain::id::RequestId;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::query::{Change, Purge, Query};

/// How far the request with a key has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// At work, or dead.
    Running,
    /// Answered.
    Done,
}

/// A key that was used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct IdempotencyRow {
    /// The endpoint that it was used on.
    pub endpoint: String,
    /// Hash of the body that it came with.
    pub body_hash: String,
    /// The request at work on it.
    pub owner: RequestId,
    /// How far it has come.
    pub state: Progress,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The answer, sealed: it may show a key that is shown once.
    pub answer_sealed: Option<String>,
    /// When the owner began.
    pub created_ms: Millis,
    /// When the key may be forgotten.
    pub expires_ms: Millis,
}

/// Names the key: who used it, and the hash of its text.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The principal, so that two callers' keys never meet.
    pub caller: &'a str,
    /// Hash of the header's text.
    pub key_hash: &'a str,
}

/// A key and the request that carries it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The key.
    pub name: Name<'a>,
    /// The endpoint.
    pub endpoint: &'a str,
    /// Hash of the body.
    pub body_hash: &'a str,
    /// The request.
    pub owner: &'a RequestId,
    /// When the key may be forgotten.
    pub expires: Millis,
}

/// Reserves a key. One change: it is ours. None: it was used before, so [`read`] it.
pub fn begin(claim: &Claim<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO idempotency (tenant_id, caller, key_hash, endpoint, body_hash, owner, state, created_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'running', ?7, ?8)
         ON CONFLICT (tenant_id, caller, key_hash) DO NOTHING",
    )
    .bind(claim.name.caller)
    .bind(claim.name.key_hash)
    .bind(claim.endpoint)
    .bind(claim.body_hash)
    .bind(claim.owner)
    .bind(now)
    .bind(claim.expires)
}

/// What is known of a key. Index: the primary key.
pub fn read(name: &Name<'_>) -> Query<IdempotencyRow> {
    Query::new(
        "SELECT endpoint, body_hash, owner, state, status, answer_sealed, created_ms, expires_ms
           FROM idempotency WHERE tenant_id = ?1 AND caller = ?2 AND key_hash = ?3",
    )
    .bind(name.caller)
    .bind(name.key_hash)
    .hot()
}

/// Takes a key over from a request that began before `dead_before` and never finished. One change: it is ours.
pub fn take_over(name: &Name<'_>, owner: &RequestId, dead_before: Millis, now: Millis) -> Change {
    Change::new(
        "UPDATE idempotency SET owner = ?4, created_ms = ?6
          WHERE tenant_id = ?1 AND caller = ?2 AND key_hash = ?3 AND state = 'running' AND created_ms < ?5",
    )
    .bind(name.caller)
    .bind(name.key_hash)
    .bind(owner)
    .bind(dead_before)
    .bind(now)
}

/// Keeps the answer. Refuses its batch as stale when another request has taken the key over.
pub fn finish(name: &Name<'_>, owner: &RequestId, status: u16, answer_sealed: &str) -> Change {
    Change::new(
        "UPDATE idempotency
            SET owner = CASE WHEN owner = ?4 AND state = 'running' THEN owner END,
                state = 'done', status = ?5, answer_sealed = ?6
          WHERE tenant_id = ?1 AND caller = ?2 AND key_hash = ?3",
    )
    .bind(name.caller)
    .bind(name.key_hash)
    .bind(owner)
    .bind(u32::from(status))
    .bind(answer_sealed)
}

/// Reserves and answers at once, in the batch of a change on another tenant's shard than where the key was reserved.
/// The key having been answered there already refuses the batch as a duplicate.
pub fn record(claim: &Claim<'_>, status: u16, answer_sealed: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO idempotency (tenant_id, caller, key_hash, endpoint, body_hash, owner, state, created_ms, expires_ms,
                                  status, answer_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'done', ?7, ?8, ?9, ?10)",
    )
    .bind(claim.name.caller)
    .bind(claim.name.key_hash)
    .bind(claim.endpoint)
    .bind(claim.body_hash)
    .bind(claim.owner)
    .bind(now)
    .bind(claim.expires)
    .bind(u32::from(status))
    .bind(answer_sealed)
}

/// Frees a key whose request was refused before it changed anything.
pub fn release(name: &Name<'_>, owner: &RequestId) -> Change {
    Change::new(
        "DELETE FROM idempotency
          WHERE tenant_id = ?1 AND caller = ?2 AND key_hash = ?3 AND owner = ?4 AND state = 'running'",
    )
    .bind(name.caller)
    .bind(name.key_hash)
    .bind(owner)
}

/// Forgets expired keys of the shard. Index: `idempotency_by_expiry`.
pub fn purge(now: Millis) -> Purge {
    Purge::new("DELETE FROM idempotency WHERE expires_ms <= ?1").bind(now).hot()
}
