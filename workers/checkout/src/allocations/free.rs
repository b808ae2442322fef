//! `POST /api/v1/pools/{license}/free`: a reservation is let go. Nothing of the license is needed for that.

use domain::allocation::{Done, RequestKey};
use domain::id::LicenseId;
use edge::admit::admit;
use edge::objects::{AllocationCall, AllocationReply};
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, find};
use serde_json::json;
use wire::allocation::{FreeRequest, ReservationView};
use wire::body;

use crate::allocations::{object, refusal};
use crate::checkout::home;
use crate::letters::{Done as Noted, noted};
use crate::product::Place;

/// Who: a key of the holder. What: the request that capacity is held for. Decide and commit: in the object.
pub async fn free(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let request: FreeRequest = body::read(&call.inbound.body)?;
    let principal = caller.principal()?;
    let license = match LicenseId::parse(target.param) {
        // Of somebody else's license this tenant holds nothing.
        Ok(license) => license,
        Err(_) => find::held(call, principal, target.param).await?.row.id,
    };
    let view = let_go(call, home(principal), license, request.request_id).await?;
    let out = answer::json(200, &view)?;
    Ok(Answer::to(caller, out))
}

/// An administrator lets go of what somebody has reserved: the log of the holder says so.
pub async fn taken_back(
    call: &Call,
    principal: &Principal,
    reference: &str,
    (request, reason): (RequestKey, Option<String>),
) -> Result<edge::door::Outbound, Failure> {
    let found = find::held(call, principal, reference).await?;
    let license = found.row.license();
    let place = Place { tenant: &license.holder, shard: found.shard };
    let entry = Entry {
        actor: principal.actor(),
        action: "reservation.released",
        subject: license.id.as_str(),
        detail: json!({ "code": license.code, "request": request, "reason": reason }),
    };
    let work = async {
        let view = let_go(call, place, license.id.clone(), request.clone()).await?;
        Ok(Noted { out: answer::json(200, &view)?, changed: true })
    };
    noted(call, principal, &entry, work).await
}

async fn let_go(
    call: &Call,
    place: Place<'_>,
    license: LicenseId,
    request: RequestKey,
) -> Result<ReservationView, Failure> {
    let message = AllocationCall::Free { request };
    match object::ask(call, place, &license, &message).await? {
        AllocationReply::Done { done: Done::Released(held), .. } => {
            Ok(ReservationView::of(license, held, Some(call.now.into())))
        }
        AllocationReply::Refused(refused) => Err(refusal::failure(&refused)),
        other => Err(object::unexpected(&other)),
    }
}
