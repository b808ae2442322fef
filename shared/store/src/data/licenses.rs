//! Licenses: rows of their holder, seen by their issuer as well.

use domain::id::{LicenseId, ProductId, TenantId};
use domain::license::{License, Standing};
use domain::place::Shard;
use domain::terms::Terms;
use domain::time::Millis;
use serde::Deserialize;

pub use crate::data::license_row::LicenseRow;
use crate::directory::sessions::customers;
use crate::query::{Change, Query};

macro_rules! select {
    ($tail:literal) => {
        concat!("SELECT ", crate::data::license_row::columns!(), " FROM licenses ", $tail)
    };
}

/// A license that its holder sees, by id or code. Indexes: the primary key and `licenses_by_code`.
pub fn by_ref(id_or_code: &str) -> Query<LicenseRow> {
    Query::new(select!(
        "WHERE tenant_id = ?1 AND (id = ?2 OR code = ?2) AND provisioned_ms IS NOT NULL"
    ))
    .bind(id_or_code)
    .hot()
}

/// One license of the holder, provisioned or not. Index: the primary key.
pub fn by_id(id: &LicenseId) -> Query<LicenseRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id = ?2")).bind(id).hot()
}

/// How many licenses for one product are looked at.
const SAME_PRODUCT: u32 = 50;

/// The holder's licenses for `product`: those in force at `now` first, the one that ends first before the others. Index:
/// `licenses_by_product`.
pub fn by_product(product: &ProductId, now: Millis) -> Query<LicenseRow> {
    Query::new(select!(
        "WHERE tenant_id = ?1 AND product = ?2 AND provisioned_ms IS NOT NULL
         ORDER BY standing <> 'active' OR starts_ms > ?3 OR COALESCE(ends_ms <= ?3, 0), ends_ms IS NULL, ends_ms, id
         LIMIT ?4"
    ))
    .bind(product)
    .bind(now)
    .bind(SAME_PRODUCT)
    .hot()
}

/// A page of the licenses that the holder sees. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<LicenseRow> {
    let sql = select!(
        "WHERE tenant_id = ?1 AND id > ?2 AND provisioned_ms IS NOT NULL ORDER BY id LIMIT ?3"
    );
    Query::new(sql).bind(after).bind(limit).hot()
}

/// A page of what the issuer has issued to holders on this shard; to `holders` only, where they are listed. Index:
/// `licenses_by_issuer`.
pub fn list_issued(after: &str, limit: u32, holders: Option<&[TenantId]>) -> Query<LicenseRow> {
    Query::new(select!(
        "WHERE issuer = ?1 AND id > ?2
           AND (?4 IS NULL OR tenant_id IN (SELECT value FROM json_each(?4)))
         ORDER BY id LIMIT ?3"
    ))
    .bind(after)
    .bind(limit)
    .bind(customers(holders))
    .hot()
}

/// One license that the issuer has issued to a holder on this shard. Index: `licenses_by_issuer`.
pub fn issued_by_id(id: &LicenseId) -> Query<LicenseRow> {
    Query::new(select!("WHERE issuer = ?1 AND id = ?2")).bind(id).hot()
}

/// Who has issued something that the holder sees.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct IssuerRow {
    /// The issuer.
    pub issuer: TenantId,
}

/// The issuers of the licenses that the holder sees. Index: `licenses_issuers`.
pub fn issuers(limit: u32) -> Query<IssuerRow> {
    Query::new(
        "SELECT DISTINCT issuer FROM licenses
          WHERE tenant_id = ?1 AND provisioned_ms IS NOT NULL ORDER BY issuer LIMIT ?2",
    )
    .bind(limit)
    .hot()
}

