//! What people know a tenant's API keys by.

use domain::id::KeyId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// What people know a key by.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ApiKeyInfoRow {
    /// The key's public name.
    pub id: KeyId,
    /// The application that uses it.
    pub app_name: String,
    /// What kind of application; may be empty.
    pub app_type: String,
    /// Notes.
    #[serde(deserialize_with = "row::json")]
    pub metadata: serde_json::Value,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_ms: Millis,
    /// When it was last seen in use.
    pub last_used_ms: Option<Millis>,
    /// From which address.
    pub last_used_address: Option<String>,
    /// The name that the machine gave itself.
    pub last_used_host: Option<String>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, app_name, app_type, metadata, created_by, created_ms, last_used_ms, last_used_address,
                    last_used_host
               FROM api_key_info WHERE tenant_id = ?1 AND ",
            $tail
        )
    };
}

/// A page of what people know the tenant's keys by. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<ApiKeyInfoRow> {
    Query::new(select!("id > ?2 ORDER BY id LIMIT ?3")).bind(after).bind(limit).hot()
}

/// What people know one key by. Index: the primary key.
pub fn by_id(id: &KeyId) -> Query<ApiKeyInfoRow> {
    Query::new(select!("id = ?2")).bind(id).hot()
}

/// Notes on a new key; a repeat changes nothing.
pub fn insert(
    id: &KeyId,
    app: (&str, &str),
    metadata: &serde_json::Value,
    created_by: &str,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO api_key_info (tenant_id, id, app_name, app_type, metadata, created_by, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id, id) DO NOTHING",
    )
    .bind(id)
    .bind(app.0)
    .bind(app.1)
    .bind(metadata)
    .bind(created_by)
    .bind(now)
}

/// The key was seen in use, from this address, by a machine of this name.
pub fn touch(id: &KeyId, now: Millis, address: Option<&str>, host: Option<&str>) -> Change {
    Change::new(
        "UPDATE api_key_info SET last_used_ms = ?3, last_used_address = ?4, last_used_host = ?5
          WHERE tenant_id = ?1 AND id = ?2 AND (last_used_ms IS NULL OR last_used_ms < ?3)",
    )
    .bind(id)
    .bind(now)
    .bind(address)
    .bind(host)
}
