//! Support access: who from above may come in, why, and until when.

use domain::id::{GrantId, TenantId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// A grant of support access.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct GrantRow {
    /// Its id.
    pub id: GrantId,
    /// The tenant above that helps.
    pub supporter: TenantId,
    /// Who of it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When it began.
    pub created_ms: Millis,
    /// First instant at which it no longer stands.
    pub expires_ms: Millis,
    /// When it was ended.
    pub ended_ms: Option<Millis>,
}

/// A grant to store.
#[derive(Clone, Copy, Debug)]
pub struct NewGrant<'a> {
    /// Its id.
    pub id: &'a GrantId,
    /// The tenant above that helps.
    pub supporter: &'a TenantId,
    /// Who of it.
    pub actor: &'a str,
    /// Why.
    pub reason: &'a str,
    /// First instant at which it no longer stands.
    pub expires: Millis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, supporter, actor, reason, created_ms, expires_ms, ended_ms
               FROM support_grants ",
            $tail
        )
    };
}

/// One grant. Index: the primary key.
pub fn by_id(id: &GrantId) -> Query<GrantRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id = ?2")).bind(id).hot()
}

/// A page of the grants, ended ones too. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<GrantRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"))
        .bind(after)
        .bind(limit)
        .hot()
}

/// A new grant.
pub fn insert(grant: &NewGrant<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO support_grants (tenant_id, id, supporter, actor, reason, created_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(grant.id)
    .bind(grant.supporter)
    .bind(grant.actor)
    .bind(grant.reason)
    .bind(now)
    .bind(grant.expires)
}

/// Ends every standing grant of somebody who helps.
pub fn end_all(actor: &str, now: Millis) -> Change {
    Change::new(
        "UPDATE support_grants SET ended_ms = ?3
          WHERE tenant_id = ?1 AND actor = ?2 AND ended_ms IS NULL",
    )
    .bind(actor)
    .bind(now)
}
