//! `GET /api/v1/pools/{license}/allocations`: the tree, for the license's holder and its issuer.

use domain::allocation::NodeId;
use edge::admit::admit;
use edge::objects::{AllocationCall, AllocationReply};
use edge::paging::{Asked, wrong};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, find};
use wire::allocation::{AllocationsView, NodeView};
use wire::page::Page;

use crate::allocations::provision::node;
use crate::allocations::{object, refusal};
use crate::product::Place;

/// Who: a key of holder or issuer. What: one page of a node and all below it.
pub async fn view(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let asked = Asked::read(call, &["node"])?;
    let (node, after) = (node(&asked)?, after(&asked)?);
    let found = find::seen(call, caller.principal()?, target.param).await?;
    let license = found.row.license();
    let place = Place { tenant: &license.holder, shard: found.shard };
    let capacity = object::capacity(&license);
    let message = AllocationCall::View { capacity, node, after, limit: asked.limit };
    let (version, nodes) = match object::ask(call, place, &license.id, &message).await? {
        AllocationReply::View { version, nodes } => (version, nodes),
        AllocationReply::Refused(refused) => return Err(refusal::failure(&refused)),
        other => return Err(object::unexpected(&other)),
    };
    let view = AllocationsView {
        license_id: license.id,
        license_code: license.code,
        license_version: version,
        nodes: page(nodes, asked.limit),
    };
    let out = answer::json(200, &view)?;
    Ok(Answer::to(caller, out))
}

/// The last node of the page before; none for the first page.
fn after(asked: &Asked) -> Result<Option<NodeId>, Failure> {
    let cursor = Some(asked.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let after = cursor.map(NodeId::parse).transpose();
    after.map_err(|_| wrong("cursor", "is not a cursor of this list").into())
}

/// No more is given than was asked for: whether a full page is the last one is seen by asking for the next.
fn page(nodes: Vec<domain::allocation::NodeView>, limit: u32) -> Page<NodeView> {
    let full = nodes.len() >= limit as usize;
    let next_cursor = nodes.last().filter(|_| full).map(|view| view.node.to_string());
    Page { items: nodes.into_iter().map(Into::into).collect(), next_cursor }
}
