//! `POST /api/v1/pools/{license}/reserve`: capacity for a node of the tree.

use domain::allocation::{Done, MAX_CAPACITY};
use edge::objects::{AllocationCall, AllocationReply, Reserve};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer};
use wire::allocation::{ReservationView, ReserveRequest};
use wire::body;
use wire::problem::Problem;

use crate::allocations::case::Case;
use crate::allocations::{object, refusal};

/// Who: a key of the holder. What: capacity, under a name of the caller's own. Decide: the license here, the capacity in
/// the object. Commit: there.
pub async fn reserve(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let case = Case::open(call, target).await?;
    let request = read(&call.inbound.body)?;
    let license = case.license(call)?;
    let ReserveRequest { request_id, node, metric, quantity, ttl } = request;
    let reserve = Reserve { request: request_id, node, metric, quantity, ttl };
    let message = AllocationCall::Reserve { capacity: object::capacity(license), reserve };
    let out = match object::ask(call, case.place()?, &license.id, &message).await? {
        AllocationReply::Done { done: Done::Reserved(held), changed } => {
            let view = ReservationView::of(license.id.clone(), held, None);
            let mut out = answer::json(201, &view)?;
            if !changed {
                out.set("idempotent-replayed", "true");
            }
            out
        }
        AllocationReply::Refused(refused) => return Err(refusal::failure(&refused)),
        other => return Err(object::unexpected(&other)),
    };
    Ok(Answer::to(case.caller, out))
}

fn read(bytes: &[u8]) -> Result<ReserveRequest, Problem> {
    let request: ReserveRequest = body::read(bytes)?;
    quantity(request.quantity, "/quantity")?;
    match request.ttl {
        Some(0) => Err(Problem::field("/ttl", "must be at least 1")),
        _ => Ok(request),
    }
}

/// A quantity that somebody can hold.
///
/// # Errors
/// `invalid-request` at `pointer`.
pub fn quantity(quantity: u64, pointer: &str) -> Result<(), Problem> {
    if (1..=MAX_CAPACITY).contains(&quantity) {
        return Ok(());
    }
    Err(Problem::field(pointer, format!("must be a number from 1 to {MAX_CAPACITY}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_values_are_pointed_at() {
        let good = r#"{"request_id":"vm-1","node":"acme/project-1","metric":"cores","quantity":4,"ttl":60}"#;
        assert!(read(good.as_bytes()).is_ok());
        let rows = [
            ("\"vm-1\"", "\"\"", "/request_id"),
            ("\"vm-1\"", "\"vm 1\"", "/request_id"),
            ("acme/project-1", "Acme", "/node"),
            ("acme/project-1", "acme//x", "/node"),
            ("cores", "hearts", "/metric"),
            (":4", ":0", "/quantity"),
            (":4", ":9007199254740992", "/quantity"),
            (":60", ":0", "/ttl"),
            ("ttl", "for", "/for"),
        ];
        for (from, to, pointer) in rows {
            let problem = read(good.replace(from, to).as_bytes()).unwrap_err();
            assert_eq!(problem.errors[0].pointer, pointer, "{to}");
        }
    }
}
