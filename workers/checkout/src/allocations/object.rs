//! The Allocation object of a license: one hop, and nobody else counts what is held.

use std::collections::BTreeMap;

use domain::id::LicenseId;
use domain::license::License;
use domain::terms::Terms;
use domain::usage::Metric;
use edge::failure::StoreFailure;
use edge::objects::{Allocation, AllocationCall, AllocationReply, Capacity};
use edge::pool::floats;
use edge::{Call, Failure, object};

use crate::product::Place;

/// What the object must know of the license.
pub fn capacity(license: &License) -> Capacity {
    let version = u64::try_from(license.version).unwrap_or_default();
    Capacity { version, limits: limits(&license.terms) }
}

/// What can be promised: what has a limit. Of floating seats all that the license has, those above the price too.
fn limits(terms: &Terms) -> BTreeMap<Metric, u64> {
    let mut limits = terms.limits.clone();
    if floats(terms) {
        let seats = u64::from(terms.commit).saturating_add(terms.max_overage.into());
        limits.insert(Metric::Seats, seats);
    }
    limits
}

/// Asks the object of `license` of the holder in `holder`. Its name begins with the holder, so that nobody reaches another
/// tenant's allocations, whatever ids are sent.
///
/// # Errors
/// When the object is away, or it is not known what it did.
pub async fn ask(
    call: &Call,
    holder: Place<'_>,
    license: &LicenseId,
    message: &AllocationCall,
) -> Result<AllocationReply, StoreFailure> {
    let name = Allocation::name(holder.tenant, license);
    object::send::<Allocation>(call, &name, holder.shard, message).await
}

/// A reply to something else than what was asked.
pub fn unexpected(reply: &AllocationReply) -> Failure {
    Failure::internal(format!("the allocations answered {reply:?} to something else"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_promised_is_what_has_a_limit() {
        let rows = [
            (None, 0, 0, None),
            (Some(7), 0, 0, Some(7)),
            (None, 5, 3, Some(8)),
            (Some(7), 5, 3, Some(8)),
        ];
        for (limit, commit, max_overage, seats) in rows {
            let mut license = testkit::license(1);
            license.terms.limits = BTreeMap::from([(Metric::Cores, 16)]);
            license.terms.limits.extend(limit.map(|limit| (Metric::Seats, limit)));
            (license.terms.commit, license.terms.max_overage) = (commit, max_overage);
            let told = capacity(&license);
            assert_eq!(told.limits.get(&Metric::Cores), Some(&16));
            assert_eq!(told.limits.get(&Metric::Seats).copied(), seats, "{limit:?} {commit}");
            assert_eq!(i64::try_from(told.version), Ok(license.version));
        }
    }
}
