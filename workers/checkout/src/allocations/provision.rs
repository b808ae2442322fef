//! `GET /api/v1/pools/{license}/can-provision`: whether a node could reserve a quantity now. Nothing is held by it.

use domain::allocation::{NodeId, Refused};
use domain::usage::Metric;
use edge::admit::admit;
use edge::objects::{AllocationCall, AllocationReply};
use edge::paging::{self, wrong};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer};
use futures_util::future::join;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use wire::allocation::ProvisionView;
use wire::problem::Problem;

use crate::allocations::reserve::{quantity, usable};
use crate::allocations::{object, refusal};
use crate::ask::Asked;
use crate::checkout::home;
use crate::licensed::{early, find};

/// Who: a key of the holder. What: a question. Decide: the license here, the capacity in the object.
pub async fn can_provision(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let asked = Asked::capacity(target.param);
    let (caller, early) = join(admit(call, target.endpoint), early(call, Some(&asked))).await;
    let caller = caller?;
    let wanted = paging::Asked::whole(call, &["node", "metric", "quantity"])?;
    let (node, metric) = (node(&wanted)?, metric(&wanted)?);
    let quantity = count(&wanted)?;
    let held = match early {
        Some((shard, held)) if shard == caller.principal()?.shard => held?,
        _ => find(call, home(caller.principal()?), &asked).await?,
    };
    let license = usable(call, &asked, &caller, &held)?;
    let capacity = object::capacity(license);
    let message = AllocationCall::Room { capacity, node, metric, quantity };
    let place = home(caller.principal()?);
    let view = match object::ask(call, place, &license.id, &message).await? {
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
    Ok(Answer::to(caller, out))
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
