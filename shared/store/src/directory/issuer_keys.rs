//! Public halves of signing keys, with their certificates by the root.

use domain::id::{Kid, TenantId};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::query::{Entry, Lookup};

/// Where a signing key stands in its rotation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs.
    Active,
    /// Signs no more; what it signed stays good.
    Retired,
}

impl KeyState {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A signing key's public half.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct IssuerKeyRow {
    /// Its name in signatures.
    pub kid: Kid,
    /// Whose it is.
    pub tenant: TenantId,
    /// The public key as a JWK, JSON text.
    pub public_jwk: String,
    /// The root's certificate for it, compact.
    pub cert: String,
    /// Where it stands in its rotation.
    pub state: KeyState,
    /// First instant at which it may sign.
    pub not_before_ms: Millis,
    /// Since when it signs no more.
    pub retired_ms: Option<Millis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!("SELECT kid, tenant, public_jwk, cert, state, not_before_ms, retired_ms FROM issuer_keys ", $tail)
    };
}

/// Every key of an issuer, up to 100. Index: `issuer_keys_by_tenant`.
pub fn of_tenant(tenant: &TenantId) -> Lookup<IssuerKeyRow> {
    Lookup::new(select!("WHERE tenant = ?1 ORDER BY kid LIMIT 100")).bind(tenant).hot()
}

/// Every key of several issuers, up to 1,000: a holder's JWKS. Index: `issuer_keys_by_tenant`.
pub fn of_tenants(tenants: &[TenantId]) -> Lookup<IssuerKeyRow> {
    let ids: Vec<_> = tenants.iter().map(TenantId::as_str).collect();
    let sql = select!("WHERE tenant IN (SELECT value FROM json_each(?1)) ORDER BY kid LIMIT 1000");
    Lookup::new(sql).bind(serde_json::json!(ids).to_string())
}

/// One key. Index: the primary key.
pub fn by_kid(kid: &Kid) -> Lookup<IssuerKeyRow> {
    Lookup::new(select!("WHERE kid = ?1")).bind(kid).hot()
}

/// The key that signs now. Index: `issuer_keys_active`.
pub fn active(tenant: &TenantId) -> Lookup<IssuerKeyRow> {
    Lookup::new(select!("WHERE tenant = ?1 AND state = 'active'")).bind(tenant).hot()
}

/// A new key. A second active one refuses the batch as a duplicate.
pub fn insert(key: &IssuerKeyRow) -> Entry {
    Entry::new(
        "INSERT INTO issuer_keys (kid, tenant, public_jwk, cert, state, not_before_ms, retired_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(&key.kid)
    .bind(&key.tenant)
    .bind(&key.public_jwk)
    .bind(&key.cert)
    .bind(key.state.name())
    .bind(key.not_before_ms)
    .bind(key.retired_ms)
}

/// The active key signs no more. Refuses its batch as stale when another one is active by now.
///
/// Goes before [`activate`] in the batch: at no point may two keys be active.
pub fn retire(tenant: &TenantId, kid: &Kid, now: Millis) -> Entry {
    Entry::new(
        "UPDATE issuer_keys
            SET state = CASE WHEN state = 'active' THEN 'retired' END, retired_ms = ?3
          WHERE kid = ?2 AND tenant = ?1",
    )
    .bind(tenant)
    .bind(kid)
    .bind(now)
}

/// The next key signs from now on. Refuses its batch as stale when it is not `next` any more.
pub fn activate(tenant: &TenantId, kid: &Kid) -> Entry {
    Entry::new(
        "UPDATE issuer_keys
            SET state = CASE WHEN state = 'next' THEN 'active' END
          WHERE kid = ?2 AND tenant = ?1",
    )
    .bind(tenant)
    .bind(kid)
}
