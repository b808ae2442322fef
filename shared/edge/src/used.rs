//! When, from where and by which machine a key was last used: gathered here, written after answers, at most once a minute
//! for each key.

use std::cell::RefCell;

use domain::id::{KeyId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use store::data::api_key_info;

use crate::cache::Cache;
use crate::call::Call;
use crate::db::Freshness;
use crate::door::Inbound;
use crate::log;
use crate::principal::{Principal, Who};

/// A key's last use is written again only after this long.
const AGAIN_MS: i64 = 60_000;
/// Keys remembered per isolate.
const KEYS: usize = 4_096;
/// Writes held at most; what comes beyond is left to the key's next use.
const MOST: usize = 256;
/// Of the name that a machine gives itself this much is kept, in bytes.
const LONGEST: usize = 253;

struct Use {
    tenant: TenantId,
    shard: Shard,
    key: KeyId,
    at: Millis,
    address: String,
    host: String,
}

thread_local! {
    static WRITTEN: RefCell<Cache<String, ()>> = RefCell::new(Cache::new(KEYS));
    static WAITING: RefCell<Vec<Use>> = const { RefCell::new(Vec::new()) };
}

/// Notes that a key was used. Whether there is anything to write.
pub fn note(principal: &Principal, inbound: &Inbound, now: Millis) -> bool {
    let Who::Key(key) = &principal.who else { return false };
    let fresh = WRITTEN.with_borrow_mut(|held| held.fresh(key.as_str(), now, AGAIN_MS).is_some());
    if fresh || WAITING.with_borrow(Vec::len) >= MOST {
        return false;
    }
    WRITTEN.with_borrow_mut(|held| held.put(key.to_string(), (), now));
    let (tenant, shard) = (principal.tenant.clone(), principal.shard);
    let address = inbound.header("cf-connecting-ip").to_owned();
    let host = kept(inbound.header("x-hostname"));
    let key = key.clone();
    WAITING.with_borrow_mut(|waiting| {
        waiting.push(Use { tenant, shard, key, at: now, address, host });
    });
    true
}

/// A header that anybody can write whatever they like into, cut to a length that may be kept.
pub fn kept(header: &str) -> String {
    let end = (0..=LONGEST.min(header.len())).rev().find(|end| header.is_char_boundary(*end));
    header.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}

/// Whether there is anything to write.
pub fn waits() -> bool {
    WAITING.with_borrow(|waiting| !waiting.is_empty())
}

/// Writes what waits. A failure is logged: the next use is written again in a minute.
pub async fn write(call: &Call) {
    let waiting = WAITING.take();
    if waiting.is_empty() {
        return;
    }
    for Use { tenant, shard, key, at, address, host } in waiting {
        let said = |text: &'_ str| (!text.is_empty()).then_some(text.to_owned());
        let (address, host) = (said(&address), said(&host));
        let change = api_key_info::touch(&key, at, address.as_deref(), host.as_deref());
        let records = call.records(&tenant, shard, Freshness::Primary);
        if let Err(failure) = records.write(vec![change]).await {
            log::event("warn", "key.used", &failure.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::testing::principal;
    use testkit::NOW;

    #[test]
    fn a_key_in_use_is_written_once_a_minute() {
        let principal = principal();
        let inbound = Inbound::default();
        let rows =
            [(0, true), (1, false), (AGAIN_MS - 1, false), (AGAIN_MS, true), (AGAIN_MS + 1, false)];
        for (at, want) in rows {
            assert_eq!(note(&principal, &inbound, NOW.plus(at)), want, "{at}");
        }
        assert!(waits());
        assert_eq!(WAITING.take().len(), 2);
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let long = "é".repeat(200);
        assert_eq!(kept(&long).len(), 252);
        assert_eq!(kept("ws"), "ws");
    }
}
