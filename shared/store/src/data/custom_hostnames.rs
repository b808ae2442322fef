//! Domains that a tenant brings.

use domain::hostname::{Claim, Reason, State};
use domain::id::TenantId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query, Sweep};
use crate::row;

/// A domain of a tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CustomHostnameRow {
    /// Whose it is to be.
    pub tenant_id: TenantId,
    /// The name.
    pub host: String,
    /// The token in the TXT record.
    pub token: String,
    /// Where it has come to.
    pub state: State,
    /// Tries in this state.
    pub attempts: u32,
    /// Since when proof is waited for.
    pub since_ms: Millis,
    /// When there is something to do.
    pub next_ms: Option<Millis>,
    /// Why it is there.
    pub reason: Option<Reason>,
    /// Its id at the platform.
    pub remote_id: Option<String>,
    /// What the platform last said of it.
    #[serde(deserialize_with = "row::json")]
    pub remote: serde_json::Value,
    /// When it was added.
    pub created_ms: Millis,
    /// Counts changes, from 1.
    pub version: i64,
}

impl CustomHostnameRow {
    /// Its way so far.
    pub const fn claim(&self) -> Claim {
        Claim {
            state: self.state,
            attempts: self.attempts,
            since: self.since_ms,
            next: self.next_ms,
            reason: self.reason,
        }
    }

    /// The row with another way.
    #[must_use]
    pub fn with(self, claim: &Claim) -> Self {
        let Claim { state, attempts, since, next, reason } = *claim;
        Self { state, attempts, since_ms: since, next_ms: next, reason, ..self }
    }
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT tenant_id, host, token, state, attempts, since_ms, next_ms, reason, remote_id, remote, created_ms, version
               FROM custom_hostnames ",
            $tail
        )
    };
}

/// One domain of the tenant. Index: the primary key.
pub fn by_host(host: &str) -> Query<CustomHostnameRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND host = ?2")).bind(host).hot()
}

/// A page of the tenant's domains. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<CustomHostnameRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND host > ?2 ORDER BY host LIMIT ?3"))
        .bind(after)
        .bind(limit)
        .hot()
}

/// What is due on the shard, the longest due first. Index: `custom_hostnames_due`.
pub fn due(now: Millis, limit: u32) -> Sweep<CustomHostnameRow> {
    Sweep::new(select!("WHERE next_ms <= ?1 ORDER BY next_ms LIMIT ?2")).bind(now).bind(limit).hot()
}

/// A new domain, unless the tenant has `most` already: then it refuses its batch as stale. Its being there already
/// refuses the batch as a duplicate.
pub fn insert(row: &CustomHostnameRow, most: Option<u32>) -> Change {
    Change::new(
        "INSERT INTO custom_hostnames (tenant_id, host, token, state, attempts, since_ms, next_ms, created_ms, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                 CASE WHEN ?9 IS NULL
                        OR (SELECT COUNT(*) FROM custom_hostnames o WHERE o.tenant_id = ?1) < ?9 THEN 1 END)",
    )
    .bind(&row.host)
    .bind(&row.token)
    .bind(row.state.name())
    .bind(row.attempts)
    .bind(row.since_ms)
    .bind(row.next_ms)
    .bind(row.created_ms)
    .bind(most)
}

/// A step of its way, if it is still at the row's version; refuses its batch as stale otherwise.
pub fn step(row: &CustomHostnameRow) -> Change {
    Change::new(
        "UPDATE custom_hostnames
            SET version = CASE WHEN version = ?3 THEN version + 1 END, state = ?4, attempts = ?5, since_ms = ?6,
                next_ms = ?7, reason = ?8, remote_id = ?9, remote = ?10
          WHERE tenant_id = ?1 AND host = ?2",
    )
    .bind(&row.host)
    .bind(row.version)
    .bind(row.state.name())
    .bind(row.attempts)
    .bind(row.since_ms)
    .bind(row.next_ms)
    .bind(row.reason.and_then(|reason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned)))
    .bind(row.remote_id.as_ref())
    .bind(&row.remote)
}

/// It is off the platform.
pub fn forget(host: &str) -> Change {
    Change::new("DELETE FROM custom_hostnames WHERE tenant_id = ?1 AND host = ?2").bind(host)
}
