//! Which tenants there are, and where their records live.

use domain::id::TenantId;
use domain::limiter::CheckoutLimits;
use domain::place::{Region, Shard};
use domain::subscription::Plan;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::directory::sessions::customers;
use crate::query::{Entry, Lookup};
use crate::row;

/// How far a tenant's life has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// In the DIRECTORY, but its shard does not know it yet.
    Creating,
    /// Normal.
    Active,
    /// Stopped, reversible.
    Suspended,
    /// Gone.
    Closed,
}

impl TenantStatus {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

/// A tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct TenantRow {
    /// Its slug.
    pub id: TenantId,
    /// `operator`, `vendor`, `msp` or `customer`.
    pub kind: String,
    /// The tenant above it.
    pub parent: Option<TenantId>,
    /// What it chose.
    pub region: Region,
    /// Where its records live.
    pub shard: Shard,
    /// How far its life has come.
    pub status: TenantStatus,
    /// When it was made.
    pub created_ms: Millis,
    /// Counts changes, from 1.
    pub version: i64,
    /// Its plan of the service.
    pub plan: Plan,
    /// Its own limits of checkouts; none for the usual ones.
    #[serde(deserialize_with = "row::json_or_null")]
    pub rate_limits: Option<CheckoutLimits>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, kind, parent, region, shard, status, created_ms, version, plan, rate_limits FROM tenants ",
            $tail
        )
    };
}

/// One tenant. Index: the primary key.
pub fn by_id(id: &TenantId) -> Lookup<TenantRow> {
    Lookup::new(select!("WHERE id = ?1")).bind(id).hot()
}

/// A page of the tenants below `parent` (above `after`, "" for the first); of `listed` only, where they are listed.
/// Index: `tenants_by_parent`.
pub fn children(
    parent: &TenantId,
    after: &str,
    limit: u32,
    listed: Option<&[TenantId]>,
) -> Lookup<TenantRow> {
    Lookup::new(select!(
        "WHERE parent = ?1 AND id > ?2 AND (?4 IS NULL OR id IN (SELECT value FROM json_each(?4)))
         ORDER BY id LIMIT ?3"
    ))
    .bind(parent)
    .bind(after)
    .bind(limit)
    .bind(customers(listed))
    .hot()
}

/// A page of all tenants, for the operator. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Lookup<TenantRow> {
    Lookup::new(select!("WHERE id > ?1 ORDER BY id LIMIT ?2")).bind(after).bind(limit).hot()
}

/// A tenant's id alone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct TenantIdRow {
    /// Its slug.
    pub id: TenantId,
}

/// Suspended tenants, so that an edge knows in one round whether a license's issuer is among them. Index:
/// `tenants_suspended`. Far more than are ever suspended at a time.
pub fn suspended() -> Lookup<TenantIdRow> {
    Lookup::new("SELECT id FROM tenants WHERE status = 'suspended' AND id > '' LIMIT 1000").hot()
}

/// A new tenant with `status` `creating`, version 1. Its slug being taken refuses the batch as a duplicate.
pub fn create(
    id: &TenantId,
    kind: &str,
    parent: Option<&TenantId>,
    region: Region,
    shard: Shard,
    now: Millis,
) -> Entry {
    Entry::new(
        "INSERT INTO tenants (id, kind, parent, region, shard, status, created_ms, version)
         VALUES (?1, ?2, ?3, ?4, ?5, 'creating', ?6, 1)",
    )
    .bind(id)
    .bind(kind)
    .bind(parent)
    .bind(region.name())
    .bind(shard.name())
    .bind(now)
}

/// Limits of checkouts for all keys of a tenant together; none for the usual ones.
pub fn limit(id: &TenantId, limits: Option<CheckoutLimits>) -> Entry {
    // Two numbers: they can always be written.
    let limits = limits.map(|limits| serde_json::to_string(&limits).unwrap_or_default());
    Entry::new("UPDATE tenants SET rate_limits = ?2 WHERE id = ?1").bind(id).bind(limits)
}

/// The tenant's shard knows it now. Does nothing when it is past `creating` already.
pub fn activate(id: &TenantId) -> Entry {
    Entry::new("UPDATE tenants SET status = 'active', version = version + 1 WHERE id = ?1 AND status = 'creating'").bind(id)
}

/// Another status, if the tenant is still at `version`; refuses its batch as stale otherwise.
pub fn set_status(id: &TenantId, version: i64, status: TenantStatus) -> Entry {
    Entry::new(
        "UPDATE tenants
            SET status = ?3, version = CASE WHEN version = ?2 THEN version + 1 END
          WHERE id = ?1",
    )
    .bind(id)
    .bind(version)
    .bind(status.name())
}

/// Another plan of the service, if the tenant is still at `version`; refuses its batch as stale otherwise.
pub fn set_plan(id: &TenantId, version: i64, plan: Plan) -> Entry {
    Entry::new(
        "UPDATE tenants SET plan = ?3, version = CASE WHEN version = ?2 THEN version + 1 END WHERE id = ?1",
    )
    .bind(id)
    .bind(version)
    .bind(plan.name())
}
