//! `POST /api/v1/pools/{license}/release`: a lease back from whoever holds it.

use domain::pool::{Ask, By};
use edge::admit::admit;
use edge::idempotency::pool_key;
use edge::objects::PoolReply;
use edge::outbox::Entry;
use edge::serve::{Answer, Target};
use edge::{Call, Failure, find, text};
use serde_json::json;
use wire::body;
use wire::endpoints::Endpoint;
use wire::pool::ReleaseRequest;
use wire::problem::Kind;

use crate::give_back::returned;
use crate::letters::{Done, noted};
use crate::product::Place;
use crate::{refusal, seats};

/// Who: a key of the holder. What: a lease of this pool. Decide and commit: in the pool.
pub async fn release(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let endpoint: &Endpoint = target.endpoint;
    let caller = admit(call, endpoint).await?;
    let request: ReleaseRequest = body::read(&call.inbound.body)?;
    text::sized(&request.reason, "/reason", 1, 500)?;
    let key = pool_key(&call.inbound)?;
    let principal = caller.principal()?;
    let found = find::held(call, principal, target.param).await?;
    let license = found.row.license();
    if request.lease_id.license().as_ref() != Some(&license.id) {
        return Err(Kind::LeaseNotFound.into());
    }
    let place = Place { tenant: &license.holder, shard: found.shard };
    let entry = Entry {
        actor: principal.key.as_str(),
        action: "lease.released",
        subject: request.lease_id.as_str(),
        detail: json!({ "code": license.code, "reason": request.reason }),
    };
    let by = By { owner: principal.key.to_string(), admin: Some(request.reason.clone()) };
    let ask = Ask::Return { lease: request.lease_id.clone(), by, key };
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
    let out = noted(call, principal, &entry, work).await?;
    Ok(Answer::to(caller, out))
}
