//! `GET /api/v1/pools/{license}/can-provision`: whether a node could reserve a quantity now. Nothing is held by it.

use domain::allocation::{NodeId, Refused};
use domain::usage::Metric;
use edge::objects::{AllocationCall, AllocationReply};
use edge::paging::{self, wrong};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use wire::allocation::ProvisionView;
use wire::problem::Problem;

use crate::allocations::case::Case;
use crate::allocations::reserve::quantity;
use crate::allocations::{object, refusal};

/// Who: a key of the holder. What: a question. Decide: the license here, the capacity in the object.
pub async fn can_provision(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let case = Case::open(call, target).await?;
    let wanted = paging::Asked::whole(call, &["node", "metric", "quantity"])?;
    let (node, metric) = (node(&wanted)?, metric(&wanted)?);
    let quantity = count(&wanted)?;
    let license = case.license(call)?;
    let capacity = object::capacity(license);
    let message = AllocationCall::Room { capacity, node, metric, quantity };
    let view = match object::ask(call, case.place()?, &license.id, &message).await? {
        AllocationReply::Room(room) => ProvisionView::of(true, room, None),
        AllocationReply::Refused(Refused::NoCapacity { room }) => {
            ProvisionView::of(false, room, None)
        }
        AllocationReply::Refused(Refused::Exceeded { exceeded, room }) => {
            ProvisionView::of(false, room, Some(exceeded))
        }
        AllocationReply::Refused(refused) => return Err(refusal::failure(&refused)),
        other => return Err(object::unexpected(&other)),
    };
    let out = answer::json(200, &view)?;
    Ok(Answer::to(case.caller, out))
}

/// The node that the query names; the root where it names none.
///
/// # Errors
/// `invalid-request` at `?node`.
pub fn node(asked: &paging::Asked) -> Result<NodeId, Problem> {
    let node = asked.filter("node").map(NodeId::parse).transpose();
    let node = node.map_err(|error| wrong("node", &format!("is not a {error}")))?;
    Ok(node.unwrap_or_else(NodeId::root))
}

fn metric(asked: &paging::Asked) -> Result<Metric, Problem> {
    let text = asked.filter("metric").ok_or_else(|| wrong("metric", "is missing"))?;
    let text: StrDeserializer<'_, Error> = StrDeserializer::new(text);
    Metric::deserialize(text).map_err(|error| wrong("metric", &error.to_string()))
}

fn count(asked: &paging::Asked) -> Result<u64, Problem> {
    let number = asked.filter("quantity").map_or(Ok(1), str::parse);
    let number = number.map_err(|_| wrong("quantity", "must be a number"))?;
    quantity(number, "?quantity")?;
    Ok(number)
}
