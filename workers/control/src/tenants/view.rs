//! Tenants as those above them see them.

use edge::{Call, Failure};
use serde_json::Value;
use store::data::profiles;
use store::directory::tenants::TenantRow;
use wire::tenant::{Branding, TenantKind, TenantView};

use crate::turn::records;

/// The view of a tenant with its profile.
pub async fn of(call: &Call, row: TenantRow) -> Result<TenantView, Failure> {
    let profile = records(call, &row.id, row.shard).first(profiles::get()).await?;
    let (name, branding) =
        profile.map(|profile| (profile.name, profile.branding)).unwrap_or_default();
    with(call, row, name, branding)
}

/// The view of a tenant.
pub fn with(
    call: &Call,
    row: TenantRow,
    name: String,
    branding: Value,
) -> Result<TenantView, Failure> {
    let kind = TenantKind::from_name(&row.kind)
        .ok_or_else(|| Failure::internal("a tenant of unknown kind"))?;
    Ok(TenantView {
        kind,
        name,
        region: row.region,
        parent: row.parent,
        status: row.status.name().to_owned(),
        tenant_url: call.config.tenant_url(&row.id),
        created_at: row.created_ms.into(),
        branding: without_style(serde_json::from_value(branding).unwrap_or_default()),
        tenant_id: row.id,
    })
}

/// Style sheets are long and lists have many tenants: `GET /api/v1/branding` shows them.
pub fn without_style(branding: Branding) -> Branding {
    Branding { custom_css: None, ..branding }
}
