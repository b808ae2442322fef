//! `POST /api/v1/pools/{license}/release`: a lease or a reservation back from whoever holds it.

use domain::allocation::RequestKey;
use domain::id::LeaseId;
use domain::pool::{Ask, By};
use edge::admit::admit;
use edge::door::Outbound;
use edge::idempotency::pool_key;
use edge::objects::PoolReply;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::serve::{Answer, Target};
use edge::{Call, Failure, find, text};
use serde_json::json;
use wire::body;
use wire::endpoints::Endpoint;
use wire::pool::ReleaseRequest;
use wire::problem::{Kind, Problem};

use crate::give_back::returned;
use crate::letters::{Done, noted};
use crate::product::Place;
use crate::{allocations, refusal, seats};

/// Who: a key of the holder. What: a lease of this pool. Decide and commit: in the pool.
pub async fn release(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let endpoint: &Endpoint = target.endpoint;
    let caller = admit(call, endpoint).await?;
    let request: ReleaseRequest = body::read(&call.inbound.body)?;
    let principal = caller.principal()?;
    let out = match named(request)? {
        Named::Lease(lease, reason) => take_back(call, principal, target, (lease, reason)).await?,
        Named::Reservation(request, reason) => {
            allocations::taken_back(call, principal, target.param, (request, reason)).await?
        }
    };
    Ok(Answer::to(caller, out))
}

/// What is taken back, and why.
#[derive(Debug)]
enum Named {
    Lease(LeaseId, String),
    Reservation(RequestKey, Option<String>),
}

fn named(request: ReleaseRequest) -> Result<Named, Problem> {
    let ReleaseRequest { lease_id, request_id, reason } = request;
    reason.as_ref().map_or(Ok(()), |reason| text::sized(reason, "/reason", 1, 500))?;
    match (lease_id, request_id, reason) {
        (Some(lease), None, Some(reason)) => Ok(Named::Lease(lease, reason)),
        (Some(_), None, None) => Err(Problem::field("/reason", "is missing")),
        (None, Some(request), reason) => Ok(Named::Reservation(request, reason)),
        _ => Err(Problem::field("", "name either lease_id or request_id")),
    }
}

async fn take_back(
    call: &Call,
    principal: &Principal,
    target: Target<'_>,
    (lease, reason): (LeaseId, String),
) -> Result<Outbound, Failure> {
    let key = pool_key(&call.inbound)?;
    let found = find::held(call, principal, target.param).await?;
    let license = found.row.license();
    if lease.license().as_ref() != Some(&license.id) {
        return Err(Kind::LeaseNotFound.into());
    }
    let place = Place { tenant: &license.holder, shard: found.shard };
    let entry = Entry {
        actor: principal.actor(),
        action: "lease.released",
        subject: lease.as_str(),
        detail: json!({ "code": license.code, "reason": reason }),
    };
    let by = By { owner: principal.actor().to_owned(), admin: Some(reason.clone()) };
    let ask = Ask::Return { lease: lease.clone(), by, key };
    let work = async {
        let terms = Some(seats::terms(&license));
        match seats::ask(call, place, &license.id, terms, ask).await? {
            PoolReply::Refused(refusal) => Err(refusal::failure(&refusal, place.tenant, call.now)),
            reply => {
                let changed = !matches!(reply, PoolReply::Returned { replayed: true, .. });
                Ok(Done { out: returned(reply, None)?, changed })
            }
        }
    };
    noted(call, principal, &entry, work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_a_lease_with_a_reason_or_a_reservation_is_taken_back() {
        let lease = r#""lease_id":"lease_e00000000000000000000000000_0123456789abcdef""#;
        let rows = [
            (format!(r#"{{{lease},"reason":"lost"}}"#), None),
            (r#"{"request_id":"vm-1","reason":"lost"}"#.to_owned(), None),
            (r#"{"request_id":"vm-1"}"#.to_owned(), None),
            (format!("{{{lease}}}"), Some("/reason")),
            (format!(r#"{{{lease},"reason":""}}"#), Some("/reason")),
            (format!(r#"{{{lease},"request_id":"vm-1","reason":"lost"}}"#), Some("")),
            (r#"{"reason":"lost"}"#.to_owned(), Some("")),
        ];
        for (text, want) in rows {
            let problem = named(body::read(text.as_bytes()).unwrap()).err();
            let pointer = problem.map(|problem| problem.errors[0].pointer.clone());
            assert_eq!(pointer.as_deref(), want, "{text}");
        }
    }
}
