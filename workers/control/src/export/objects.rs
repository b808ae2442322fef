//! What the objects of licenses hold beyond the tables: rules and the line of a pool, the tree of an allocation.

use domain::allocation::NodeId;
use domain::license::{License, Standing};
use edge::objects::{
    Allocation, AllocationCall, AllocationReply, Capacity, Pool, PoolCall, PoolReply,
};
use edge::principal::Principal;
use edge::{Call, Failure, object};
use serde_json::{Value, json};
use store::data::licenses;
use store::inventory::Row;

use crate::turn::own;

/// Licenses per page: each is two calls at least.
const LICENSES: u32 = 20;
/// Nodes per call, and the calls that one license gets.
const NODES: u32 = 200;
const CALLS: u32 = 50;

/// What the objects of the licenses behind `after` hold, and the last license when there may be more.
pub async fn read(
    call: &Call,
    principal: &Principal,
    after: &str,
    room: u32,
) -> Result<(Vec<Row>, Option<String>), Failure> {
    let most = LICENSES.min(room);
    let (page,) = own(call, principal).read((licenses::list(after, most),)).await?;
    let full = page.len() as u64 >= u64::from(most);
    let last = page.last().filter(|_| full).map(|row| row.id.to_string());
    let mut rows = Vec::new();
    for row in page {
        let license = row.license();
        if edge::pool::floats(&license.terms) {
            rows.push(row_of(&license, "pool", &pool(call, principal, &license).await?));
        }
        let nodes = allocation(call, principal, &license).await?;
        if !nodes.is_empty() {
            rows.push(row_of(&license, "allocation", &json!(nodes)));
        }
    }
    Ok((rows, last))
}

/// The state is text, as JSON in a column is: its bytes are what was hashed.
fn row_of(license: &License, class: &str, state: &Value) -> Row {
    let mut row = Row::new();
    row.insert("license_id".into(), license.id.as_str().into());
    row.insert("class".into(), class.into());
    row.insert("state".into(), state.to_string().into());
    row
}

/// Rules, gauges and the line. Leases are in the ledger.
async fn pool(call: &Call, principal: &Principal, license: &License) -> Result<Value, Failure> {
    let terms = edge::pool::terms(license, license.standing == Standing::Active);
    let view =
        PoolCall::View { shard: principal.shard, terms: Box::new(terms), after: 0, limit: 1 };
    let name = Pool::name(&license.holder, &license.id);
    let reply = object::send::<Pool>(call, &name, principal.shard, &view).await?;
    let PoolReply::View(view) = reply else {
        return Err(Failure::internal(format!("the pool answered {reply:?}")));
    };
    Ok(json!({ "rules": view.rules, "gauges": view.gauges, "line": view.queue }))
}

async fn allocation(
    call: &Call,
    principal: &Principal,
    license: &License,
) -> Result<Vec<Value>, Failure> {
    let version = u64::try_from(license.version).unwrap_or_default();
    let capacity = Capacity { version, limits: license.terms.limits.clone() };
    let name = Allocation::name(&license.holder, &license.id);
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..CALLS {
        let view = AllocationCall::View {
            capacity: capacity.clone(),
            node: NodeId::root(),
            after: after.take(),
            limit: NODES,
        };
        let reply = object::send::<Allocation>(call, &name, principal.shard, &view).await?;
        let AllocationReply::View { nodes, .. } = reply else {
            return Err(Failure::internal(format!("the allocation answered {reply:?}")));
        };
        after = nodes.last().map(|node| node.node.clone());
        let full = nodes.len() as u64 >= u64::from(NODES);
        for node in nodes {
            found.push(serde_json::to_value(node).map_err(Failure::internal)?);
        }
        if !full {
            break;
        }
    }
    Ok(found)
}
