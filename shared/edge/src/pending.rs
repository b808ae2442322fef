//! Writes that wait until the answer is out: new gauges, and when a device was last heard of.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use domain::fleet::DeviceStatus;
use domain::id::{DeviceId, LicenseId, TenantId};
use domain::place::Shard;
use domain::terms::BindingMode;
use domain::time::Millis;
use domain::usage::{Usage, first_excess};
use store::data::{devices, licenses, usage};
use store::query::Change;

use crate::Call;
use crate::db::Freshness;
use crate::facts::{self, Facts, Subject};
use crate::log;

/// A device's last contact is written again only after this long.
const SEEN_AGAIN_MS: i64 = 60_000;
/// Writes held at most; what comes beyond is left to the device's next report.
const MOST: usize = 1_024;

/// The newest of what one device reported.
struct Write {
    tenant: TenantId,
    shard: Shard,
    gauges: Usage,
    seen: bool,
    excess: Excess,
    at: Millis,
}

/// What the report changes about use over a limit.
#[derive(Clone, Copy, PartialEq)]
enum Excess {
    Unchanged,
    Began(Millis),
    Ended,
}

type Key = (LicenseId, Option<DeviceId>);

thread_local! {
    static WAITING: RefCell<HashMap<Key, Write>> = RefCell::new(HashMap::new());
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Notes what a request brought that the stores do not know: reported gauges, and that the device was
/// heard of. `contact`: whether nobody else records that it was. Whether there is anything to write.
pub fn note(
    subject: &Subject,
    facts: &Facts,
    reported: &Usage,
    contact: bool,
    now: Millis,
) -> bool {
    let Some(license) = facts.license.as_ref() else { return false };
    let device = facts.device(subject).map(|(row, _)| row);
    // What was never activated, was freed or is blocked uses nothing, whatever it reports.
    let counts = match device {
        Some(row) => row.status == DeviceStatus::Active,
        None => license.terms.binding.mode == BindingMode::None,
    };
    if !counts {
        return false;
    }
    let heard = device.map(|row| row.last_seen_ms.unwrap_or(row.activated_ms));
    let seen = contact && heard.is_some_and(|at| now.since(at) >= SEEN_AGAIN_MS);
    let news = facts.is_news(reported);
    let excess = first_excess(&facts.usage_with(reported), &license.terms.limits);
    let excess = match (license.exceeded_since, excess) {
        (None, Some(_)) => Excess::Began(now),
        (Some(_), None) => Excess::Ended,
        _ => Excess::Unchanged,
    };
    if !(seen || news || excess != Excess::Unchanged) {
        return false;
    }
    let write = Write {
        tenant: subject.tenant.clone(),
        shard: subject.shard,
        gauges: if news { reported.clone() } else { Usage::new() },
        seen,
        excess,
        at: now,
    };
    let key = (license.id.clone(), device.map(|row| row.id.clone()));
    facts::learn(&subject.key(), |held| {
        let since = match excess {
            Excess::Unchanged => license.exceeded_since,
            Excess::Began(at) => Some(at),
            Excess::Ended => None,
        };
        held.take_in(reported, key.1.as_ref(), now, since);
    });
    WAITING.with_borrow_mut(|waiting| {
        if waiting.len() < MOST || waiting.contains_key(&key) {
            waiting.insert(key, write);
        }
    });
    true
}

/// Writes what waits, a batch per tenant. A failure is logged: the next report brings the gauges again.
pub async fn write(call: &Call) {
    let waiting = WAITING.take();
    if waiting.is_empty() {
        return;
    }
    for ((license, device), write) in waiting {
        let changes = changes(&license, device.as_ref(), &write);
        let records = call.records(&write.tenant, write.shard, Freshness::Primary);
        if let Err(failure) = records.write(changes).await {
            log::event("warn", "usage.write", &failure.to_string());
        }
    }
}

fn changes(license: &LicenseId, device: Option<&DeviceId>, write: &Write) -> Vec<Change> {
    let gauges = write
        .gauges
        .iter()
        .map(|(metric, count)| usage::put(license, device, *metric, *count, write.at));
    let seen = device.filter(|_| write.seen).map(|device| devices::seen(license, device, write.at));
    let excess = match write.excess {
        Excess::Unchanged => None,
        Excess::Began(at) => Some(licenses::mark_exceeded(license, Some(at))),
        Excess::Ended => Some(licenses::mark_exceeded(license, None)),
    };
    gauges.chain(seen).chain(excess).collect()
}

/// Whether this warm answer is one of those that are logged.
pub fn is_sampled(one_in: u32) -> bool {
    COUNT.with(|count| {
        let next = count.get().wrapping_add(1);
        count.set(next);
        next.is_multiple_of(one_in.max(1))
    })
}
