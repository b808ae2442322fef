//! What a tenant is called and how its pages look.

use domain::id::TenantId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query, Sweep};
use crate::row;

/// A tenant's profile.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ProfileRow {
    /// For people.
    pub name: String,
    /// The operator's name of the tenant in its CRM.
    pub crm_account_id: Option<String>,
    /// Where news go.
    pub contact_email: Option<String>,
    /// Colors and texts of its pages.
    #[serde(deserialize_with = "row::json")]
    pub branding: serde_json::Value,
    /// When it was made.
    pub created_ms: Millis,
}

/// The tenant's profile. Index: the primary key.
pub fn get() -> Query<ProfileRow> {
    Query::new("SELECT name, crm_account_id, contact_email, branding, created_ms FROM profiles WHERE tenant_id = ?1").hot()
}

/// Makes or changes the profile: a repeated creation ends the same.
pub fn put(
    name: &str,
    contact_email: Option<&str>,
    branding: &serde_json::Value,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO profiles (tenant_id, name, contact_email, branding, created_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (tenant_id) DO UPDATE
            SET name = excluded.name, contact_email = excluded.contact_email,
                branding = excluded.branding, updated_ms = excluded.updated_ms",
    )
    .bind(name)
    .bind(contact_email)
    .bind(branding)
    .bind(now)
}

/// The profile of a company that has registered.
pub fn enroll(name: &str, contact_email: &str, crm_id: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO profiles (tenant_id, name, contact_email, crm_account_id, created_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )
    .bind(name)
    .bind(contact_email)
    .bind(crm_id)
    .bind(now)
}

/// Changes how the tenant's pages look. A tenant that has no profile yet is called by its id.
pub fn set_branding(branding: &serde_json::Value, now: Millis) -> Change {
    Change::new(
        "INSERT INTO profiles (tenant_id, name, branding, created_ms, updated_ms) VALUES (?1, ?1, ?2, ?3, ?3)
         ON CONFLICT (tenant_id) DO UPDATE SET branding = excluded.branding, updated_ms = excluded.updated_ms",
    )
    .bind(branding)
    .bind(now)
}

/// A tenant's profile in a list of tenants.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct NamedProfileRow {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// For people.
    pub name: String,
    /// Colors and texts of its pages.
    #[serde(deserialize_with = "row::json")]
    pub branding: serde_json::Value,
}

/// The profiles of several tenants on a shard, for a page of tenants that the DIRECTORY has shown to be below the
/// caller. Index: the primary key.
pub fn of_tenants(tenants: &[&TenantId]) -> Sweep<NamedProfileRow> {
    Sweep::new(
        "SELECT tenant_id, name, branding FROM profiles
          WHERE tenant_id IN (SELECT value FROM json_each(?1))",
    )
    .bind(serde_json::json!(tenants).to_string())
    .hot()
}
