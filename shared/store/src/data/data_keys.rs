//! Data keys of a tenant, sealed. What they seal names their version.

use domain::id::TenantId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query, Sweep};

/// A sealed data key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DataKeyRow {
    /// Which of the tenant's keys it is, from 1.
    pub version: u32,
    /// The key, sealed under a key-encryption key.
    pub sealed: String,
}

/// The key that seals at present. Index: the primary key.
pub fn latest() -> Query<DataKeyRow> {
    Query::new(
        "SELECT version, sealed FROM data_keys WHERE tenant_id = ?1 ORDER BY version DESC LIMIT 1",
    )
    .hot()
}

/// One key. Index: the primary key.
pub fn by_version(version: u32) -> Query<DataKeyRow> {
    Query::new("SELECT version, sealed FROM data_keys WHERE tenant_id = ?1 AND version = ?2")
        .bind(version)
        .hot()
}

/// A new key, unless there is one of this version: of two that are made at once the first stays.
pub fn add(version: u32, sealed: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO data_keys (tenant_id, version, sealed, created_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id, version) DO NOTHING",
    )
    .bind(version)
    .bind(sealed)
    .bind(now)
}

/// A data key with its tenant, for sealing it anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SealedDataKey {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Which of the tenant's keys it is.
    pub version: u32,
    /// The key, sealed.
    pub sealed: String,
}

/// Keys of the shard that the key-encryption key `kek` has sealed. Index: `data_keys_by_kek`.
pub fn under(kek: &str, limit: u32) -> Sweep<SealedDataKey> {
    Sweep::new("SELECT tenant_id, version, sealed FROM data_keys WHERE kek = ?1 LIMIT ?2")
        .bind(kek)
        .bind(limit)
        .hot()
}

/// Replaces a sealed key by the same one sealed anew, unless somebody else was faster.
pub fn reseal(version: u32, old: &str, new: &str) -> Change {
    Change::new(
        "UPDATE data_keys SET sealed = ?4 WHERE tenant_id = ?1 AND version = ?2 AND sealed = ?3",
    )
    .bind(version)
    .bind(old)
    .bind(new)
}

/// How many keys of the shard each key-encryption key has sealed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SealedBy {
    /// The id of the key-encryption key.
    pub kek: String,
    /// How many data keys.
    pub data_keys: u64,
    /// How many signing keys.
    pub signing_keys: u64,
}

/// What each key-encryption key has sealed on the shard, signing keys as well.
pub fn sealed_by() -> Sweep<SealedBy> {
    Sweep::new(
        "SELECT kek, SUM(data) AS data_keys, SUM(signing) AS signing_keys
           FROM (SELECT kek, 1 AS data, 0 AS signing FROM data_keys
                  UNION ALL SELECT kek, 0, 1 FROM signing_keys)
          GROUP BY kek ORDER BY kek",
    )
}