/// What only the keepers of a license need to know about a new one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The signed product key.
    pub license_key: Option<&'a str>,
    /// The opportunity that it came from.
    pub crm_opportunity_id: Option<&'a str>,
    /// The issuer's name of the holder.
    pub crm_account_id: Option<&'a str>,
    /// Whether it renews itself.
    pub auto_renew: bool,
    /// `monthly`, `quarterly` or `yearly`.
    pub billing_cycle: Option<&'a str>,
    /// Since when the holder sees it.
    pub provisioned: Option<Millis>,
}

/// A new license, for a handle of its holder; the issuer's records live on `issuer_shard`. A code that the holder has
/// already refuses the batch as a duplicate.
pub fn insert(license: &License, issuer_shard: Shard, origin: &Origin<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO licenses (tenant_id, id, code, issuer, issuer_shard, product, plan, standing, starts_ms, ends_ms,
                               terms, version, license_key, crm_opportunity_id, crm_account_id, auto_renew,
                               billing_cycle, issued_ms, updated_ms, provisioned_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18, ?19)",
    )
    .bind(&license.id)
    .bind(&license.code)
    .bind(&license.issuer)
    .bind(issuer_shard.name())
    .bind(&license.product)
    .bind(&license.plan)
    .bind(license.standing.name())
    .bind(license.starts)
    .bind(license.ends)
    .bind(&serde_json::json!(license.terms))
    .bind(license.version)
    .bind(origin.license_key)
    .bind(origin.crm_opportunity_id)
    .bind(origin.crm_account_id)
    .bind(origin.auto_renew)
    .bind(origin.billing_cycle)
    .bind(now)
    .bind(origin.provisioned)
}

// The changes below are guarded: when the license is not at `version` any more they write NULL into `version`, which
// refuses the whole batch (`Refusal::Stale`), so that nothing else of it happens either. They count the version up
// and drop the signed text, which the issue worker makes again when somebody asks for it.

/// Other terms. `exceeded_since` follows, because other limits may end an excess.
pub fn set_terms(
    id: &LicenseId,
    version: i64,
    terms: &Terms,
    exceeded_since: Option<Millis>,
    now: Millis,
) -> Change {
    Change::new(
        "UPDATE licenses
            SET version = CASE WHEN version = ?3 THEN version + 1 END, license_key = NULL,
                terms = ?4, exceeded_since_ms = ?5, updated_ms = ?6
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(version)
    .bind(&serde_json::json!(terms))
    .bind(exceeded_since)
    .bind(now)
}

/// Suspended, reinstated or revoked. Guarded by `version`.
pub fn set_standing(
    id: &LicenseId,
    version: i64,
    standing: Standing,
    reason: Option<&str>,
    now: Millis,
) -> Change {
    Change::new(
        "UPDATE licenses
            SET version = CASE WHEN version = ?3 THEN version + 1 END, license_key = NULL,
                standing = ?4, suspended_reason = ?5, updated_ms = ?6
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(version)
    .bind(standing.name())
    .bind(reason)
    .bind(now)
}

/// Another end. Guarded by `version`.
pub fn renew(id: &LicenseId, version: i64, ends: Option<Millis>, now: Millis) -> Change {
    Change::new(
        "UPDATE licenses
            SET version = CASE WHEN version = ?3 THEN version + 1 END, license_key = NULL,
                ends_ms = ?4, updated_ms = ?5
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(version)
    .bind(ends)
    .bind(now)
}

/// Keeps the text signed for `version`. Does nothing when the license has moved on meanwhile.
pub fn keep_key(id: &LicenseId, version: i64, license_key: &str) -> Change {
    Change::new(
        "UPDATE licenses SET license_key = ?4 WHERE tenant_id = ?1 AND id = ?2 AND version = ?3",
    )
    .bind(id)
    .bind(version)
    .bind(license_key)
}

/// Since when use has been over a limit; `None` when it is not. Not a change of the license: the version stays.
pub fn mark_exceeded(id: &LicenseId, since: Option<Millis>) -> Change {
    Change::new("UPDATE licenses SET exceeded_since_ms = ?3 WHERE tenant_id = ?1 AND id = ?2")
        .bind(id)
        .bind(since)
}
