//! Copies of the devices that the Fleet objects hold, for validations.

use std::collections::BTreeMap;

use domain::fleet::{Device, DeviceStatus, Suspect};
use domain::id::{DeviceId, LicenseId};
use domain::judge::KnownDevice;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};
use crate::row;

/// A device of a license.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// The license that it is activated on.
    pub license_id: LicenseId,
    /// What it is recognised by.
    pub fingerprint: String,
    /// Its hashed hardware components by name.
    #[serde(deserialize_with = "row::json")]
    pub components: BTreeMap<String, String>,
    /// For people.
    pub name: Option<String>,
    /// Whether it may be used.
    pub status: DeviceStatus,
    /// The public half of its key.
    pub public_key: Option<String>,
    /// What speaks against it.
    pub suspect: Option<Suspect>,
    /// Its latest activation.
    pub activated_ms: Millis,
    /// Its last heartbeat.
    pub last_seen_ms: Option<Millis>,
    /// Active devices that were activated before it; 0 when the license does not limit devices.
    pub rank: u64,
}

impl DeviceRow {
    /// The device as the rules see it. `matches`: whether enough of the hardware is still the same.
    pub fn known(&self, matches: bool) -> KnownDevice<'_> {
        KnownDevice {
            matches,
            blocked: self.status == DeviceStatus::Blocked,
            rank: self.rank,
            clone: self.suspect == Some(Suspect::Clone),
            clock: self.suspect == Some(Suspect::Clock),
            last_seen: self.last_seen_ms.unwrap_or(self.activated_ms).max(self.activated_ms),
            name: self.name.as_deref().unwrap_or_default(),
        }
    }
}

// In the order of the fields, of a device `d` of a license `l`. `rank` counts in the covering index `devices_active`, and only
// where the license limits devices: its cost is then bounded by that limit.
macro_rules! columns {
    () => {
        "d.id, d.license_id, d.fingerprint, d.components, d.name, d.status, d.public_key, d.suspect, d.activated_ms,
         d.last_seen_ms,
         CASE WHEN json_extract(l.terms, '$.limits.devices') IS NULL THEN 0 ELSE (
           SELECT COUNT(*) FROM devices e
            WHERE e.tenant_id = d.tenant_id AND e.license_id = d.license_id AND e.status = 'active'
              AND (e.activated_ms, e.id) < (d.activated_ms, d.id)) END"
    };
}
pub(crate) use columns;

/// A page of the devices of a license (by id or code). Index: the primary key.
pub fn list(license: &str, after: &str, limit: u32) -> Query<DeviceRow> {
    Query::new(concat!(
        "SELECT ",
        columns!(),
        " AS rank FROM licenses l JOIN devices d ON d.tenant_id = l.tenant_id AND d.license_id = l.id
           WHERE l.tenant_id = ?1 AND (l.id = ?2 OR l.code = ?2) AND d.id > ?3 ORDER BY d.id LIMIT ?4"
    ))
    .bind(license)
    .bind(after)
    .bind(limit)
    .hot()
}

/// Writes the copy of a device. An older copy than the one there (by `now`) changes nothing: shipping may repeat. Of the
/// last contacts the later one counts: a validation may have heard of the device after its fleet.
pub fn put(license: &LicenseId, device: &Device, now: Millis) -> Change {
    Change::new(
        "INSERT INTO devices (tenant_id, license_id, id, fingerprint, components, name, status, public_key, suspect,
                              activated_ms, last_seen_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (tenant_id, license_id, id) DO UPDATE
            SET fingerprint = excluded.fingerprint, components = excluded.components, name = excluded.name,
                status = excluded.status, public_key = excluded.public_key, suspect = excluded.suspect,
                activated_ms = excluded.activated_ms, updated_ms = excluded.updated_ms,
                last_seen_ms = COALESCE(MAX(devices.last_seen_ms, excluded.last_seen_ms), devices.last_seen_ms,
                                        excluded.last_seen_ms)
          WHERE excluded.updated_ms >= devices.updated_ms",
    )
    .bind(license)
    .bind(&device.id)
    .bind(&device.fingerprint)
    .bind(&serde_json::json!(device.components))
    .bind(device.name.as_deref())
    .bind(device.status.name())
    .bind(device.public_key.as_deref())
    .bind(device.suspect.map(Suspect::name))
    .bind(device.activated)
    .bind(device.last_seen)
    .bind(now)
}

/// A device was heard of, by a validation. An older contact than the one there changes nothing.
pub fn seen(license: &LicenseId, device: &DeviceId, at: Millis) -> Change {
    Change::new(
        "UPDATE devices SET last_seen_ms = ?4
          WHERE tenant_id = ?1 AND license_id = ?2 AND id = ?3 AND (last_seen_ms IS NULL OR last_seen_ms < ?4)",
    )
    .bind(license)
    .bind(device)
    .bind(at)
}
