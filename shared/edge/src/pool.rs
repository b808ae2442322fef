//! What the pool of a license must know of it.

use domain::license::License;
use domain::pool::PoolTerms;

/// The terms of the pool of `license`. `open`: whether seats are given out. Leases reach to the end of the grace.
pub fn terms(license: &License, open: bool) -> PoolTerms {
    let terms = &license.terms;
    PoolTerms {
        version: license.version,
        commit: terms.commit,
        max_overage: terms.max_overage,
        floating: terms.floating,
        open,
        ends: license.ends.map(|end| end.plus_seconds(terms.grace_seconds.into())),
    }
}
