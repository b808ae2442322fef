//! Sessions: what a person who has signed in may do. Only the hash of a token is kept.

use domain::id::{SessionId, TenantId};
use domain::limiter::CheckoutLimits;
use domain::place::Shard;
use domain::session::ROTATED_MS;
use domain::time::Millis;
use serde::Deserialize;

use crate::directory::tenants::TenantStatus;
use crate::query::{Entry, Lookup};
use crate::row;

/// A session with its tenant: who is calling.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SessionRow {
    /// Its public name.
    pub id: SessionId,
    /// Whose host it is for.
    pub tenant: TenantId,
    /// The person: a user's id, or with support access the id of whoever opened it.
    pub actor: String,
    /// The name of the person's role.
    pub role: String,
    /// The only customers that the person looks after; none for all.
    #[serde(deserialize_with = "row::json_or_null")]
    pub customers: Option<Vec<TenantId>>,
    /// When this token was made.
    pub made_ms: Millis,
    /// When it was last noted to be used.
    pub seen_ms: Millis,
    /// First instant at which it no longer works.
    pub expires_ms: Millis,
    /// When it was revoked.
    pub revoked_ms: Option<Millis>,
    /// The tenant's own limits of checkouts.
    #[serde(deserialize_with = "row::json_or_null")]
    pub tenant_rate_limits: Option<CheckoutLimits>,
    /// `operator`, `vendor`, `msp` or `customer`.
    pub tenant_kind: String,
    /// How far the tenant's life has come.
    pub tenant_status: TenantStatus,
    /// The tenant above it.
    pub parent: Option<TenantId>,
    /// Where the tenant's records live.
    pub shard: Shard,
}

/// A session in a list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LiveRow {
    /// Its public name.
    pub id: SessionId,
    /// When its token was made.
    pub made_ms: Millis,
    /// When it was last noted to be used.
    pub seen_ms: Millis,
    /// First instant at which it no longer works.
    pub expires_ms: Millis,
}

/// A session to store.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of the token, in hex.
    pub hash: &'a str,
    /// Its public name.
    pub id: &'a SessionId,
    /// Whose host it is for.
    pub tenant: &'a TenantId,
    /// The person.
    pub actor: &'a str,
    /// The name of the person's role.
    pub role: &'a str,
    /// The only customers that the person looks after; none for all.
    pub customers: Option<&'a [TenantId]>,
    /// First instant at which it no longer works.
    pub expires: Millis,
}

/// Customers as they are stored.
pub fn customers(list: Option<&[TenantId]>) -> Option<String> {
    list.map(|list| serde_json::json!(list).to_string())
}

/// Who calls with the token of this hash. Indexes: the primary keys of `sessions` and `tenants`.
pub fn principal(hash: &str) -> Lookup<SessionRow> {
    Lookup::new(
        "SELECT s.id, s.tenant, s.actor, s.role, s.customers, s.made_ms, s.seen_ms, s.expires_ms, s.revoked_ms,
                t.kind AS tenant_kind, t.status AS tenant_status, t.parent, t.shard, t.rate_limits AS tenant_rate_limits
           FROM sessions s JOIN tenants t ON t.id = s.tenant
          WHERE s.hash = ?1",
    )
    .bind(hash)
    .hot()
}

/// A person's sessions that may still work, up to 200. Index: `sessions_by_actor`.
pub fn of_actor(tenant: &TenantId, actor: &str, now: Millis) -> Lookup<LiveRow> {
    Lookup::new(
        "SELECT id, made_ms, seen_ms, expires_ms FROM sessions
          WHERE tenant = ?1 AND actor = ?2 AND revoked_ms IS NULL AND replaced = 0 AND expires_ms > ?3
          ORDER BY id LIMIT 200",
    )
    .bind(tenant)
    .bind(actor)
    .bind(now)
    .hot()
}

/// A new session.
pub fn insert(session: &NewSession<'_>, now: Millis) -> Entry {
    Entry::new(
        "INSERT INTO sessions (hash, id, tenant, actor, role, customers, made_ms, seen_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
    )
    .bind(session.hash)
    .bind(session.id)
    .bind(session.tenant)
    .bind(session.actor)
    .bind(session.role)
    .bind(customers(session.customers))
    .bind(now)
    .bind(session.expires)
}

