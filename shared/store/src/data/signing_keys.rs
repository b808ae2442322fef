//! Private halves of an issuer's keys, sealed.

use domain::id::{Kid, TenantId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query, Sweep};

/// A sealed private key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SigningKeyRow {
    /// Its name in signatures.
    pub kid: Kid,
    /// The sealed seed, base64.
    pub sealed: String,
    /// When it was made.
    pub created_ms: Millis,
}

/// One sealed key. Index: the primary key.
pub fn by_kid(kid: &Kid) -> Query<SigningKeyRow> {
    Query::new("SELECT kid, sealed, created_ms FROM signing_keys WHERE tenant_id = ?1 AND kid = ?2")
        .bind(kid)
        .hot()
}

/// The tenant's latest sealed keys, the newest first: the active one is among them. Index: the primary key.
pub fn latest(limit: u32) -> Query<SigningKeyRow> {
    Query::new(
        "SELECT kid, sealed, created_ms FROM signing_keys
          WHERE tenant_id = ?1 ORDER BY created_ms DESC, kid LIMIT ?2",
    )
    .bind(limit)
    .hot()
}

/// A new sealed key.
pub fn insert(kid: &Kid, sealed: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO signing_keys (tenant_id, kid, sealed, created_ms) VALUES (?1, ?2, ?3, ?4)",
    )
    .bind(kid)
    .bind(sealed)
    .bind(now)
}

/// A sealed key with its tenant, for sealing it anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SealedSigningKey {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its name in signatures.
    pub kid: Kid,
    /// The sealed seed.
    pub sealed: String,
}

/// Keys of the shard that the key-encryption key `kek` has sealed. Index: `signing_keys_by_kek`.
pub fn under(kek: &str, limit: u32) -> Sweep<SealedSigningKey> {
    Sweep::new("SELECT tenant_id, kid, sealed FROM signing_keys WHERE kek = ?1 LIMIT ?2")
        .bind(kek)
        .bind(limit)
        .hot()
}

/// Replaces a sealed key by the same one sealed anew, unless somebody else was faster.
pub fn reseal(kid: &Kid, old: &str, new: &str) -> Change {
    Change::new(
        "UPDATE signing_keys SET sealed = ?4 WHERE tenant_id = ?1 AND kid = ?2 AND sealed = ?3",
    )
    .bind(kid)
    .bind(old)
    .bind(new)
}
