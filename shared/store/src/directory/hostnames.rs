//! Which host is whose.

use domain::id::TenantId;
use domain::place::{Region, Shard};
use serde::{Deserialize, Serialize};

use crate::directory::tenants::TenantStatus;
use crate::query::{Entry, Lookup};

/// What kind of host it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    /// `<tenant>.<apex>`
    Default,
    /// A tenant's own domain.
    Custom,
    /// Shared: `console`, `vendors`, `msp`, the apex.
    House,
}

impl HostKind {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Custom => "custom",
            Self::House => "house",
        }
    }
}

/// Whether a host answers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostStatus {
    /// Ownership not proved yet.
    Pending,
    /// Answers.
    Active,
    /// Switched off.
    Disabled,
}

impl HostStatus {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// A host with its tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SiteRow {
    /// Lower case, without port.
    pub host: String,
    /// What kind of host.
    pub kind: HostKind,
    /// Whether it answers.
    pub status: HostStatus,
    /// Whose it is.
    pub tenant: TenantId,
    /// `operator`, `vendor`, `msp` or `customer`.
    pub tenant_kind: String,
    /// How far the tenant's life has come.
    pub tenant_status: TenantStatus,
    /// The tenant above it.
    pub parent: Option<TenantId>,
    /// What the tenant chose.
    pub region: Region,
    /// Where the tenant's records live.
    pub shard: Shard,
}

/// A host of a tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct HostnameRow {
    /// Lower case, without port.
    pub host: String,
    /// What kind of host.
    pub kind: HostKind,
    /// Whether it answers.
    pub status: HostStatus,
}

/// The site of a host. Indexes: the primary keys of `hostnames` and `tenants`.
pub fn site(host: &str) -> Lookup<SiteRow> {
    Lookup::new(
        "SELECT h.host, h.kind, h.status, t.id AS tenant, t.kind AS tenant_kind, t.status AS tenant_status,
                t.parent, t.region, t.shard
           FROM hostnames h JOIN tenants t ON t.id = h.tenant
          WHERE h.host = ?1",
    )
    .bind(host)
    .hot()
}

/// Every host of a tenant, up to 100. Index: `hostnames_by_tenant`.
pub fn of_tenant(tenant: &TenantId) -> Lookup<HostnameRow> {
    Lookup::new(
        "SELECT host, kind, status FROM hostnames WHERE tenant = ?1 ORDER BY host LIMIT 100",
    )
    .bind(tenant)
    .hot()
}

/// A new host. Its being taken refuses the batch as a duplicate.
pub fn add(host: &str, tenant: &TenantId, kind: HostKind, status: HostStatus) -> Entry {
    Entry::new("INSERT INTO hostnames (host, tenant, kind, status) VALUES (?1, ?2, ?3, ?4)")
        .bind(host)
        .bind(tenant)
        .bind(kind.name())
        .bind(status.name())
}

/// Another status of a tenant's host. Does nothing when the host is somebody else's.
pub fn set_status(host: &str, tenant: &TenantId, status: HostStatus) -> Entry {
    Entry::new("UPDATE hostnames SET status = ?3 WHERE host = ?1 AND tenant = ?2")
        .bind(host)
        .bind(tenant)
        .bind(status.name())
}

/// A domain whose owner has proved it: the tenant's from now on, pending. A claim of somebody else that has not come into
/// service gives way; one that is in service stays, and then no row changes.
pub fn take(host: &str, tenant: &TenantId) -> Entry {
    Entry::new(
        "INSERT INTO hostnames (host, tenant, kind, status) VALUES (?1, ?2, 'custom', 'pending')
         ON CONFLICT (host) DO UPDATE
            SET tenant = excluded.tenant, status = CASE WHEN tenant = excluded.tenant THEN status ELSE 'pending' END
          WHERE kind = 'custom' AND (tenant = excluded.tenant OR status = 'pending')",
    )
    .bind(host)
    .bind(tenant)
}

/// Takes a domain out of service. Does nothing when the host is somebody else's, or no domain of its own.
pub fn release(host: &str, tenant: &TenantId) -> Entry {
    Entry::new("DELETE FROM hostnames WHERE host = ?1 AND tenant = ?2 AND kind = 'custom'")
        .bind(host)
        .bind(tenant)
}
