//! Signs of life: what they say about clones and clocks, and when silence is too long.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fleet::{Device, RETIRED_INSTANCES, Suspect};
use crate::judge::MISSED;
use crate::time::Millis;

/// A device whose clock is off by more than this is suspected, in milliseconds.
///
/// A day: wrong time zones and lost clock batteries differ by hours, clocks set back to outlive
/// a license by weeks.
pub const CLOCK_TOLERANCE_MS: i64 = 86_400_000;

/// One heartbeat.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// The installation that sends it.
    #[serde(default)]
    pub instance: Option<String>,
    /// Counts the heartbeats of the installation; a repeat after a lost answer keeps its number.
    #[serde(default)]
    pub sequence: Option<u64>,
    /// The device's own clock.
    #[serde(default)]
    pub reported_time: Option<Millis>,
    /// What it says of its health.
    #[serde(default)]
    pub status_report: Option<Value>,
}

/// The device after a heartbeat.
///
/// It is suspected of being a clone when an installation comes back that another one had
/// replaced, or when the counter of one installation falls back; only a new activation or
/// [`crate::fleet::unblock`] clears that. A suspicion about the clock goes when the clock is right
/// again. A clone outranks a clock.
#[must_use]
pub fn beat(device: &Device, beat: Beat, now: Millis) -> Device {
    let clone = is_clone(device, &beat) || device.suspect == Some(Suspect::Clone);
    let clock = match beat.reported_time {
        Some(time) => time.0.abs_diff(now.0) > CLOCK_TOLERANCE_MS.unsigned_abs(),
        None => device.suspect == Some(Suspect::Clock),
    };
    let mut device = device.clone();
    if clone {
        device.suspect = Some(Suspect::Clone);
    } else {
        device.suspect = clock.then_some(Suspect::Clock);
    }
    follow_instance(&mut device, beat.instance, beat.sequence);
    device.last_seen = Some(device.last_seen.map_or(now, |seen| seen.max(now)));
    device.status_report = beat.status_report.or(device.status_report);
    device
}

fn is_clone(device: &Device, beat: &Beat) -> bool {
    let Some(instance) = &beat.instance else { return false };
    if device.instance.as_ref() == Some(instance) {
        return matches!((device.sequence, beat.sequence), (Some(last), Some(new)) if new < last);
    }
    device.retired_instances.contains(instance)
}

fn follow_instance(device: &mut Device, instance: Option<String>, sequence: Option<u64>) {
    if instance.is_none() {
        return;
    }
    if device.instance == instance {
        device.sequence = device.sequence.max(sequence);
        return;
    }
    let retired = &mut device.retired_instances;
    retired.extend(device.instance.take());
    retired.retain(|earlier| Some(earlier) != instance.as_ref());
    if retired.len() > RETIRED_INSTANCES {
        retired.remove(0);
    }
    device.instance = instance;
    device.sequence = sequence;
}

/// The instant at which a device that was last seen (or activated) then is overdue.
pub const fn overdue_at(last_seen: Millis, heartbeat_seconds: u32) -> Millis {
    last_seen.plus_seconds(heartbeat_seconds as i64 * MISSED)
}

/// Whether the device has missed its heartbeats.
pub const fn missed(last_seen: Millis, heartbeat_seconds: u32, now: Millis) -> bool {
    overdue_at(last_seen, heartbeat_seconds).0 <= now.0
}
