//! What a pool of floating seats must know of its license.

use domain::license::License;
use domain::pool::PoolTerms;
use domain::terms::Terms;

/// Whether the license has floating seats, and so a pool.
pub const fn floats(terms: &Terms) -> bool {
    terms.commit > 0 || terms.max_overage > 0
}

/// What the pool of `license` must know. `open` says whether the license's standing lets it give out seats; leases may
/// last until the end of the license's grace.
///
/// A pool takes terms over by the license's version alone. So `open` must follow from that version: what comes and goes
/// without one, as a tenant's suspension does, is for the caller to judge before it asks the pool.
pub fn terms(license: &License, open: bool) -> PoolTerms {
    let License { version, terms, ends, .. } = license;
    let grace = i64::from(terms.grace_seconds);
    PoolTerms {
        version: *version,
        commit: terms.commit,
        max_overage: terms.max_overage,
        floating: terms.floating,
        open,
        ends: ends.map(|end| end.plus_seconds(grace)),
    }
}

#[cfg(test)]
mod tests {
    use domain::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
    use domain::license::Standing;
    use domain::place::Shard;
    use domain::terms::Floating;
    use domain::time::Millis;

    use super::*;

    fn license(terms: Terms, ends: Option<Millis>) -> License {
        License {
            id: LicenseId::new(Shard::Eu, [1; 16]),
            code: LicenseCode::parse("ACME-ENT-0001").unwrap(),
            holder: TenantId::parse("acme").unwrap(),
            issuer: TenantId::parse("techpartners").unwrap(),
            product: ProductId::parse("davinci").unwrap(),
            plan: PlanId::parse("floating").unwrap(),
            standing: Standing::Active,
            starts: Millis(0),
            ends,
            terms,
            exceeded_since: None,
            version: 7,
        }
    }

    #[test]
    fn a_pool_knows_what_its_license_says_and_lends_until_the_end_of_grace() {
        let floating = Floating { linger_seconds: 9, ..Floating::default() };
        let given =
            Terms { commit: 5, max_overage: 2, floating, grace_seconds: 10, ..Terms::default() };
        let rows = [
            (true, Some(Millis(1_000)), Some(Millis(11_000))),
            (false, None, None),
            (true, Some(Millis(i64::MAX)), Some(Millis(i64::MAX))),
        ];
        for (open, end, ends) in rows {
            let want = PoolTerms { version: 7, commit: 5, max_overage: 2, floating, open, ends };
            assert_eq!(terms(&license(given.clone(), end), open), want, "{end:?}");
        }
    }

    #[test]
    fn a_license_floats_when_there_is_any_seat() {
        for (commit, max_overage, want) in [(0, 0, false), (1, 0, true), (0, 1, true)] {
            let terms = Terms { commit, max_overage, ..Terms::default() };
            assert_eq!(floats(&terms), want, "{commit} {max_overage}");
        }
    }
}
