//! `GET /api/v1/branding`: what the tenant has set, and what its pages show.

use edge::admit::Caller;
use edge::branding::{self, Look, Own, Shown};
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure};
use futures_util::future::try_join;
use store::data::brand_images::ImageKind;
use store::directory::tenants::TenantRow;
use wire::branding::{BrandingView, ImageView};

use crate::answer;
use crate::branding::decide;
use crate::paging::Asked;
use crate::tenants::{named, row};

/// The looks of the caller's tenant, or of one below it (`?tenant_id=`).
pub async fn get(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = subject(call, caller, asked.filter("tenant_id")).await?;
    let (own, above) = read(call, &tenant).await?;
    answer::json(200, &view(call, &tenant, own, above.as_ref()))
}

/// The tenant that a request is about, as the DIRECTORY knows it.
pub async fn subject(
    call: &Call,
    caller: &Caller,
    tenant: Option<&str>,
) -> Result<TenantRow, Failure> {
    let principal = caller.principal()?;
    let tenant = named(tenant)?;
    row(call, principal, tenant.as_ref().unwrap_or(&principal.tenant)).await
}

/// What the tenant has set and what the one above it has, side by side.
pub async fn read(call: &Call, tenant: &TenantRow) -> Result<(Own, Option<Own>), Failure> {
    let own = branding::own(call, &tenant.id, tenant.shard, Freshness::Primary);
    let above = branding::above(call, tenant.parent.as_ref(), Freshness::Primary);
    Ok(try_join(own, above).await?)
}

/// The looks of a tenant.
pub fn view(call: &Call, tenant: &TenantRow, own: Own, above: Option<&Own>) -> BrandingView {
    let look = Look::of(&own, above);
    let image = |shown: Option<Shown>| shown.map(|shown| image(call, tenant, &shown));
    BrandingView {
        // What was stored was checked; rules that have become stricter since only leave more out.
        warnings: decide::check(&own.branding, "").unwrap_or_default(),
        name: own.name.unwrap_or_else(|| tenant.id.to_string()),
        branding: own.branding,
        effective: look.branding,
        inherits_from: tenant.parent.clone(),
        logo: image(look.logo),
        favicon: image(look.favicon),
        tenant_id: tenant.id.clone(),
    }
}

/// An image, with its address on the tenant's default host.
pub fn image(call: &Call, tenant: &TenantRow, shown: &Shown) -> ImageView {
    let host = call.config.tenant_url(&tenant.id);
    ImageView {
        media_type: shown.row.media.clone(),
        bytes: shown.row.bytes,
        url: format!("{host}{}", address(shown.row.kind, &shown.row.hash)),
        inherited: shown.inherited,
        warnings: Vec::new(),
    }
}

fn address(kind: ImageKind, hash: &str) -> String {
    format!("/brand/{}?v={}", kind.name(), hash.get(..16).unwrap_or(hash))
}
