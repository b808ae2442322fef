//! Who may be activated, and when that counts as a migration.
//!
//! A license has as many places as its device limit. A deactivated device leaves its place
//! *vacated*: it may come back to it for free. Another fingerprint first gets a place that nobody
//! has had yet; only when there is none it takes over a vacated one, and that is one migration.
//! So a deactivation alone costs nothing, and swapping two devices on one place costs a migration
//! each time. Without a device limit, or with binding mode `none`, nothing is ever a migration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fleet::{Device, DeviceStatus, Suspect};
use crate::id::DeviceId;
use crate::terms::BindingMode;
use crate::time::Millis;

/// What the license says about activations.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationRules {
    /// Devices active at a time; unlimited when missing.
    pub limit: Option<u64>,
    /// How strictly the license is tied to devices.
    pub mode: BindingMode,
    /// How often a place may pass to another device.
    pub migrations: u32,
}

/// How the places of the license stand, the device itself included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Slots {
    /// Active devices.
    pub active: u64,
    /// Devices that may come back to their place.
    pub vacated: u64,
    /// Migrations so far.
    pub migrations_used: u32,
}

/// The device that asks.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationAsk {
    /// Its id, should its fingerprint be new.
    pub new_id: DeviceId,
    /// What it is recognised by.
    pub fingerprint: String,
    /// Its hashed hardware components by name.
    #[serde(default)]
    pub components: BTreeMap<String, String>,
    /// For people.
    pub name: Option<String>,
    /// The public half of its device key.
    pub public_key: Option<String>,
    /// The installation that asks.
    pub instance: Option<String>,
}

/// A granted activation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Activation {
    /// The device as it is now.
    pub device: Device,
    /// Which place it got.
    pub place: Place,
}

/// Which place an activated device got.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// It was active already and keeps its own.
    Kept,
    /// Its own, which it had vacated.
    Returned,
    /// One that is free of charge.
    Fresh,
    /// One that another device had vacated, without a migration being counted (no binding).
    TakenOver,
    /// One that another device had vacated: a migration.
    Migrated,
}

impl Place {
    /// Whether the device that vacated its place the longest ago loses it.
    pub const fn displaces(self) -> bool {
        matches!(self, Self::TakenOver | Self::Migrated)
    }
}

/// Why a device is not activated.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ActivationRefusal {
    /// Shut out by an administrator.
    #[error("the device is blocked")]
    Blocked,
    /// All places are taken.
    #[error("all {limit} devices of the license are activated")]
    Full {
        /// The device limit.
        limit: u64,
    },
    /// The license has moved as often as it may.
    #[error("all {allowed} migrations of the license are used")]
    MigrationsUsed {
        /// How many there were.
        allowed: u32,
    },
}

/// Activates the device of a fingerprint; `existing` is what is known of it. Active already means
/// granted again, also when the license is full. Suspicions are cleared: the administrator or
/// holder of the license has just vouched for the device.
///
/// # Errors
/// See [`ActivationRefusal`].
pub fn activate(
    existing: Option<&Device>,
    slots: Slots,
    rules: ActivationRules,
    ask: &ActivationAsk,
    now: Millis,
) -> Result<Activation, ActivationRefusal> {
    let place = place(existing, slots, rules)?;
    let mut device = existing.cloned().unwrap_or_else(|| unknown(ask, now));
    device.components.clone_from(&ask.components);
    device.name = ask.name.clone().or(device.name);
    device.public_key = ask.public_key.clone().or(device.public_key);
    device.instance.clone_from(&ask.instance);
    device.retired_instances.clear();
    device.sequence = None;
    device.suspect = None;
    device.vacated = false;
    if place != Place::Kept {
        device.status = DeviceStatus::Active;
        device.activated = now;
        device.last_seen = None;
    }
    Ok(Activation { device, place })
}

fn place(
    existing: Option<&Device>,
    slots: Slots,
    rules: ActivationRules,
) -> Result<Place, ActivationRefusal> {
    match existing.map(|device| device.status) {
        Some(DeviceStatus::Blocked) => return Err(ActivationRefusal::Blocked),
        Some(DeviceStatus::Active) => return Ok(Place::Kept),
        Some(DeviceStatus::Deactivated) | None => {}
    }
    let Some(limit) = rules.limit else { return Ok(Place::Fresh) };
    if slots.active >= limit {
        return Err(ActivationRefusal::Full { limit });
    }
    if existing.is_some_and(|device| device.vacated) {
        return Ok(Place::Returned);
    }
    if slots.active.saturating_add(slots.vacated) < limit {
        return Ok(Place::Fresh);
    }
    match rules.mode {
        BindingMode::None => Ok(Place::TakenOver),
        _ if slots.migrations_used < rules.migrations => Ok(Place::Migrated),
        _ => Err(ActivationRefusal::MigrationsUsed { allowed: rules.migrations }),
    }
}

fn unknown(ask: &ActivationAsk, now: Millis) -> Device {
    Device {
        id: ask.new_id.clone(),
        fingerprint: ask.fingerprint.clone(),
        components: BTreeMap::new(),
        name: None,
        status: DeviceStatus::Active,
        activated: now,
        last_seen: None,
        public_key: None,
        suspect: None,
        instance: None,
        retired_instances: Vec::new(),
        sequence: None,
        status_report: None,
        vacated: false,
    }
}

/// Frees the place of an active device; any other device stays as it is.
#[must_use]
pub fn deactivate(device: &Device) -> Device {
    let mut device = device.clone();
    if device.status == DeviceStatus::Active {
        device.status = DeviceStatus::Deactivated;
        device.vacated = true;
    }
    device
}

/// Shuts a device out. Its place is free at once and without a migration: it was not the holder
/// who gave it up.
#[must_use]
pub fn block(device: &Device) -> Device {
    Device { status: DeviceStatus::Blocked, vacated: false, ..device.clone() }
}

/// Lets a blocked device in again: active when a place is free, else deactivated. Any other
/// device only loses its suspicion.
#[must_use]
pub fn unblock(device: &Device, active: u64, limit: Option<u64>) -> Device {
    let free = limit.is_none_or(|limit| active < limit);
    let status = match device.status {
        DeviceStatus::Blocked if free => DeviceStatus::Active,
        DeviceStatus::Blocked => DeviceStatus::Deactivated,
        other => other,
    };
    let suspect: Option<Suspect> = None;
    Device { status, suspect, ..device.clone() }
}
