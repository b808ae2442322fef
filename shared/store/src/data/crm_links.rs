//! Which customer tenant an issuer's CRM account is.

use domain::id::TenantId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// A CRM account and its tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CrmLinkRow {
    /// The issuer's name of the customer.
    pub crm_account_id: String,
    /// The tenant.
    pub customer: TenantId,
}

/// The tenant of a CRM account. Index: the primary key.
pub fn by_account(crm_account_id: &str) -> Query<CrmLinkRow> {
    Query::new("SELECT crm_account_id, customer FROM crm_links WHERE tenant_id = ?1 AND crm_account_id = ?2")
        .bind(crm_account_id)
        .hot()
}

/// The CRM accounts of a tenant, up to 16. Index: `crm_links_by_customer`.
pub fn by_customer(customer: &TenantId) -> Query<CrmLinkRow> {
    Query::new(
        "SELECT crm_account_id, customer FROM crm_links
          WHERE tenant_id = ?1 AND customer = ?2 ORDER BY crm_account_id LIMIT 16",
    )
    .bind(customer)
    .hot()
}

/// The first CRM account of each of several tenants, for a statement. Index: `crm_links_by_customer`.
pub fn first_of(customers: &[&TenantId]) -> Query<CrmLinkRow> {
    Query::new(
        "SELECT MIN(crm_account_id) AS crm_account_id, customer FROM crm_links
          WHERE tenant_id = ?1 AND customer IN (SELECT value FROM json_each(?2))
          GROUP BY customer",
    )
    .bind(serde_json::json!(customers).to_string())
    .hot()
}

/// Links an account to a tenant; an account that is linked stays as it is.
pub fn link(crm_account_id: &str, customer: &TenantId, now: Millis) -> Change {
    Change::new(
        "INSERT INTO crm_links (tenant_id, crm_account_id, customer, created_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id, crm_account_id) DO NOTHING",
    )
    .bind(crm_account_id)
    .bind(customer)
    .bind(now)
}
