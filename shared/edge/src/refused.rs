//! Refusals by the layers round a key, for the audit log of the key's tenant: `key.refused`.
//!
//! A thief who tries a thousand times a second must not fill the log, and must not wait for it: refusals are counted here,
//! and each key and layer makes at most one entry a minute in an isolate. While the log is away they are counted on. What an
//! isolate has counted when it ends, less than a minute's worth, is lost.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use domain::audit::Draft;
use domain::id::{EventId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use serde_json::json;
use wire::problem::Kind;

use crate::call::Call;
use crate::objects::{AuditCall, AuditLog};
use crate::perimeter::LAYERS;
use crate::principal::{Principal, Who};
use crate::used::kept;
use crate::{log, object, platform};

/// A key and layer make an entry again only after this long.
const AGAIN_MS: i64 = 60_000;
/// Keys and layers counted at most at a time.
const MOST: usize = 1_024;

/// The refusals of one key by one layer since the last entry; the newest one is told.
struct Count {
    tenant: TenantId,
    shard: Shard,
    refused: u32,
    told: Option<Millis>,
    at: Millis,
    address: String,
    machine: String,
    host: String,
    request: String,
}

type Key = (String, Kind);

thread_local! {
    static COUNTS: RefCell<HashMap<Key, Count>> = RefCell::new(HashMap::new());
    /// When the next entry is due, so that requests need not look through all counts.
    static DUE: Cell<Option<Millis>> = const { Cell::new(None) };
}

/// Notes that the request of `call`, which shows the key of `principal`, was refused with the problem `code`. Only layers
/// are counted.
pub fn note(call: &Call, principal: &Principal, code: &str) {
    let Who::Key(key) = &principal.who else { return };
    let Some(layer) = LAYERS.into_iter().find(|kind| kind.code() == code) else { return };
    COUNTS.with_borrow_mut(|counts| {
        // What was told more than a minute ago and has not happened since need not be remembered.
        if counts.len() >= MOST {
            counts.retain(|_, count| {
                count.refused > 0 || call.now.since(count.told.unwrap_or_default()) < AGAIN_MS
            });
        }
        let name = (key.to_string(), layer);
        if counts.len() >= MOST && !counts.contains_key(&name) {
            return;
        }
        let count = counts.entry(name).or_insert_with(|| Count::new(principal));
        count.refused = count.refused.saturating_add(1);
        count.at = call.now;
        let due = count.told.map_or(call.now, |told| told.plus(AGAIN_MS));
        DUE.set(Some(DUE.get().map_or(due, |held| held.min(due))));
        if count.refused == 1 {
            count.address = kept(call.inbound.header("cf-connecting-ip"));
            count.machine = kept(call.inbound.header("x-hostname"));
            count.host = kept(call.inbound.authority());
            count.request = call.id.to_string();
        }
    });
}

impl Count {
    fn new(principal: &Principal) -> Self {
        Self {
            tenant: principal.tenant.clone(),
            shard: principal.shard,
            refused: 0,
            told: None,
            at: Millis::default(),
            address: String::new(),
            machine: String::new(),
            host: String::new(),
            request: String::new(),
        }
    }

    fn is_due(&self, now: Millis) -> bool {
        self.refused > 0 && self.told.is_none_or(|told| now.since(told) >= AGAIN_MS)
    }

    /// An entry of so many refusals did not reach the log: they are told with the next one.
    const fn take_back(&mut self, refused: u32) {
        self.refused = self.refused.saturating_add(refused);
    }

    /// The entry, with which the count begins anew.
    fn tell(&mut self, (key, layer): &Key, event: EventId, now: Millis) -> Draft {
        let said = |text: &str| (!text.is_empty()).then_some(text.to_owned());
        // What was not said is null, so that entries of one kind have one shape.
        let detail = json!({
            "layer": layer.code(),
            "count": self.refused,
            "host": self.host,
            "address": said(&self.address),
            "hostname": said(&self.machine),
        });
        (self.refused, self.told) = (0, Some(now));
        Draft {
            event,
            at: self.at,
            actor: key.clone(),
            action: "key.refused".to_owned(),
            subject: key.clone(),
            request: std::mem::take(&mut self.request),
            detail,
        }
    }
}

/// Whether any entry is due at `now`.
pub fn waits(now: Millis) -> bool {
    DUE.get().is_some_and(|due| due <= now)
}

/// Hands the entries that are due to the audit logs; where a log is away, to the outbox.
pub async fn write(call: &Call) {
    let now = platform::now();
    if !waits(now) {
        return;
    }
    let due = COUNTS.with_borrow_mut(|counts| {
        let next = counts.values().filter(|count| count.refused > 0 && !count.is_due(now));
        DUE.set(next.filter_map(|count| count.told).min().map(|told| told.plus(AGAIN_MS)));
        let due = counts.iter_mut().filter(|(_, count)| count.is_due(now));
        due.filter_map(|(key, count)| {
            let event = EventId::new(platform::entropy().ok()?);
            let (tenant, shard) = (count.tenant.clone(), count.shard);
            let told = (key.clone(), count.refused);
            Some((told, (tenant, shard, count.tell(key, event, now))))
        })
        .collect::<Vec<_>>()
    });
    for ((key, told), (tenant, shard, draft)) in due {
        let name = AuditLog::name(&tenant);
        let message = AuditCall::Append { shard, drafts: vec![draft] };
        if let Err(failure) = object::tell::<AuditLog>(call, &name, shard, &message).await {
            log::event("warn", "key.refused", &failure.to_string());
            COUNTS.with_borrow_mut(|counts| {
                if let Some(count) = counts.get_mut(&key) {
                    count.take_back(told);
                }
            });
            let again = now.plus(AGAIN_MS);
            DUE.set(Some(DUE.get().map_or(again, |held| held.min(again))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::testing::principal;
    use testkit::NOW;

    #[test]
    fn a_flood_makes_one_entry_a_minute_and_loses_no_count() {
        let mut count = Count::new(&principal());
        assert!(!count.is_due(NOW), "nothing happened");
        let key = ("key_1".to_owned(), Kind::AddressNotAllowed);
        count.refused = 1;
        assert!(count.is_due(NOW), "the first is told at once");
        let first = count.tell(&key, EventId::new([1; 16]), NOW);
        assert_eq!(first.detail["count"], 1);
        count.refused = 999;
        assert!(!count.is_due(NOW.plus(AGAIN_MS - 1)));
        assert!(count.is_due(NOW.plus(AGAIN_MS)));
        count.address = "203.0.113.9".to_owned();
        let second = count.tell(&key, EventId::new([2; 16]), NOW.plus(AGAIN_MS));
        let want = json!({ "layer": "address-not-allowed", "count": 999, "host": "",
            "address": "203.0.113.9", "hostname": null });
        assert_eq!((second.detail, count.refused), (want, 0));
        (count.refused, count.told) = (1, Some(NOW));
        count.take_back(999);
        let third = count.tell(&key, EventId::new([3; 16]), NOW.plus(2 * AGAIN_MS));
        assert_eq!(third.detail["count"], 1_000, "what the log did not hear of is told again");
    }
}
