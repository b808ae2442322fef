//! `POST /api/v1/pools/{license}/allocations/transfer`: what one node is promised goes to another.

use domain::allocation::{Ask, Transfer};
use edge::admit::admit;
use edge::db::Freshness;
use edge::idempotency::{Turn, turn};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, log};
use serde_json::json;
use wire::body;

use crate::allocations::reserve::quantity;
use crate::allocations::tree::Change;

/// Who: a key of the holder. What: a quantity that is free, between siblings or between parent and child. Decide and
/// commit: in the object. With an `Idempotency-Key` a repeat moves nothing: without one it moves as much again.
pub async fn transfer(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let request: Transfer = body::read(&call.inbound.body)?;
    quantity(request.quantity, "/quantity")?;
    let principal = caller.principal()?;
    let own = call.records(&principal.tenant, principal.shard, Freshness::Primary);
    let turn = turn(call, &own, principal.actor(), target.endpoint.id.name()).await?;
    let ticket = match turn {
        Turn::Again(out) => return Ok(Answer::to(caller, out)),
        Turn::First(ticket) => Some(ticket),
        Turn::Free => None,
    };
    let out = answer::json(200, &request)?;
    let change = Change {
        action: "allocation.transferred",
        detail: json!({ "transfer": request }),
        ask: Ask::Transfer(request),
    };
    let outcome = change.make(call, principal, target.param, out).await;
    let settled = match (&outcome, ticket) {
        (Ok(out), Some(ticket)) => Some(ticket.finish(out)?),
        (Err(failure), Some(ticket)) if failure.problem.status < 500 => Some(ticket.release()),
        _ => None,
    };
    // What was done is done, and what was refused is refused, whether or not the key can be settled.
    if let Some(change) = settled
        && let Err(failure) = own.write(vec![change]).await
    {
        log::event("warn", "idempotency.settle", &failure.to_string());
    }
    let out = outcome?;
    Ok(Answer::to(caller, out))
}
