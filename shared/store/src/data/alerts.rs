//! Alerts about a tenant's API keys, as shipped from its `Watch` object and acknowledged by people.

use domain::id::{AlertId, EventId, KeyId, TenantId};
use domain::time::Millis;
use domain::watch::{Alert, Rule, Severity};
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// An alert.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct AlertRow {
    /// Its id.
    pub id: AlertId,
    /// Counts alerts of the tenant, from 1.
    pub seq: u64,
    /// What it is about.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// The key; none where a product is watched.
    pub key_id: Option<KeyId>,
    /// What is not usual.
    pub value: String,
    /// How the first call looked.
    #[serde(deserialize_with = "row::json")]
    pub detail: serde_json::Value,
    /// Calls so far.
    pub calls: u64,
    /// The first of them.
    pub first_ms: Millis,
    /// The last of them.
    pub last_ms: Millis,
    /// When somebody took note of it.
    pub acknowledged_ms: Option<Millis>,
    /// Who did.
    pub acknowledged_by: Option<String>,
    /// What they said.
    pub note: Option<String>,
    /// Whether its value is usual from now on.
    #[serde(deserialize_with = "row::truth")]
    pub trusted: bool,
}

/// What a list of alerts is narrowed to; everything when empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Only these.
    pub rule: Option<Rule>,
    /// Only these.
    pub severity: Option<Severity>,
    /// Only acknowledged ones, or only open ones.
    pub acknowledged: Option<bool>,
    /// Only about this key.
    pub key: Option<&'a KeyId>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, seq, rule, severity, key_id, value, detail, calls, first_ms, last_ms, acknowledged_ms,
                    acknowledged_by, note, trusted
               FROM alerts ",
            $tail
        )
    };
}

/// A page of alerts, newest first, below the one numbered `before` (none for the first page). Index: `alerts_by_seq`.
pub fn list(filter: &Filter<'_>, before: Option<u64>, limit: u32) -> Query<AlertRow> {
    Query::new(select!(
        "WHERE tenant_id = ?1 AND seq < ?2
           AND (?3 IS NULL OR rule = ?3) AND (?4 IS NULL OR severity = ?4)
           AND (?5 IS NULL OR (acknowledged_ms IS NOT NULL) = ?5) AND (?6 IS NULL OR key_id = ?6)
         ORDER BY seq DESC LIMIT ?7"
    ))
    .bind(before.unwrap_or((1 << 53) - 1))
    .bind(filter.rule.map(Rule::name))
    .bind(filter.severity.map(Severity::name))
    .bind(filter.acknowledged)
    .bind(filter.key)
    .bind(limit)
    .hot()
}

/// One alert. Index: the primary key.
pub fn by_id(id: &AlertId) -> Query<AlertRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id = ?2")).bind(id).hot()
}

/// What must be told of an alert, in the batch that writes it and before it: nothing when the alert is there already, so
/// that a repeat tells nothing again.
pub fn tell(
    alert: &AlertId,
    event: &EventId,
    concerns: &TenantId,
    kind: &str,
    payload: &serde_json::Value,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO outbox (tenant_id, id, concerns, kind, payload, created_ms)
         SELECT ?1, ?3, ?4, ?5, ?6, ?7
          WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE tenant_id = ?1 AND id = ?2)
             ON CONFLICT (tenant_id, id) DO NOTHING",
    )
    .bind(alert)
    .bind(event)
    .bind(concerns)
    .bind(kind)
    .bind(payload)
    .bind(now)
}

/// Writes an alert, or how far it has gone. What people said of it stays.
pub fn put(seq: u64, alert: &Alert) -> Change {
    Change::new(
        "INSERT INTO alerts (tenant_id, id, seq, rule, severity, key_id, value, detail, calls, first_ms, last_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (tenant_id, id) DO UPDATE
            SET calls = MAX(calls, excluded.calls), last_ms = MAX(last_ms, excluded.last_ms)",
    )
    .bind(&alert.id)
    .bind(seq)
    .bind(alert.rule.name())
    .bind(alert.severity.name())
    .bind(alert.key.as_ref())
    .bind(alert.value.as_str())
    .bind(&alert.detail)
    .bind(alert.calls)
    .bind(alert.first)
    .bind(alert.last)
}

/// What people say of an alert.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Who.
    pub by: &'a str,
    /// In their words.
    pub note: Option<&'a str>,
    /// Whether its value is usual from now on.
    pub trusted: bool,
}

/// Somebody took note of an alert. Of several the first counts; what was trusted stays so.
pub fn acknowledge(id: &AlertId, said: &Said<'_>, now: Millis) -> Change {
    Change::new(
        "UPDATE alerts
            SET acknowledged_by = COALESCE(acknowledged_by, ?3), note = COALESCE(note, ?4),
                trusted = MAX(trusted, ?5), acknowledged_ms = COALESCE(acknowledged_ms, ?6)
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(said.by)
    .bind(said.note)
    .bind(said.trusted)
    .bind(now)
}
