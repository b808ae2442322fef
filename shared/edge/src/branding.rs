//! How a tenant's pages look: its own records, and for what they lack those of the tenant above it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::branding::Branding;
use domain::id::TenantId;
use domain::place::Shard;
use store::data::brand_images::{self, ImageKind, ImageRow};
use store::data::profiles::{self, ProfileRow};
use store::directory::tenants;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::StoreFailure;

/// What one tenant has set.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Its name, where it has a profile.
    pub name: Option<String>,
    /// Texts, colors and style sheet.
    pub branding: Branding,
    /// Its images, without their bytes.
    pub images: Vec<ImageRow>,
}

/// An image that is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// The image.
    pub row: ImageRow,
    /// Whether it is that of the tenant above.
    pub inherited: bool,
}

/// What a tenant's pages show.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Texts, colors and style sheet.
    pub branding: Branding,
    /// Beside the name.
    pub logo: Option<Shown>,
    /// In the browser's tab.
    pub favicon: Option<Shown>,
}

impl Own {
    /// From the rows of the tenant's shard. Branding that cannot be read is none: pages must open.
    pub fn of(profile: Option<ProfileRow>, images: Vec<ImageRow>) -> Self {
        let Some(ProfileRow { name, branding, .. }) = profile else {
            return Self { images, ..Self::default() };
        };
        let branding = serde_json::from_value(branding).unwrap_or_default();
        Self { name: Some(name), branding, images }
    }

    fn image(&self, kind: ImageKind) -> Option<&ImageRow> {
        self.images.iter().find(|image| image.kind == kind)
    }
}

impl Look {
    /// What is shown of the tenant's own and of those above.
    pub fn of(own: &Own, above: Option<&Own>) -> Self {
        let branding = above.map(|above| above.branding.clone()).unwrap_or_default();
        let shown = |kind| {
            let mine = own.image(kind).map(|row| Shown { row: row.clone(), inherited: false });
            let theirs = above.and_then(|above| above.image(kind));
            mine.or_else(|| theirs.map(|row| Shown { row: row.clone(), inherited: true }))
        };
        Self {
            branding: own.branding.clone().over(branding),
            logo: shown(ImageKind::Logo),
            favicon: shown(ImageKind::Favicon),
        }
    }
}

/// What `tenant` has set, read in one round.
///
/// # Errors
/// When its shard is away.
pub async fn own(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    freshness: Freshness,
) -> Result<Own, StoreFailure> {
    let records = call.records(tenant, shard, freshness);
    let (profile, images) = records.read((profiles::get(), brand_images::list())).await?;
    Ok(Own::of(profile.into_iter().next(), images))
}

/// What the tenant above has set, where there is one.
///
/// # Errors
/// When the DIRECTORY or its shard is away.
pub async fn above(
    call: &Call,
    parent: Option<&TenantId>,
    freshness: Freshness,
) -> Result<Option<Own>, StoreFailure> {
    let Some(parent) = parent else { return Ok(None) };
    let Some(shard) = shard_of(call, parent).await? else { return Ok(None) };
    own(call, parent, shard, freshness).await.map(Some)
}

thread_local! {
    /// Tenants never move, so this is never stale. There are few of those that stand above others.
    static SHARDS: RefCell<BTreeMap<TenantId, Shard>> = const { RefCell::new(BTreeMap::new()) };
}

/// Tenants remembered at most; then all are forgotten.
const REMEMBERED: usize = 10_000;

/// Where the records of a tenant live: asked once per isolate.
///
/// # Errors
/// When the DIRECTORY is away.
pub async fn shard_of(call: &Call, tenant: &TenantId) -> Result<Option<Shard>, StoreFailure> {
    if let Some(shard) = SHARDS.with_borrow(|shards| shards.get(tenant).copied()) {
        return Ok(Some(shard));
    }
    let row = call.directory(Freshness::Nearest).first(tenants::by_id(tenant)).await?;
    let Some(shard) = row.map(|row| row.shard) else { return Ok(None) };
    SHARDS.with_borrow_mut(|shards| {
        if shards.len() >= REMEMBERED {
            shards.clear();
        }
        shards.insert(tenant.clone(), shard);
    });
    Ok(Some(shard))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(kind: ImageKind, hash: &str) -> ImageRow {
        ImageRow { kind, media: "image/png".into(), hash: hash.into(), bytes: 1 }
    }

    #[test]
    fn images_come_from_above_one_by_one() {
        let own = Own { images: vec![image(ImageKind::Logo, "a")], ..Own::default() };
        let above = Own {
            images: vec![image(ImageKind::Logo, "b"), image(ImageKind::Favicon, "c")],
            ..Own::default()
        };
        let look = Look::of(&own, Some(&above));
        let told = |shown: Option<Shown>| shown.map(|shown| (shown.row.hash, shown.inherited));
        assert_eq!(told(look.logo), Some(("a".to_owned(), false)));
        assert_eq!(told(look.favicon), Some(("c".to_owned(), true)));
        assert_eq!(Look::of(&own, None).favicon, None);
    }
}
