//! Sites: what a hostname resolves to. An unknown host is nobody's; there is no default tenant.

use domain::host::{Host, SiteName};
use domain::id::TenantId;
use domain::license::Standing;
use domain::place::{Region, Shard};
use store::directory::hostnames::{HostKind, HostStatus, SiteRow};
use store::directory::tenants::TenantStatus;
use wire::tenant::TenantKind;

/// A host with the tenant that it belongs to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site {
    /// Lower case, without port.
    pub host: String,
    /// Whether it is shared by all tenants of one kind: `console`, `vendors`, `msp`.
    pub house: Option<House>,
    /// Whose it is.
    pub tenant: TenantId,
    /// What the tenant is.
    pub kind: TenantKind,
    /// The tenant above it.
    pub parent: Option<TenantId>,
    /// Where its records live.
    pub shard: Shard,
    /// What it chose.
    pub region: Region,
    /// Whether the tenant is suspended.
    pub standing: Standing,
}

/// A host of the house.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum House {
    /// The landing host.
    Apex,
    /// For the operator.
    Console,
    /// For all vendors.
    Vendors,
    /// For all MSPs.
    Msp,
}

impl House {
    /// The kind of tenant whose keys work here.
    pub const fn serves(self) -> Option<TenantKind> {
        match self {
            Self::Apex => None,
            Self::Console => Some(TenantKind::Operator),
            Self::Vendors => Some(TenantKind::Vendor),
            Self::Msp => Some(TenantKind::Msp),
        }
    }

    /// The house host of this name, if it is one.
    pub fn of(host: &Host, apex: &str) -> Option<Self> {
        match SiteName::of(host, &Host::parse(apex).ok()?) {
            SiteName::Apex => Some(Self::Apex),
            SiteName::Console => Some(Self::Console),
            SiteName::Vendors => Some(Self::Vendors),
            SiteName::Msp => Some(Self::Msp),
            _ => None,
        }
    }
}

impl Site {
    /// The site of a row; none while its host or its tenant is not in service.
    pub fn from_row(row: SiteRow, apex: &str) -> Option<Self> {
        if row.status != HostStatus::Active {
            return None;
        }
        let standing = standing(row.tenant_status)?;
        let house = match row.kind {
            HostKind::House => Some(House::of(&Host::parse(&row.host).ok()?, apex)?),
            HostKind::Default | HostKind::Custom => None,
        };
        Some(Self {
            house,
            kind: TenantKind::from_name(&row.tenant_kind)?,
            host: row.host,
            tenant: row.tenant,
            parent: row.parent,
            shard: row.shard,
            region: row.region,
            standing,
        })
    }
}

/// The standing of a tenant that is in service; none for one that is not there yet or any more.
pub const fn standing(status: TenantStatus) -> Option<Standing> {
    match status {
        TenantStatus::Active => Some(Standing::Active),
        TenantStatus::Suspended => Some(Standing::Suspended),
        TenantStatus::Creating | TenantStatus::Closed => None,
    }
}
