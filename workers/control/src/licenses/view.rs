//! Licenses as their holders and issuers see them.

use domain::state::state;
use domain::time::Millis;
use domain::usage::Usage;
use edge::{Call, Failure};
use store::data::licenses::LicenseRow;
use store::data::usage;
use wire::license::LicenseView;

use crate::licenses::Found;
use crate::turn::records;

/// The newest reported use of a license.
pub async fn used(call: &Call, found: &Found) -> Result<Usage, Failure> {
    let records = records(call, &found.row.tenant_id, found.shard);
    let (gauges,) = records.read((usage::latest(found.row.id.as_str()),)).await?;
    Ok(usage::usage(&gauges))
}

/// The view of a license with its newest use.
pub async fn of(call: &Call, found: &Found) -> Result<LicenseView, Failure> {
    Ok(with(found.row.clone(), used(call, found).await?, call.now))
}

/// The view of a license at `now`.
pub fn with(row: LicenseRow, usage: Usage, now: Millis) -> LicenseView {
    let opportunity = row.crm_opportunity_id.clone();
    let license = row.into();
    let state = state(&license, &usage, now);
    LicenseView::new(license, state, usage, opportunity)
}
