//! The row of a license, and the license that it becomes.

use domain::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::license::{License, Standing};
use domain::place::Shard;
use domain::terms::Terms;
use domain::time::Millis;
use serde::Deserialize;

use crate::row;

// In the order of the fields: a row is read from an array of them too.
macro_rules! columns {
    () => {
        "tenant_id, id, code, issuer, issuer_shard, product, plan, standing, suspended_reason, starts_ms, ends_ms, terms,
         exceeded_since_ms, version, license_key, crm_opportunity_id, crm_account_id, auto_renew, billing_cycle, issued_ms,
         updated_ms, provisioned_ms"
    };
}
pub(crate) use columns;

/// A license with what only its keepers need.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LicenseRow {
    /// The holder.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: LicenseId,
    /// Its name for people.
    pub code: LicenseCode,
    /// Whose key signs it.
    pub issuer: TenantId,
    /// Where the issuer's records live, so that nobody has to ask.
    pub issuer_shard: Shard,
    /// What it is for.
    pub product: ProductId,
    /// The plan that it was made from.
    pub plan: PlanId,
    /// What the issuer decided about it.
    pub standing: Standing,
    /// Why it is suspended or revoked.
    pub suspended_reason: Option<String>,
    /// First instant.
    pub starts_ms: Millis,
    /// First instant after it.
    pub ends_ms: Option<Millis>,
    /// What it allows.
    #[serde(deserialize_with = "row::json")]
    pub terms: Terms,
    /// Since when reported use has been over a limit.
    pub exceeded_since_ms: Option<Millis>,
    /// Counts changes, from 1.
    pub version: i64,
    /// The product key signed for this version; missing until it is signed again.
    pub license_key: Option<String>,
    /// The opportunity that it came from.
    pub crm_opportunity_id: Option<String>,
    /// The issuer's name of the holder.
    pub crm_account_id: Option<String>,
    /// Whether it renews itself.
    #[serde(deserialize_with = "row::truth")]
    pub auto_renew: bool,
    /// `monthly`, `quarterly` or `yearly`.
    pub billing_cycle: Option<String>,
    /// When it was made.
    pub issued_ms: Millis,
    /// When it was last changed.
    pub updated_ms: Millis,
    /// Since when the holder sees it.
    pub provisioned_ms: Option<Millis>,
}

impl LicenseRow {
    /// Whether `name` is its id or its code.
    pub fn is_called(&self, name: &str) -> bool {
        self.id.as_str() == name || self.code.as_str() == name
    }

    /// The license as the rules see it.
    pub fn license(&self) -> License {
        self.clone().into()
    }
}

impl From<LicenseRow> for License {
    fn from(row: LicenseRow) -> Self {
        Self {
            id: row.id,
            code: row.code,
            holder: row.tenant_id,
            issuer: row.issuer,
            product: row.product,
            plan: row.plan,
            standing: row.standing,
            starts: row.starts_ms,
            ends: row.ends_ms,
            terms: row.terms,
            exceeded_since: row.exceeded_since_ms,
            version: row.version,
        }
    }
}
