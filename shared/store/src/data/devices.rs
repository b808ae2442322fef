//! Copies of the devices that the Fleet objects hold, for validations.

use domain::id::{DeviceId, LicenseId};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::query::{Change, Query};
use crate::row;

/// Whether a device may work.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    /// Activated.
    Active,
    /// Deactivated; its place is free.
    Freed,
    /// Blocked by an administrator.
    Blocked,
}

impl DeviceStatus {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Freed => "freed",
            Self::Blocked => "blocked",
        }
    }
}

/// A device of a license.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// The license that it is activated on.
    pub license_id: LicenseId,
    /// The digest of its whole fingerprint.
    pub fingerprint: Option<String>,
    /// The hashed parts of its fingerprint.
    #[serde(deserialize_with = "row::json")]
    pub components: serde_json::Value,
    /// For people.
    pub name: String,
    /// Whether it may work.
    pub status: DeviceStatus,
    /// The public half of its key.
    pub public_key: Option<String>,
    /// Two installations use its identity.
    #[serde(deserialize_with = "row::truth")]
    pub suspect_clone: bool,
    /// Its clock is off by more than a day.
    #[serde(deserialize_with = "row::truth")]
    pub suspect_clock: bool,
    /// When it was activated.
    pub activated_ms: Millis,
    /// Last heartbeat, or the activation.
    pub last_seen_ms: Millis,
    /// When the object last wrote it.
    pub updated_ms: Millis,
    /// Active devices that were activated before it; 0 when the license does not limit devices.
    pub rank: u64,
}

// `rank` counts in the covering index `devices_active`, and only where the license limits devices: its cost is then
// bounded by that limit.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, d.license_id, d.fingerprint, d.components, d.name, d.status, d.public_key, d.suspect_clone,
                    d.suspect_clock, d.activated_ms, d.last_seen_ms, d.updated_ms,
                    CASE WHEN json_extract(l.terms, '$.limits.devices') IS NULL THEN 0 ELSE (
                      SELECT COUNT(*) FROM devices e
                       WHERE e.tenant_id = d.tenant_id AND e.license_id = d.license_id AND e.status = 'active'
                         AND (e.activated_ms, e.id) < (d.activated_ms, d.id)) END AS rank
               FROM licenses l JOIN devices d ON d.tenant_id = l.tenant_id AND d.license_id = l.id
              WHERE l.tenant_id = ?1 AND (l.id = ?2 OR l.code = ?2) ",
            $tail
        )
    };
}

/// The devices of a license (by id or code) that are exactly the one that asks, by device id or by fingerprint; the
/// newest first, active ones before others. Indexes: the primary key and `devices_by_fingerprint`.
pub fn for_ask(
    license: &str,
    fingerprint: Option<&str>,
    device: Option<&DeviceId>,
) -> Query<DeviceRow> {
    Query::new(select!(
        "AND (d.id = ?4 OR d.fingerprint = ?3)
         ORDER BY d.status = 'freed', d.activated_ms DESC, d.id LIMIT 4"
    ))
    .bind(license)
    .bind(fingerprint)
    .bind(device)
    .hot()
}

/// The 16 active devices of a license (by id or code) seen last, to compare fingerprints part by part. Index:
/// `devices_active`.
pub fn candidates(license: &str) -> Query<DeviceRow> {
    Query::new(select!("AND d.status = 'active' ORDER BY d.last_seen_ms DESC, d.id LIMIT 16"))
        .bind(license)
        .hot()
}

/// A page of the devices of a license (by id or code). Index: the primary key.
pub fn list(license: &str, after: &str, limit: u32) -> Query<DeviceRow> {
    Query::new(select!("AND d.id > ?3 ORDER BY d.id LIMIT ?4"))
        .bind(license)
        .bind(after)
        .bind(limit)
        .hot()
}

/// A device as its object holds it.
#[derive(Clone, Copy, Debug)]
pub struct DeviceCopy<'a> {
    /// Its id.
    pub id: &'a DeviceId,
    /// The license that it is activated on.
    pub license: &'a LicenseId,
    /// The digest of its whole fingerprint.
    pub fingerprint: Option<&'a str>,
    /// The hashed parts of its fingerprint.
    pub components: &'a serde_json::Value,
    /// For people.
    pub name: &'a str,
    /// Whether it may work.
    pub status: DeviceStatus,
    /// The public half of its key.
    pub public_key: Option<&'a str>,
    /// Two installations use its identity.
    pub suspect_clone: bool,
    /// Its clock is off by more than a day.
    pub suspect_clock: bool,
    /// When it was activated.
    pub activated: Millis,
    /// Last heartbeat, or the activation.
    pub last_seen: Millis,
}

/// Writes the copy of a device. An older copy than the one there (by `now`) changes nothing: shipping may repeat.
pub fn put(device: &DeviceCopy<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO devices (tenant_id, license_id, id, fingerprint, components, name, status, public_key,
                              suspect_clone, suspect_clock, activated_ms, last_seen_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (tenant_id, license_id, id) DO UPDATE
            SET fingerprint = excluded.fingerprint, components = excluded.components, name = excluded.name,
                status = excluded.status, public_key = excluded.public_key, suspect_clone = excluded.suspect_clone,
                suspect_clock = excluded.suspect_clock, activated_ms = excluded.activated_ms,
                last_seen_ms = excluded.last_seen_ms, updated_ms = excluded.updated_ms
          WHERE excluded.updated_ms >= devices.updated_ms",
    )
    .bind(device.license)
    .bind(device.id)
    .bind(device.fingerprint)
    .bind(device.components)
    .bind(device.name)
    .bind(device.status.name())
    .bind(device.public_key)
    .bind(device.suspect_clone)
    .bind(device.suspect_clock)
    .bind(device.activated)
    .bind(device.last_seen)
    .bind(now)
}
