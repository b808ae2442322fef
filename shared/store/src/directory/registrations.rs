//! Companies that want to be tenants, and the domains that tenants have proved. No names, no contact details.

use domain::id::{RegistrationId, TenantId};
use domain::place::{Region, Shard};
use domain::subscription::Plan;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Entry, Lookup};

/// How far a registration has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    /// Its record was not seen yet.
    Pending,
    /// It has won; its tenant is still to be made on its shard.
    Verified,
    /// Its tenant is in service.
    Done,
    /// Somebody else has the tenant id or the domain.
    Lost,
    /// Its record never came.
    Expired,
}

impl RegistrationStatus {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Expired => "expired",
        }
    }
}

/// A registration.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct RegistrationRow {
    /// Its id.
    pub id: RegistrationId,
    /// The tenant that it wants to be.
    pub tenant: TenantId,
    /// The company's domain.
    pub domain: String,
    /// The token in the TXT record.
    pub proof: String,
    /// The plan of the service.
    pub plan: Plan,
    /// Where it wants its records.
    pub region: Region,
    /// The shard there.
    pub shard: Shard,
    /// How far it has come.
    pub status: RegistrationStatus,
    /// Looks that found nothing.
    pub attempts: u32,
    /// When it was made.
    pub created_ms: Millis,
    /// When to look again.
    pub next_ms: Option<Millis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, tenant, domain, proof, plan, region, shard, status, attempts, created_ms, next_ms
               FROM registrations ",
            $tail
        )
    };
}

/// The registration of this proof. Index: `registrations_by_tenant`.
pub fn by_proof(tenant: &TenantId, proof: &str) -> Lookup<RegistrationRow> {
    Lookup::new(select!("WHERE tenant = ?1 AND proof = ?2")).bind(tenant).bind(proof).hot()
}

/// What is due, the longest due first. Index: `registrations_due`.
pub fn due(now: Millis, limit: u32) -> Lookup<RegistrationRow> {
    Lookup::new(select!("WHERE next_ms <= ?1 ORDER BY next_ms LIMIT ?2"))
        .bind(now)
        .bind(limit)
        .hot()
}

/// A new registration.
pub fn insert(row: &RegistrationRow) -> Entry {
    Entry::new(
        "INSERT INTO registrations (id, tenant, domain, proof, plan, region, shard, status, attempts, created_ms, next_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(&row.id)
    .bind(&row.tenant)
    .bind(&row.domain)
    .bind(&row.proof)
    .bind(row.plan.name())
    .bind(row.region.name())
    .bind(row.shard.name())
    .bind(row.status.name())
    .bind(row.attempts)
    .bind(row.created_ms)
    .bind(row.next_ms)
}

/// The record was not there: when to look again. Does nothing when the registration is past `pending`.
pub fn looked(id: &RegistrationId, attempts: u32, next: Millis) -> Entry {
    Entry::new(
        "UPDATE registrations SET attempts = ?2, next_ms = ?3 WHERE id = ?1 AND status = 'pending'",
    )
    .bind(id)
    .bind(attempts)
    .bind(next)
}

/// It has won, if it is still pending; refuses its batch as stale otherwise.
pub fn verified(id: &RegistrationId, now: Millis) -> Entry {
    Entry::new(
        "UPDATE registrations
            SET created_ms = CASE WHEN status = 'pending' THEN created_ms END, status = 'verified', next_ms = ?2
          WHERE id = ?1",
    )
    .bind(id)
    .bind(now)
}

/// It has come to an end.
pub fn ended(id: &RegistrationId, status: RegistrationStatus) -> Entry {
    Entry::new("UPDATE registrations SET status = ?2, next_ms = NULL WHERE id = ?1")
        .bind(id)
        .bind(status.name())
}

/// Whose a company's domain is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DomainRow {
    /// The tenant that proved it.
    pub tenant: TenantId,
}

/// Whose a company's domain is. Index: the primary key.
pub fn owner(domain: &str) -> Lookup<DomainRow> {
    Lookup::new("SELECT tenant FROM company_domains WHERE domain = ?1").bind(domain).hot()
}

/// A domain is a tenant's from now on. Its being taken refuses the batch as a duplicate.
pub fn own(domain: &str, tenant: &TenantId) -> Entry {
    Entry::new("INSERT INTO company_domains (domain, tenant) VALUES (?1, ?2)")
        .bind(domain)
        .bind(tenant)
}
