//! What terms may say before they are stored: bounded lists and names, counts that every reader keeps exact.

use domain::terms::{Floating, Terms};
use wire::problem::Problem;
use wire::validate::MAX_COUNT;

/// Features, and operations open in grace, are at most this many.
const LONGEST_LIST: usize = 100;
/// A feature's name is at most this long, in bytes.
const LONGEST_NAME: usize = 64;
/// A fixed fingerprint is at most this long, in bytes.
const LONGEST_FINGERPRINT: usize = 200;

/// Whether `terms` may be stored; `at` is where the request has them: `/terms`.
///
/// # Errors
/// `invalid-request`, with a pointer to the first field that does not fit.
pub fn check(terms: &Terms, at: &str) -> Result<(), Problem> {
    for (name, list) in [("features", &terms.features), ("allow_in_grace", &terms.allow_in_grace)] {
        if list.len() > LONGEST_LIST {
            return Err(Problem::field(format!("{at}/{name}"), "has more than 100 entries"));
        }
        if let Some(index) = list.iter().position(|entry| !is_name(entry)) {
            let detail = "must be 1 to 64 bytes of printable ASCII";
            return Err(Problem::field(format!("{at}/{name}/{index}"), detail));
        }
    }
    if let Some((metric, _)) = terms.limits.iter().find(|(_, limit)| **limit > MAX_COUNT) {
        return Err(Problem::field(
            format!("{at}/limits/{}", metric.name()),
            "is more than 2^53 - 1",
        ));
    }
    if terms
        .binding
        .fingerprint
        .as_ref()
        .is_some_and(|print| !(1..=LONGEST_FINGERPRINT).contains(&print.len()))
    {
        return Err(Problem::field(format!("{at}/binding/fingerprint"), "must be 1 to 200 bytes"));
    }
    if terms.commit.checked_add(terms.max_overage).is_none() {
        return Err(Problem::field(
            format!("{at}/max_overage"),
            "commit and max_overage together are too many",
        ));
    }
    if let Some(pricing) = &terms.pricing
        && pricing.overage_per_use.currency() != pricing.commit_fee_monthly.currency()
    {
        return Err(Problem::field(
            format!("{at}/pricing/overage_per_use"),
            "must be in the currency of commit_fee_monthly",
        ));
    }
    intervals(terms, at)?;
    floating(&terms.floating, &format!("{at}/floating"))
}

/// A lease lasts at most so long; borrowed ones too.
const LONGEST_LEASE_SECONDS: u32 = 366 * 86_400;
/// So many may stand in line: every call looks through it.
const LONGEST_LINE: u32 = 1_000;

fn floating(floating: &Floating, at: &str) -> Result<(), Problem> {
    let Floating { ttl_seconds, max_ttl_seconds, .. } = *floating;
    let bounds = [
        ("ttl_seconds", ttl_seconds, 1, max_ttl_seconds),
        ("max_ttl_seconds", max_ttl_seconds, 1, LONGEST_LEASE_SECONDS),
        ("min_seconds", floating.min_seconds, 0, max_ttl_seconds),
        ("linger_seconds", floating.linger_seconds, 0, LONGEST_LEASE_SECONDS),
        ("claim_seconds", floating.claim_seconds, 1, LONGEST_LEASE_SECONDS),
        ("max_queue", floating.max_queue, 0, LONGEST_LINE),
        ("borrow_max_seconds", floating.borrow_max_seconds, 0, LONGEST_LEASE_SECONDS),
    ];
    match bounds.iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
        Some((name, _, least, most)) => {
            Err(Problem::field(format!("{at}/{name}"), format!("must be {least} to {most}")))
        }
        None => Ok(()),
    }
}

fn intervals(terms: &Terms, at: &str) -> Result<(), Problem> {
    let report = &terms.report;
    let intervals = [
        ("heartbeat_seconds", report.heartbeat_seconds),
        ("usage_seconds", report.usage_seconds),
        ("validate_seconds", report.validate_seconds),
    ];
    match intervals.iter().find(|(_, seconds)| *seconds == 0) {
        Some((name, _)) => Err(Problem::field(format!("{at}/report/{name}"), "must be at least 1")),
        None => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'!'..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::{Currency, Money};
    use domain::terms::{OverageBasis, Pricing};
    use domain::usage::Metric;

    fn terms(change: impl FnOnce(&mut Terms)) -> Terms {
        let mut terms = Terms::default();
        change(&mut terms);
        terms
    }

    fn priced(fee: &str, use_in: &str) -> Terms {
        let money = |code| Money::new(5, Currency::parse(code).unwrap()).unwrap();
        let pricing = Pricing {
            commit_fee_monthly: money(fee),
            overage_per_use: money(use_in),
            overage_basis: OverageBasis::Checkout,
        };
        terms(|t| t.pricing = Some(pricing))
    }

    #[test]
    fn terms_that_do_not_fit_are_pointed_at() {
        let rows = [
            (terms(|_| {}), None),
            (terms(|t| t.features = vec!["a".repeat(64); 100]), None),
            (terms(|t| t.features = vec!["a".into(); 101]), Some("/terms/features")),
            (terms(|t| t.features = vec!["a".into(), "b".repeat(65)]), Some("/terms/features/1")),
            (terms(|t| t.allow_in_grace = vec![String::new()]), Some("/terms/allow_in_grace/0")),
            (terms(|t| t.allow_in_grace = vec!["a b".into()]), Some("/terms/allow_in_grace/0")),
            (terms(|t| t.limits = [(Metric::Vms, MAX_COUNT)].into()), None),
            (
                terms(|t| t.limits = [(Metric::Vms, MAX_COUNT + 1)].into()),
                Some("/terms/limits/vms"),
            ),
            (
                terms(|t| t.binding.fingerprint = Some(String::new())),
                Some("/terms/binding/fingerprint"),
            ),
            (terms(|t| (t.commit, t.max_overage) = (u32::MAX, 1)), Some("/terms/max_overage")),
            (terms(|t| t.report.heartbeat_seconds = 0), Some("/terms/report/heartbeat_seconds")),
            (terms(|t| t.floating.ttl_seconds = 86_400), None),
            (terms(|t| t.floating.ttl_seconds = 86_401), Some("/terms/floating/ttl_seconds")),
            (terms(|t| t.floating.max_queue = 1_001), Some("/terms/floating/max_queue")),
            (terms(|t| t.floating.claim_seconds = 0), Some("/terms/floating/claim_seconds")),
        ];
        let rows = rows.into_iter().chain([
            (priced("EUR", "EUR"), None),
            (priced("EUR", "USD"), Some("/terms/pricing/overage_per_use")),
        ]);
        for (terms, want) in rows {
            let problem = check(&terms, "/terms").err();
            let pointer = problem.map(|p| p.errors[0].pointer.clone());
            assert_eq!(pointer.as_deref(), want, "{terms:?}");
        }
    }
}
