//! An issuer's plans: where licenses get their terms from.

use domain::id::PlanId;
use domain::terms::Terms;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// A plan.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PlanRow {
    /// Its id in the issuer's own naming.
    pub id: PlanId,
    /// For people.
    pub name: String,
    /// The terms of its licenses.
    #[serde(deserialize_with = "row::json")]
    pub terms: Terms,
    /// How long its licenses run when nobody says otherwise; without end when missing.
    pub term_seconds: Option<u32>,
    /// When it was made.
    pub created_ms: Millis,
}

/// One plan. Index: the primary key.
pub fn by_id(id: &PlanId) -> Query<PlanRow> {
    Query::new("SELECT id, name, terms, term_seconds, created_ms FROM plans WHERE tenant_id = ?1 AND id = ?2").bind(id).hot()
}

/// A page of the issuer's plans. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<PlanRow> {
    Query::new(
        "SELECT id, name, terms, term_seconds, created_ms FROM plans
          WHERE tenant_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )
    .bind(after)
    .bind(limit)
    .hot()
}

/// Makes or changes a plan; licenses made from it keep their terms.
pub fn put(
    id: &PlanId,
    name: &str,
    terms: &Terms,
    term_seconds: Option<u32>,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO plans (tenant_id, id, name, terms, term_seconds, created_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT (tenant_id, id) DO UPDATE
            SET name = excluded.name, terms = excluded.terms,
                term_seconds = excluded.term_seconds, updated_ms = excluded.updated_ms",
    )
    .bind(id)
    .bind(name)
    .bind(&serde_json::json!(terms))
    .bind(term_seconds)
    .bind(now)
}
