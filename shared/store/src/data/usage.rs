//! The newest reported use of each license.

use domain::id::{DeviceId, LicenseId};
use domain::time::Millis;
use domain::usage::{Metric, Usage};
use serde::Deserialize;

use crate::query::{Change, Query};

/// Reported use of one metric over all devices of a license.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct GaugeRow {
    /// What is counted.
    pub metric: Metric,
    /// The sum over devices.
    pub value: u64,
    /// When the newest of the gauges was reported.
    pub at_ms: Millis,
}

/// Rows as usage.
pub fn usage(rows: &[GaugeRow]) -> Usage {
    rows.iter().map(|row| (row.metric, row.value)).collect()
}

/// The newest use of a license (by id or code), summed over its devices. Index: the primary key.
///
/// `TOTAL` instead of `SUM`: a sum of absurd reports must not fail, and stays within what a number can carry.
pub fn latest(license: &str) -> Query<GaugeRow> {
    Query::new(
        "SELECT u.metric, CAST(MIN(TOTAL(u.value), 9007199254740991) AS INTEGER) AS value, MAX(u.at_ms) AS at_ms
           FROM licenses l JOIN usage_gauges u ON u.tenant_id = l.tenant_id AND u.license_id = l.id
          WHERE l.tenant_id = ?1 AND (l.id = ?2 OR l.code = ?2)
          GROUP BY u.metric",
    )
    .bind(license)
    .hot()
}

/// The use of a license as one of its devices sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ShareRow {
    /// What is counted.
    pub metric: Metric,
    /// The sum over devices.
    pub value: u64,
    /// What of it the device that asks has reported itself.
    pub own: u64,
}

/// A gauge; an older one than the one there changes nothing. A report without a device counts as one device.
pub fn put(
    license: &LicenseId,
    device: Option<&DeviceId>,
    metric: Metric,
    value: u64,
    at: Millis,
) -> Change {
    Change::new(
        "INSERT INTO usage_gauges (tenant_id, license_id, metric, device_id, value, at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (tenant_id, license_id, metric, device_id) DO UPDATE
            SET value = excluded.value, at_ms = excluded.at_ms
          WHERE excluded.at_ms >= usage_gauges.at_ms",
    )
    .bind(license)
    .bind(metric.name())
    .bind(device.map_or("", DeviceId::as_str))
    .bind(value)
    .bind(at)
}

/// A freed device uses nothing any more.
pub fn forget(license: &LicenseId, device: &DeviceId) -> Change {
    Change::new(
        "DELETE FROM usage_gauges WHERE tenant_id = ?1 AND license_id = ?2 AND device_id = ?3",
    )
    .bind(license)
    .bind(device)
}

/// Reported use of one metric of one of several licenses.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LicenseGaugeRow {
    /// Which license.
    pub license_id: LicenseId,
    /// What is counted.
    pub metric: Metric,
    /// The sum over devices.
    pub value: u64,
}

/// The newest use of several licenses of the holder, for a page of a list. Index: the primary key.
pub fn of_held(licenses: &[&LicenseId]) -> Query<LicenseGaugeRow> {
    Query::new(
        "SELECT u.license_id, u.metric, CAST(MIN(TOTAL(u.value), 9007199254740991) AS INTEGER) AS value
           FROM usage_gauges u
          WHERE u.tenant_id = ?1 AND u.license_id IN (SELECT value FROM json_each(?2))
          GROUP BY u.license_id, u.metric",
    )
    .bind(ids(licenses))
    .hot()
}

/// The newest use of several licenses that the issuer (`?1`) has issued to holders on this shard, for a page of a
/// list. Indexes: `licenses_by_issuer` and the primary key.
pub fn of_issued(licenses: &[&LicenseId]) -> Query<LicenseGaugeRow> {
    Query::new(
        "SELECT u.license_id, u.metric, CAST(MIN(TOTAL(u.value), 9007199254740991) AS INTEGER) AS value
           FROM licenses l JOIN usage_gauges u ON u.tenant_id = l.tenant_id AND u.license_id = l.id
          WHERE l.issuer = ?1 AND l.id IN (SELECT value FROM json_each(?2))
          GROUP BY u.license_id, u.metric",
    )
    .bind(ids(licenses))
    .hot()
}

fn ids(licenses: &[&LicenseId]) -> String {
    serde_json::json!(licenses).to_string()
}
