//! What people see of their sessions: from where, with what, when last.

use domain::id::SessionId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Purge, Query};

/// A session as its owner sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SessionInfoRow {
    /// Its id.
    pub id: SessionId,
    /// From where it was last used.
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
    /// `link`, `invitation`, `oidc` or `support`.
    pub method: String,
    /// When the person signed in.
    pub created_ms: Millis,
    /// When it was last noted to be used.
    pub seen_ms: Millis,
}

/// Notes about a person's sessions, up to 200, ended ones too. Index: `session_info_by_actor`.
pub fn of_actor(actor: &str) -> Query<SessionInfoRow> {
    Query::new(
        "SELECT id, address, agent, method, created_ms, seen_ms FROM session_info
          WHERE tenant_id = ?1 AND actor = ?2 ORDER BY id LIMIT 200",
    )
    .bind(actor)
    .hot()
}

/// A note about a new session.
pub fn insert(
    id: &SessionId,
    actor: &str,
    (address, agent): (&str, &str),
    method: &str,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO session_info (tenant_id, id, actor, address, agent, method, created_ms, seen_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )
    .bind(id)
    .bind(actor)
    .bind(address)
    .bind(agent)
    .bind(method)
    .bind(now)
}

/// Notes that a session was used, and from where.
pub fn seen(id: &SessionId, address: &str, now: Millis) -> Change {
    Change::new(
        "UPDATE session_info SET seen_ms = ?4, address = ?3 WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(address)
    .bind(now)
}

/// Forgets one session.
pub fn delete(id: &SessionId) -> Change {
    Change::new("DELETE FROM session_info WHERE tenant_id = ?1 AND id = ?2").bind(id)
}

/// Forgets all sessions of a person but one. Index: `session_info_by_actor`.
pub fn delete_others(actor: &str, kept: &SessionId) -> Change {
    Change::new("DELETE FROM session_info WHERE tenant_id = ?1 AND actor = ?2 AND id <> ?3")
        .bind(actor)
        .bind(kept)
}

/// Forgets all sessions of a person. Index: `session_info_by_actor`.
pub fn delete_all(actor: &str) -> Change {
    Change::new("DELETE FROM session_info WHERE tenant_id = ?1 AND actor = ?2").bind(actor)
}

/// Forgets sessions of the shard that were last used before `before`. Index: `session_info_by_use`.
pub fn purge(before: Millis) -> Purge {
    Purge::new("DELETE FROM session_info WHERE seen_ms <= ?1").bind(before).hot()
}
