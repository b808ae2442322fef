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
