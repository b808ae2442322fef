//! Rate limits at the edge: tokens leased from the key's Limiter object are spent here without a hop.

pub mod checkouts;

use std::cell::RefCell;
use std::fmt::Write as _;

use domain::id::TenantId;
use domain::limiter::{Ask, Counters, Lease, LocalLease, Policy};
use domain::place::Shard;
use domain::time::Millis;
use wire::problem::Kind;

use crate::cache::Cache;
use crate::call::Call;
use crate::door::Outbound;
use crate::failure::{Failure, StoreFailure};
use crate::object;
use crate::objects::{Limiter, LimiterCall, LimiterReply};
use crate::principal::Principal;

use self::checkouts::Window;

/// Books whose leases are held per isolate.
const LEASES: usize = 4_096;

thread_local! {
    static LEASED: RefCell<Cache<String, LocalLease>> = RefCell::new(Cache::new(LEASES));
}

/// What names a Limiter before the key has been looked up.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// The tenant that the key names.
    pub tenant: &'a TenantId,
    /// The shard that it hints at.
    pub shard: Shard,
    /// The key's hash, or what else is limited. Isolates remember leases by this name alone.
    pub name: &'a str,
}

/// What came of asking for a token.
#[derive(Debug)]
pub enum Spent {
    /// A token was held and is spent.
    Granted(Counters),
    /// The book refused a moment ago.
    Refused(Counters),
    /// The book was asked and answered; nothing is spent yet.
    Asked(LimiterReply, Millis),
    /// The book could not be asked.
    Away(StoreFailure),
}

/// Spends a token that this isolate holds, if it holds one.
pub fn spend_held(hash: &str, now: Millis) -> Option<Spent> {
    LEASED.with_borrow_mut(|leased| {
        let lease = leased.get_mut(hash)?;
        if let Some(counters) = lease.take(now) {
            return Some(Spent::Granted(counters));
        }
        lease.refused(now).map(Spent::Refused)
    })
}

/// Spends a held token, or asks the key's Limiter for more. Nothing is done where no key was shown.
pub async fn spend(call: &Call, key: Option<Key<'_>>) -> Option<Spent> {
    let key = key?;
    if let Some(spent) = spend_held(key.name, call.now) {
        return Some(spent);
    }
    let message = LimiterCall::Lease(ask(key.name, call.now));
    let name = Limiter::name(key.tenant, key.name);
    let reply = object::send_soon::<Limiter>(call, &name, key.shard, &message).await;
    Some(reply.map_or_else(Spent::Away, |reply| Spent::Asked(reply, call.now)))
}

/// Spends one request of something that is no key: `name` says what, and is not shown by the object's own name, which can
/// be seen from outside of its region.
///
/// # Errors
/// `rate-limited`, with the time to come back.
pub async fn named(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    name: &str,
    policy: Policy,
) -> Result<(), Failure> {
    let hash = license::hex(&license::sha256(name.as_bytes()));
    let key = Key { tenant, shard, name: &hash };
    let spent = spend(call, Some(key)).await;
    settle(call, key, policy, spent).await.map(drop)
}

/// Ends what [`spend`] began, now that the limit is known: tells a Limiter that is new or out of
/// date its limit, and spends the token.
///
/// When the Limiter is away the request passes: an outage of counters must not be one of licenses.
///
/// # Errors
/// `rate-limited`, with the time to come back.
pub async fn settle(
    call: &Call,
    key: Key<'_>,
    policy: Policy,
    spent: Option<Spent>,
) -> Result<Option<Counters>, Failure> {
    settle_as(KEY, call, key, policy, spent).await
}

