//! What a tenant wants to be told, and where.

use domain::id::ChannelId;
use domain::time::Millis;
use domain::watch::Rules;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// The rules of a tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct RulesRow {
    /// Counts changes, from 1.
    pub version: i64,
    /// What it wants to be told.
    #[serde(deserialize_with = "row::json")]
    pub rules: Rules,
}

/// The rules; none when the tenant has never said anything. Index: the primary key.
pub fn rules() -> Query<RulesRow> {
    Query::new("SELECT version, rules FROM alert_rules WHERE tenant_id = ?1").hot()
}

/// The rules as of `version`. Guarded: when that is not the next one, somebody else was faster and the batch is refused.
pub fn set_rules(version: i64, rules: &Rules, now: Millis) -> Change {
    Change::new(
        "INSERT INTO alert_rules (tenant_id, version, rules, updated_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id) DO UPDATE
            SET version = CASE WHEN version + 1 = excluded.version THEN excluded.version END,
                rules = excluded.rules, updated_ms = excluded.updated_ms",
    )
    .bind(version)
    .bind(&serde_json::json!(rules))
    .bind(now)
}

/// What alerts are sent by.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// A mail to an address.
    Email,
    /// A signed POST to a URL.
    Webhook,
}

impl ChannelKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }
}

/// Somewhere that alerts go.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Mail or webhook.
    pub kind: ChannelKind,
    /// Address or URL.
    pub target: String,
    /// The secret of a webhook, under the tenant's data key.
    pub sealed: Option<String>,
}

/// Where the tenant's alerts go. Index: the primary key.
pub fn channels() -> Query<ChannelRow> {
    Query::new(
        "SELECT id, kind, target, sealed FROM alert_channels WHERE tenant_id = ?1 ORDER BY id LIMIT 100",
    )
    .hot()
}

/// One of them. Index: the primary key.
pub fn channel(id: &ChannelId) -> Query<ChannelRow> {
    Query::new(
        "SELECT id, kind, target, sealed FROM alert_channels WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .hot()
}

/// Adds one.
pub fn add_channel(row: &ChannelRow, now: Millis) -> Change {
    Change::new(
        "INSERT INTO alert_channels (tenant_id, id, kind, target, sealed, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&row.id)
    .bind(row.kind.name())
    .bind(row.target.as_str())
    .bind(row.sealed.as_deref())
    .bind(now)
}

/// Takes one away: nothing goes there any more.
pub fn remove_channel(id: &ChannelId) -> Change {
    Change::new("DELETE FROM alert_channels WHERE tenant_id = ?1 AND id = ?2").bind(id)
}
