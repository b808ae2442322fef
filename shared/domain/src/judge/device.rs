//! What the judge needs to know about the device that asks.

use crate::judge::findings::Finding;
use crate::license::License;
use crate::terms::BindingMode;
use crate::time::Millis;
use crate::verdict::Code;

/// The device that asks, as far as it is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeviceFact<'a> {
    /// The request names no device.
    Unnamed,
    /// The device is not among those activated.
    Unknown,
    /// No store could be asked about it.
    Unconfirmed {
        /// Whether the fingerprint fixed in the license (if one is) matches.
        matches: bool,
    },
    /// An activated (or once activated) device.
    Known(KnownDevice<'a>),
}

/// An activated device and what speaks against it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownDevice<'a> {
    /// Whether enough of the hardware is still the same.
    pub matches: bool,
    /// Blocked by an administrator.
    pub blocked: bool,
    /// How many devices were activated before it and are still active.
    pub rank: u64,
    /// Two installations use its identity.
    pub clone: bool,
    /// Its clock is off by more than a day.
    pub clock: bool,
    /// Last heartbeat, or the activation.
    pub last_seen: Millis,
    /// For people, in the detail.
    pub name: &'a str,
}

/// What the binding has against the device.
pub fn findings(fact: &DeviceFact<'_>, license: &License, now: Millis, out: &mut Vec<Finding>) {
    let mode = license.terms.binding.mode;
    let bound = mode != BindingMode::None;
    match fact {
        DeviceFact::Unnamed if bound => out.push(Finding::refusal(
            Code::FingerprintRequired,
            "The license is bound to devices: send hardware_id, fingerprint or device_id.",
        )),
        DeviceFact::Unknown if bound => {
            out.push(Finding::refusal(Code::NotActivated, "This device has not been activated."));
        }
        DeviceFact::Unconfirmed { matches: false } if bound => out.push(mismatch(mode)),
        DeviceFact::Known(device) => known(device, license, mode, now, out),
        _ => {}
    }
}

fn mismatch(mode: BindingMode) -> Finding {
    let detail = "The hardware is not the one that was activated: activate again.";
    Finding::new(Code::FingerprintMismatch, mode == BindingMode::Strict, detail)
}

fn known(
    device: &KnownDevice<'_>,
    license: &License,
    mode: BindingMode,
    now: Millis,
    out: &mut Vec<Finding>,
) {
    let strict = mode == BindingMode::Strict;
    if mode != BindingMode::None && !device.matches {
        out.push(mismatch(mode));
    }
    if device.blocked {
        out.push(Finding::refusal(Code::DeviceBlocked, "This device was blocked."));
    }
    if license.terms.device_limit().is_some_and(|limit| device.rank >= limit) {
        out.push(Finding::refusal(
            Code::TooManyDevices,
            "More devices are active than the license allows.",
        ));
    }
    if device.clone {
        out.push(Finding::new(
            Code::CloneSuspected,
            strict,
            "Two installations use this device's identity.",
        ));
    }
    if device.clock {
        out.push(Finding::new(
            Code::ClockSuspected,
            strict,
            "The device's clock is off by more than a day.",
        ));
    }
    let due =
        device.last_seen.plus_seconds(i64::from(license.terms.report.heartbeat_seconds) * MISSED);
    if due <= now {
        let online = license.terms.report.require_online;
        out.push(Finding::new(
            Code::HeartbeatOverdue,
            online,
            "The device has missed its heartbeats.",
        ));
    }
}

/// A device is overdue after three intervals: one beat may be lost to sleep, one to the network.
pub const MISSED: i64 = 3;
