//! Tenants that are to be erased, or were.

use domain::id::TenantId;
use domain::place::Shard;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Entry, Lookup};

/// An erasure under way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ErasureRow {
    /// Who is erased.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// When it was asked for.
    pub asked_ms: Millis,
    /// From when on it is done.
    pub due_ms: Millis,
    /// The last license whose objects are empty.
    pub objects_done: String,
    /// When it was done.
    pub erased_ms: Option<Millis>,
    /// When the last of what outlived it was deleted.
    pub ended_ms: Option<Millis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT e.tenant, t.shard, e.asked_ms, e.due_ms, e.objects_done, e.erased_ms, e.ended_ms
               FROM erasures e JOIN tenants t ON t.id = e.tenant ",
            $tail
        )
    };
}

/// One erasure. Indexes: the primary keys.
pub fn of_tenant(tenant: &TenantId) -> Lookup<ErasureRow> {
    Lookup::new(select!("WHERE e.tenant = ?1")).bind(tenant).hot()
}

/// Erasures that are due and not done, the oldest first. Index: `erasures_due`.
pub fn due(now: Millis, limit: u32) -> Lookup<ErasureRow> {
    Lookup::new(select!("WHERE e.erased_ms IS NULL AND e.due_ms <= ?1 ORDER BY e.due_ms LIMIT ?2"))
        .bind(now)
        .bind(limit)
        .hot()
}

/// Erasures done at `before` or earlier of which something outlives, the oldest first. Index: `erasures_ending`.
pub fn ending(before: Millis, limit: u32) -> Lookup<ErasureRow> {
    Lookup::new(select!(
        "WHERE e.erased_ms <= ?1 AND e.ended_ms IS NULL ORDER BY e.erased_ms LIMIT ?2"
    ))
    .bind(before)
    .bind(limit)
    .hot()
}

/// Nothing outlives it any more.
pub fn ended(tenant: &TenantId, now: Millis) -> Entry {
    Entry::new("UPDATE erasures SET ended_ms = ?2 WHERE tenant = ?1 AND erased_ms IS NOT NULL AND ended_ms IS NULL")
        .bind(tenant)
        .bind(now)
}

/// Asks for an erasure. One that was asked for already stays as it is.
pub fn ask(tenant: &TenantId, now: Millis, due: Millis) -> Entry {
    Entry::new(
        "INSERT INTO erasures (tenant, asked_ms, due_ms) VALUES (?1, ?2, ?3) ON CONFLICT (tenant) DO NOTHING",
    )
    .bind(tenant)
    .bind(now)
    .bind(due)
}

/// Calls it off, while nothing was erased yet.
pub fn call_off(tenant: &TenantId, now: Millis) -> Entry {
    Entry::new("DELETE FROM erasures WHERE tenant = ?1 AND erased_ms IS NULL AND due_ms > ?2")
        .bind(tenant)
        .bind(now)
}

/// The objects of licenses up to this one are empty.
pub fn objects_done(tenant: &TenantId, license: &str) -> Entry {
    Entry::new("UPDATE erasures SET objects_done = ?2 WHERE tenant = ?1").bind(tenant).bind(license)
}

/// Everything is erased.
pub fn done(tenant: &TenantId, now: Millis) -> Entry {
    Entry::new("UPDATE erasures SET erased_ms = ?2 WHERE tenant = ?1 AND erased_ms IS NULL")
        .bind(tenant)
        .bind(now)
}