/// As [`settle`], for the window that the headers call `label`.
async fn settle_as(
    label: &'static str,
    call: &Call,
    key: Key<'_>,
    policy: Policy,
    spent: Option<Spent>,
) -> Result<Option<Counters>, Failure> {
    let hash = key.name;
    let (lease, asked) = match spent {
        None | Some(Spent::Away(_)) => return Ok(None),
        Some(Spent::Granted(counters)) => return Ok(Some(counters)),
        Some(Spent::Refused(counters)) => return Err(refusal(label, &counters)),
        Some(Spent::Asked(LimiterReply::Leased(lease), asked)) if fits(&lease, policy) => {
            (lease, asked)
        }
        // What a lease under another limit granted stays unspent and lapses.
        Some(Spent::Asked(_, asked)) => {
            let message = LimiterCall::Configure { policy, ask: ask(hash, call.now) };
            let name = Limiter::name(key.tenant, hash);
            match object::send_soon::<Limiter>(call, &name, key.shard, &message).await {
                Ok(LimiterReply::Leased(lease)) => (lease, asked),
                Ok(LimiterReply::Unconfigured) | Err(_) => return Ok(None),
            }
        }
    };
    accept(hash, lease, asked);
    match spend_held(hash, call.now) {
        Some(Spent::Granted(counters)) => Ok(Some(counters)),
        Some(Spent::Refused(counters)) => Err(refusal(label, &counters)),
        _ => Err(Kind::RateLimited.into()),
    }
}

/// The limit of a key.
pub fn policy(principal: &Principal) -> Policy {
    Policy {
        limit: principal.rate_limit,
        window_ms: i64::from(principal.rate_window_seconds) * 1000,
    }
}

const fn fits(lease: &Lease, policy: Policy) -> bool {
    lease.limit == policy.limit && lease.window_ms == policy.window_ms
}

fn ask(hash: &str, now: Millis) -> Ask {
    LEASED.with_borrow_mut(|leased| {
        if leased.get(hash).is_none() {
            leased.put(hash.to_owned(), LocalLease::default(), now);
        }
        leased.get_mut(hash).map(LocalLease::ask).unwrap_or_default()
    })
}

fn accept(hash: &str, lease: Lease, asked: Millis) {
    LEASED.with_borrow_mut(|leased| {
        if let Some(held) = leased.get_mut(hash) {
            held.accept(lease, asked);
        }
    });
}

/// How the headers call the limit of a key's requests.
const KEY: &str = "key";

/// `rate-limited`, with the time to come back.
fn refusal(label: &'static str, counters: &Counters) -> Failure {
    let (mut state, mut policy) = (String::new(), String::new());
    add(label, counters, &mut state, &mut policy);
    Failure::new(Kind::RateLimited, "")
        .with("retry-after", counters.reset_seconds.max(1).to_string())
        .with("ratelimit", state)
        .with("ratelimit-policy", policy)
}

/// Adds the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-10): the key's requests, then its other windows.
pub fn tell(out: &mut Outbound, counters: &Counters, windows: &[Window]) {
    let (mut state, mut policy) = (String::with_capacity(32), String::with_capacity(32));
    add(KEY, counters, &mut state, &mut policy);
    for (label, counters) in windows {
        add(label, counters, &mut state, &mut policy);
    }
    out.set("ratelimit", state);
    out.set("ratelimit-policy", policy);
}

fn add(label: &str, counters: &Counters, state: &mut String, policy: &mut String) {
    let comma = if state.is_empty() { "" } else { ", " };
    let Counters { limit, window_seconds, remaining, reset_seconds } = counters;
    // Writing to a String cannot fail.
    let _ = write!(state, "{comma}\"{label}\";r={remaining};t={reset_seconds}");
    let _ = write!(policy, "{comma}\"{label}\";q={limit};w={window_seconds}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_list_every_window() {
        let counters =
            |limit| Counters { limit, window_seconds: 60, remaining: limit - 1, reset_seconds: 7 };
        let mut out = Outbound::json(200, String::new());
        tell(&mut out, &counters(6000), &[("key-checkouts-minute", counters(100))]);
        let header = |name| out.headers.iter().find(|(held, _)| *held == name).unwrap().1.as_str();
        assert_eq!(header("ratelimit"), r#""key";r=5999;t=7, "key-checkouts-minute";r=99;t=7"#);
        assert_eq!(
            header("ratelimit-policy"),
            r#""key";q=6000;w=60, "key-checkouts-minute";q=100;w=60"#
        );
    }
}
