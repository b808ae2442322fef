//! Answers when a store is away: what memory still holds, however old, else the signed license alone.

use std::rc::Rc;

use domain::license::Standing;
use edge::Failure;
use edge::admit::{self, Caller};
use edge::facts::{self, Facts, Subject};
use wire::endpoints::Id;
use wire::problem::Kind;

use crate::later::{Done, Request};

/// The verdict without the stores that are away. `caller` and `facts` are what could still be asked.
///
/// # Errors
/// What speaks against the credentials as far as they are remembered; `store-unavailable` when neither
/// memory nor a license key says anything about the license.
pub fn answer(
    request: &Request<'_>,
    caller: Option<Caller>,
    facts: Option<Rc<Facts>>,
    subject: &Subject,
) -> Result<Done, Failure> {
    let now = request.call.now;
    let mut unconfirmed = Vec::new();
    let caller = if caller.is_some() {
        caller
    } else {
        unconfirmed.push("directory");
        admit::outage(request.call, Id::Validate.endpoint())?
    };
    let staleness = if request.call.is_strict() { 0 } else { admit::OUTAGE_STALENESS_MS };
    let old = || facts::remembered(&subject.key()).filter(|held| held.is_fresh(now, staleness));
    let facts = facts.or_else(|| {
        unconfirmed.push("license");
        // The license presented is newer evidence than nothing; memory knows of revocations too.
        old().map(|held| held.value)
    });
    let genuine =
        request.presented.and_then(|presented| presented.claims.as_deref()).is_some_and(|claims| {
            let named = subject.license == claims.sub.as_str()
                || subject.license == claims.writ.code.as_str();
            named && claims.writ.holder.tenant == subject.tenant
        });
    if facts.is_none() && !genuine {
        return Err(Failure::from(Kind::StoreUnavailable).with("retry-after", "2"));
    }
    if caller.is_none() && !genuine {
        // Nobody vouches for the key, and the license does not vouch for itself.
        return Err(Failure::from(Kind::StoreUnavailable).with("retry-after", "2"));
    }
    let holder = caller.as_ref().map_or(Standing::Active, |caller| caller.site.standing);
    let suspended = caller.as_ref().map(|caller| Rc::clone(&caller.suspended)).unwrap_or_default();
    let case = request.case(facts.as_deref(), subject, holder, &suspended, unconfirmed);
    let (verdict, out) = case.decide();
    request.signed(out, caller, verdict.code.name())
}
