//! What a company said of itself when it asked to be a tenant.

use domain::id::{KeyId, RegistrationId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// What a company said of itself.
#[derive(Clone, Deserialize, Eq, PartialEq)]
pub struct RegistrationInfoRow {
    /// The registration's id.
    pub id: RegistrationId,
    /// The company's name.
    pub company: String,
    /// Its domain.
    pub domain: String,
    /// Two letters.
    pub country: String,
    /// Its number with the tax office.
    pub tax_id: Option<String>,
    /// Where mail to its first administrator goes.
    pub admin_email: String,
    /// The administrator's name.
    pub admin_name: String,
    /// SHA-256 (hex) of the secret of whoever registered.
    pub setup_hash: String,
    /// The operator's name of the company.
    pub crm_id: String,
    /// When its tenant was made.
    pub settled_ms: Option<Millis>,
    /// The first API key, once it was shown.
    pub key_id: Option<KeyId>,
    /// When it registered.
    pub created_ms: Millis,
}

/// One registration. Index: the primary key.
pub fn by_id(id: &RegistrationId) -> Query<RegistrationInfoRow> {
    Query::new(
        "SELECT id, company, domain, country, tax_id, admin_email, admin_name, setup_hash, crm_id, settled_ms, key_id,
                created_ms
           FROM registrations WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .hot()
}

/// A new registration.
pub fn insert(row: &RegistrationInfoRow) -> Change {
    Change::new(
        "INSERT INTO registrations (tenant_id, id, company, domain, country, tax_id, admin_email, admin_name, setup_hash,
                                    crm_id, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(&row.id)
    .bind(&row.company)
    .bind(&row.domain)
    .bind(&row.country)
    .bind(row.tax_id.as_ref())
    .bind(&row.admin_email)
    .bind(&row.admin_name)
    .bind(&row.setup_hash)
    .bind(&row.crm_id)
    .bind(row.created_ms)
}

/// Its tenant is made, if it was not before; refuses its batch as stale otherwise.
pub fn settle(id: &RegistrationId, now: Millis) -> Change {
    Change::new(
        "UPDATE registrations
            SET settled_ms = ?3, created_ms = CASE WHEN settled_ms IS NULL THEN created_ms END
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(now)
}

/// Its first API key is shown now. Changes no row when one was shown before.
pub fn show_key(id: &RegistrationId, key: &KeyId) -> Change {
    Change::new(
        "UPDATE registrations SET key_id = ?3
          WHERE tenant_id = ?1 AND id = ?2 AND settled_ms IS NOT NULL AND key_id IS NULL",
    )
    .bind(id)
    .bind(key)
}

/// What others said who wanted the same tenant id: it is `winner`'s.
pub fn forget_others(winner: &RegistrationId) -> Change {
    Change::new("DELETE FROM registrations WHERE tenant_id = ?1 AND id <> ?2").bind(winner)
}

/// It came to nothing.
pub fn forget(id: &RegistrationId) -> Change {
    Change::new("DELETE FROM registrations WHERE tenant_id = ?1 AND id = ?2").bind(id)
}