/// Notes that a session was used. Does nothing when that was noted at `before` or later.
pub fn seen(hash: &str, before: Millis, now: Millis) -> Entry {
    Entry::new("UPDATE sessions SET seen_ms = ?3 WHERE hash = ?1 AND seen_ms < ?2")
        .bind(hash)
        .bind(before)
        .bind(now)
}

/// Replaces a token by a new one, once: the first statement copies the row, the second ends the old one in a minute.
/// Changes nothing when the old token was replaced or revoked before.
pub fn replace(old: &str, new: &str, now: Millis) -> [Entry; 2] {
    [copy(old, new, now), replaced(old, now)]
}

/// The row of `old` under another hash, unless `old` was replaced or revoked.
pub fn copy(old: &str, new: &str, now: Millis) -> Entry {
    Entry::new(
        "INSERT INTO sessions (hash, id, tenant, actor, role, customers, made_ms, seen_ms, expires_ms)
         SELECT ?2, id, tenant, actor, role, customers, ?3, ?3, expires_ms
           FROM sessions WHERE hash = ?1 AND replaced = 0 AND revoked_ms IS NULL",
    )
    .bind(old)
    .bind(new)
    .bind(now)
}

/// Marks a token as replaced: it works for one more minute.
pub fn replaced(hash: &str, now: Millis) -> Entry {
    Entry::new("UPDATE sessions SET replaced = 1, expires_ms = min(expires_ms, ?2) WHERE hash = ?1 AND replaced = 0")
        .bind(hash)
        .bind(now.plus(ROTATED_MS))
}

/// Ends one session of a person, under all of its tokens. Index: `sessions_by_actor`.
pub fn revoke(tenant: &TenantId, actor: &str, id: &SessionId, now: Millis) -> Entry {
    Entry::new(
        "UPDATE sessions SET revoked_ms = ?4 WHERE tenant = ?1 AND actor = ?2 AND id = ?3 AND revoked_ms IS NULL",
    )
    .bind(tenant)
    .bind(actor)
    .bind(id)
    .bind(now)
}

/// Ends the session of a token, under this token.
pub fn revoke_token(hash: &str, now: Millis) -> Entry {
    Entry::new("UPDATE sessions SET revoked_ms = ?2 WHERE hash = ?1 AND revoked_ms IS NULL")
        .bind(hash)
        .bind(now)
}

/// Ends every session of a person but one. Index: `sessions_by_actor`.
pub fn revoke_others(tenant: &TenantId, actor: &str, kept: &SessionId, now: Millis) -> Entry {
    Entry::new(
        "UPDATE sessions SET revoked_ms = ?4 WHERE tenant = ?1 AND actor = ?2 AND id <> ?3 AND revoked_ms IS NULL",
    )
    .bind(tenant)
    .bind(actor)
    .bind(kept)
    .bind(now)
}

/// Ends every session of a person. Index: `sessions_by_actor`.
pub fn revoke_all(tenant: &TenantId, actor: &str, now: Millis) -> Entry {
    Entry::new("UPDATE sessions SET revoked_ms = ?3 WHERE tenant = ?1 AND actor = ?2 AND revoked_ms IS NULL")
        .bind(tenant)
        .bind(actor)
        .bind(now)
}

/// Gives the sessions of a person another role. Index: `sessions_by_actor`.
pub fn set_role(tenant: &TenantId, actor: &str, role: &str, list: Option<&[TenantId]>) -> Entry {
    Entry::new("UPDATE sessions SET role = ?3, customers = ?4 WHERE tenant = ?1 AND actor = ?2")
        .bind(tenant)
        .bind(actor)
        .bind(role)
        .bind(customers(list))
}

/// Removes what ended before `before`, up to 1,000 rows. Index: `sessions_by_expiry`.
pub fn purge(before: Millis) -> Entry {
    Entry::new(
        "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_ms < ?1 LIMIT 1000)",
    )
    .bind(before)
    .hot()
}
