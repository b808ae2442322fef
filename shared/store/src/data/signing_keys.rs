//! Private halves of an issuer's keys, sealed.

use domain::id::Kid;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

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
