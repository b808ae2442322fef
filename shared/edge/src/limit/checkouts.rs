//! Limits of checkouts: of a key and of all keys of its tenant, by the minute and by the hour. Their books are asked side by
//! side with everything else that lets a caller in, so they cost no round.

use domain::limiter::{CheckoutLimits, Counters, Policy};
use futures_util::future::join_all;
use wire::endpoints::{Endpoint, Id};

use super::{Key, Spent};
use crate::call::Call;
use crate::failure::Failure;
use crate::principal::Principal;

/// The names of the four windows in the `RateLimit` headers, in the order in which they are told.
const LABELS: [&str; 4] = [
    "key-checkouts-minute",
    "key-checkouts-hour",
    "tenant-checkouts-minute",
    "tenant-checkouts-hour",
];

/// One window of a caller, as the headers tell it.
pub type Window = (&'static str, Counters);

/// What came of asking the books, one for each window; nothing where nothing was asked.
pub type Asked = Vec<Option<Spent>>;

/// Whether an endpoint gives seats out, so that these limits apply.
pub const fn applies(endpoint: &Endpoint) -> bool {
    matches!(endpoint.id, Id::Checkout | Id::Borrow)
}

/// The books of a key and of its tenant.
fn books(key: Key<'_>) -> [String; 4] {
    let Key { tenant, name, .. } = key;
    [
        format!("{name}/checkouts/minute"),
        format!("{name}/checkouts/hour"),
        // Isolates remember leases by this name alone, so it names the tenant.
        format!("{tenant}:checkouts/minute"),
        format!("{tenant}:checkouts/hour"),
    ]
}

fn policies(key: CheckoutLimits, tenant: CheckoutLimits) -> [Policy; 4] {
    let ([(_, a), (_, b)], [(_, c), (_, d)]) = (key.windows(), tenant.windows());
    [a, b, c, d]
}

/// Spends a token of each window, or asks its book for more.
pub async fn spend(call: &Call, key: Option<Key<'_>>, endpoint: &Endpoint) -> Asked {
    let Some(key) = key.filter(|_| applies(endpoint)) else { return Vec::new() };
    let books = books(key);
    join_all(books.iter().map(|name| super::spend(call, Some(Key { name, ..key })))).await
}

/// Ends what [`spend`] began, now that the limits are known. All four count a request, also one that another refuses.
///
/// # Errors
/// `rate-limited` by the first window that is full.
pub async fn settle(
    call: &Call,
    key: Key<'_>,
    principal: &Principal,
    asked: Asked,
) -> Result<Vec<Window>, Failure> {
    let (books, policies) = (books(key), policies(principal.checkouts, principal.tenant_checkouts));
    let windows = books.iter().zip(policies).zip(LABELS).zip(asked);
    let settled = windows.map(|(((name, policy), label), spent)| async move {
        let counters = super::settle_as(label, call, Key { name, ..key }, policy, spent).await?;
        Ok(counters.map(|counters| (label, counters)))
    });
    let settled: Result<Vec<_>, Failure> = join_all(settled).await.into_iter().collect();
    Ok(settled?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::place::Shard;

    #[test]
    fn every_window_has_a_book_of_its_own_and_tenants_share_none() {
        let (acme, globex) = (testkit::tenant("acme"), testkit::tenant("globex"));
        let of = |tenant| books(Key { tenant, shard: Shard::Eu, name: "9f2c" });
        let all: std::collections::BTreeSet<_> = of(&acme).into_iter().chain(of(&globex)).collect();
        // The key's own two books are named by its hash, which no other tenant's key has.
        assert_eq!(all.len(), 6);
        let limits = policies(CheckoutLimits::KEY, CheckoutLimits::TENANT);
        assert_eq!(limits.map(|policy| policy.limit), [100, 1_000, 1_000, 10_000]);
        assert_eq!(limits.map(|policy| policy.window_ms / 1000), [60, 3600, 60, 3600]);
    }
}
