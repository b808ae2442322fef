//! What an API key may do. Only the hash of a key is kept.

use domain::id::{KeyId, TenantId};
use domain::limiter::CheckoutLimits;
use domain::perimeter::Restrictions;
use domain::place::Shard;
use domain::scope::Scopes;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::directory::tenants::TenantStatus;
use crate::query::{Entry, Lookup};
use crate::row;

/// A key with its tenant: who is calling.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PrincipalRow {
    /// The key's public name.
    pub key_id: KeyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it may do.
    #[serde(deserialize_with = "row::scopes")]
    pub scopes: Scopes,
    /// First instant at which it no longer works.
    pub expires_ms: Option<Millis>,
    /// When it was revoked.
    pub revoked_ms: Option<Millis>,
    /// Requests in any window.
    pub rate_limit: u32,
    /// Length of the window.
    pub rate_window_seconds: u32,
    /// What it demands besides its secret.
    #[serde(deserialize_with = "row::json_or_null")]
    pub restrictions: Option<Box<Restrictions>>,
    /// Its own limits of checkouts.
    #[serde(deserialize_with = "row::json_or_null")]
    pub rate_limits: Option<CheckoutLimits>,
    /// Those of its tenant.
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

/// A key in a list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ApiKeyRow {
    /// Its public name.
    pub id: KeyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it may do.
    #[serde(deserialize_with = "row::scopes")]
    pub scopes: Scopes,
    /// First instant at which it no longer works.
    pub expires_ms: Option<Millis>,
    /// When it was revoked.
    pub revoked_ms: Option<Millis>,
    /// Requests in any window.
    pub rate_limit: u32,
    /// Length of the window.
    pub rate_window_seconds: u32,
    /// When it was made.
    pub created_ms: Millis,
    /// What it demands besides its secret.
    #[serde(deserialize_with = "row::json_or_null")]
    pub restrictions: Option<Box<Restrictions>>,
    /// Its own limits of checkouts.
    #[serde(deserialize_with = "row::json_or_null")]
    pub rate_limits: Option<CheckoutLimits>,
    /// The key that takes its place.
    pub successor: Option<KeyId>,
    /// Counts changes, from 1.
    pub version: i64,
}

impl ApiKeyRow {
    /// Whether it works at `now`, as far as the key itself goes.
    pub fn works(&self, now: Millis) -> bool {
        self.revoked_ms.is_none() && self.expires_ms.is_none_or(|end| now < end)
    }
}

/// A key to store.
#[derive(Clone, Copy, Debug)]
pub struct NewApiKey<'a> {
    /// SHA-256 of the whole text, in hex.
    pub hash: &'a str,
    /// Its public name.
    pub id: &'a KeyId,
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// What it may do.
    pub scopes: Scopes,
    /// First instant at which it no longer works.
    pub expires: Option<Millis>,
    /// Requests in any window.
    pub rate_limit: u32,
    /// Length of the window.
    pub rate_window_seconds: u32,
    /// What it demands besides its secret; nothing where that is empty.
    pub restrictions: Option<&'a Restrictions>,
    /// Its own limits of checkouts.
    pub rate_limits: Option<CheckoutLimits>,
}

/// Who calls with the key of this hash. Indexes: the primary keys of `api_keys` and `tenants`.
pub fn principal(hash: &str) -> Lookup<PrincipalRow> {
    Lookup::new(
        "SELECT k.id AS key_id, k.tenant, k.scopes, k.expires_ms, k.revoked_ms, k.rate_limit, k.rate_window_seconds,
                k.restrictions, k.rate_limits, t.rate_limits AS tenant_rate_limits,
                t.kind AS tenant_kind, t.status AS tenant_status, t.parent, t.shard
           FROM api_keys k JOIN tenants t ON t.id = k.tenant
          WHERE k.hash = ?1",
    )
    .bind(hash)
    .hot()
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, tenant, scopes, expires_ms, revoked_ms, rate_limit, rate_window_seconds, created_ms, restrictions,
                    rate_limits, successor, version
               FROM api_keys ",
            $tail
        )
    };
}

/// A page of a tenant's keys, revoked ones too. Index: `api_keys_by_tenant`.
pub fn list(tenant: &TenantId, after: &str, limit: u32) -> Lookup<ApiKeyRow> {
    Lookup::new(select!("WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3"))
        .bind(tenant)
        .bind(after)
        .bind(limit)
        .hot()
}

/// One key of a tenant. Index: `api_keys_by_id`.
pub fn by_id(tenant: &TenantId, id: &KeyId) -> Lookup<ApiKeyRow> {
    Lookup::new(select!("WHERE id = ?2 AND tenant = ?1")).bind(tenant).bind(id).hot()
}

