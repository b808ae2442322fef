//! One-time links. Only the hash of a link's token is kept; what became of it is remembered for a day.

use domain::id::GrantId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Purge, Query};

/// A link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LinkRow {
    /// Whom it signs in; empty for one that was never sent.
    pub actor: String,
    /// The support access that it opens.
    pub grant_id: Option<GrantId>,
    /// Where it leads.
    pub return_to: Option<String>,
    /// First instant at which it no longer works.
    pub expires_ms: Millis,
    /// When it was used.
    pub used_ms: Option<Millis>,
}

/// A link to store.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// The hash of its token.
    pub hash: &'a str,
    /// Whom it signs in; empty for one that is not sent.
    pub actor: &'a str,
    /// The support access that it opens.
    pub grant: Option<&'a GrantId>,
    /// Where it leads.
    pub return_to: Option<&'a str>,
    /// First instant at which it no longer works.
    pub expires: Millis,
}

/// The link of a token. Index: the primary key.
pub fn by_hash(hash: &str) -> Query<LinkRow> {
    Query::new(
        "SELECT actor, grant_id, return_to, expires_ms, used_ms FROM sign_in_links
          WHERE tenant_id = ?1 AND token_hash = ?2",
    )
    .bind(hash)
    .hot()
}

/// A new link.
pub fn insert(link: &NewLink<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO sign_in_links (tenant_id, token_hash, actor, grant_id, return_to, created_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(link.hash)
    .bind(link.actor)
    .bind(link.grant)
    .bind(link.return_to)
    .bind(now)
    .bind(link.expires)
}

/// Uses a link up. Changes no row when it was used before, or has expired.
pub fn use_up(hash: &str, now: Millis) -> Change {
    Change::new(
        "UPDATE sign_in_links SET used_ms = ?3
          WHERE tenant_id = ?1 AND token_hash = ?2 AND used_ms IS NULL AND expires_ms > ?3",
    )
    .bind(hash)
    .bind(now)
}

/// Forgets links of the shard that ended before `before`. Index: `sign_in_links_by_expiry`.
pub fn purge(before: Millis) -> Purge {
    Purge::new("DELETE FROM sign_in_links WHERE expires_ms <= ?1").bind(before).hot()
}
