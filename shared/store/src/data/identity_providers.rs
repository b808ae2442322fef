//! The identity provider at which a tenant's people sign in.

use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// An identity provider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ProviderRow {
    /// For people.
    pub name: String,
    /// Its issuer identifier.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// Our secret there, sealed; none for a public client.
    pub client_secret: Option<String>,
    /// How we show it: `basic` or `post`.
    pub token_auth: String,
    /// The role of people whom only the provider knows; none: they must be invited.
    pub auto_join: Option<String>,
    /// When it was set.
    pub updated_ms: Millis,
}

/// The tenant's identity provider. Index: the primary key.
pub fn get() -> Query<ProviderRow> {
    Query::new(
        "SELECT name, issuer, client_id, client_secret, token_auth, auto_join, updated_ms
           FROM identity_providers WHERE tenant_id = ?1",
    )
    .hot()
}

/// Sets the provider.
pub fn put(provider: &ProviderRow) -> Change {
    Change::new(
        "INSERT INTO identity_providers
                (tenant_id, name, issuer, client_id, client_secret, token_auth, auto_join, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (tenant_id) DO UPDATE
            SET name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
                client_secret = excluded.client_secret, token_auth = excluded.token_auth,
                auto_join = excluded.auto_join, updated_ms = excluded.updated_ms",
    )
    .bind(&provider.name)
    .bind(&provider.issuer)
    .bind(&provider.client_id)
    .bind(provider.client_secret.as_deref())
    .bind(&provider.token_auth)
    .bind(provider.auto_join.as_deref())
    .bind(provider.updated_ms)
}

/// Removes the provider.
pub fn delete() -> Change {
    Change::new("DELETE FROM identity_providers WHERE tenant_id = ?1")
}