/// One key, whoever's: for callers that own the key's tenant, which they must check. Index: `api_keys_by_id`.
pub fn by_id_anywhere(id: &KeyId) -> Lookup<ApiKeyRow> {
    Lookup::new(select!("WHERE id = ?1")).bind(id).hot()
}

/// A new key.
pub fn insert(key: &NewApiKey<'_>, now: Millis) -> Entry {
    Entry::new(
        "INSERT INTO api_keys (hash, id, tenant, scopes, expires_ms, rate_limit, rate_window_seconds, created_ms,
                               restrictions, rate_limits)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(key.hash)
    .bind(key.id)
    .bind(key.tenant)
    .bind(key.scopes.names())
    .bind(key.expires)
    .bind(key.rate_limit)
    .bind(key.rate_window_seconds)
    .bind(now)
    .bind(key.restrictions.and_then(at_rest))
    .bind(key.rate_limits.as_ref().map(json))
}

/// Empty restrictions rest as NULL: plain keys are read without reading JSON.
fn at_rest(restrictions: &Restrictions) -> Option<String> {
    (!restrictions.is_empty()).then(|| json(restrictions))
}

/// Plain lists, texts and numbers: they can always be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Other restrictions and limits of checkouts, if the key is still at `version`; refuses its batch as stale otherwise.
pub fn restrict(
    tenant: &TenantId,
    id: &KeyId,
    version: i64,
    restrictions: &Restrictions,
    rate_limits: Option<CheckoutLimits>,
) -> Entry {
    Entry::new(
        "UPDATE api_keys SET restrictions = ?4, rate_limits = ?5,
                version = CASE WHEN version = ?3 THEN version + 1 END
          WHERE id = ?2 AND tenant = ?1",
    )
    .bind(tenant)
    .bind(id)
    .bind(version)
    .bind(at_rest(restrictions))
    .bind(rate_limits.as_ref().map(json))
}

/// Names the key that takes the place of this one, which ends at `end` unless it ends before. If the key is still at
/// `version`; refuses its batch as stale otherwise.
pub fn succeed(
    tenant: &TenantId,
    id: &KeyId,
    version: i64,
    successor: &KeyId,
    end: Millis,
) -> Entry {
    Entry::new(
        "UPDATE api_keys SET successor = ?4, expires_ms = MIN(COALESCE(expires_ms, ?5), ?5),
                version = CASE WHEN version = ?3 THEN version + 1 END
          WHERE id = ?2 AND tenant = ?1",
    )
    .bind(tenant)
    .bind(id)
    .bind(version)
    .bind(successor)
    .bind(end)
}

/// Whose key this hash is, and which. Index: the primary key.
pub fn by_hash(hash: &str) -> Lookup<ApiKeyRow> {
    Lookup::new(select!("WHERE hash = ?1")).bind(hash).hot()
}

/// Ends a tenant's key. Does nothing when it is revoked already or somebody else's.
pub fn revoke(tenant: &TenantId, id: &KeyId, now: Millis) -> Entry {
    Entry::new(
        "UPDATE api_keys SET revoked_ms = ?3 WHERE id = ?2 AND tenant = ?1 AND revoked_ms IS NULL",
    )
    .bind(tenant)
    .bind(id)
    .bind(now)
}

/// Goes behind a new key in its batch, and refuses the batch as stale when the tenant then has more working keys than its
/// plan allows. `most`: JSON of the names of plans and their limits; a plan that is not in it has none.
pub fn within(tenant: &TenantId, most: &serde_json::Value, now: Millis) -> Entry {
    Entry::new(
        "UPDATE tenants
            SET version = CASE
                  WHEN (SELECT COUNT(*) FROM api_keys
                         WHERE tenant = ?1 AND revoked_ms IS NULL AND COALESCE(expires_ms, ?3 + 1) > ?3)
                       <= COALESCE((SELECT m.value FROM json_each(?2) m WHERE m.key = tenants.plan), 1000000000)
                  THEN version END
          WHERE id = ?1",
    )
    .bind(tenant)
    .bind(most)
    .bind(now)
}

/// How many there are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct KeysRow {
    /// So many.
    pub keys: u32,
}

/// How many working keys a tenant has. Index: `api_keys_by_tenant`.
pub fn counted(tenant: &TenantId, now: Millis) -> Lookup<KeysRow> {
    Lookup::new(
        "SELECT COUNT(*) AS keys FROM api_keys
          WHERE tenant = ?1 AND revoked_ms IS NULL AND COALESCE(expires_ms, ?2 + 1) > ?2",
    )
    .bind(tenant)
    .bind(now)
    .hot()
}
