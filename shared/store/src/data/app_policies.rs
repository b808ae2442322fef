//! Which applications of a product its issuer lets in. The same row rests on every shard, beside the licenses that it is
//! about: it comes with the read of a license, and so costs no round.

use domain::app::Policy;
use domain::id::ProductId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// A policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PolicyRow {
    /// Counts changes, from 1.
    pub version: i64,
    /// What the issuer wants.
    #[serde(deserialize_with = "row::json")]
    pub policy: Policy,
}

/// The policy of a product of the issuer. Index: the primary key.
pub fn by_product(product: &ProductId) -> Query<PolicyRow> {
    Query::new("SELECT version, policy FROM app_policies WHERE issuer = ?1 AND product = ?2")
        .bind(product)
        .hot()
}

/// The policy as of `version`, by a handle of the issuer. An older one changes nothing.
pub fn put(product: &ProductId, version: i64, policy: &Policy, now: Millis) -> Change {
    Change::new(
        "INSERT INTO app_policies (issuer, product, version, policy, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (issuer, product) DO UPDATE
            SET version = excluded.version, policy = excluded.policy, updated_ms = excluded.updated_ms
          WHERE excluded.version > app_policies.version",
    )
    .bind(product)
    .bind(version)
    .bind(&serde_json::json!(policy))
    .bind(now)
}

/// As [`put`], guarded: when `version` is not the next one, somebody else was faster and the batch is refused.
pub fn change(product: &ProductId, version: i64, policy: &Policy, now: Millis) -> Change {
    Change::new(
        "INSERT INTO app_policies (issuer, product, version, policy, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (issuer, product) DO UPDATE
            SET version = CASE WHEN version + 1 = excluded.version THEN excluded.version END,
                policy = excluded.policy, updated_ms = excluded.updated_ms",
    )
    .bind(product)
    .bind(version)
    .bind(&serde_json::json!(policy))
    .bind(now)
}
