//! Plans of the service: what a tenant may have and has, and the operator's word on it.

use domain::id::TenantId;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use futures_util::future::try_join;
use serde_json::json;
use store::data::holdings;
use store::directory::{api_keys, tenants};
use wire::body;
use wire::problem::Kind;
use wire::registration::{SetPlanRequest, SubscriptionView, Used};

use crate::answer;
use crate::commit::{Deed, Place};
use crate::tenants::row;
use crate::turn::own;

/// `GET /api/v1/subscription`: the caller's own plan.
pub async fn get(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let tenant = &principal.tenant;
    let reads = (tenants::by_id(tenant), api_keys::counted(tenant, call.now));
    let directory = call.directory(Freshness::Primary);
    let (records, own) = (own(call, principal), (holdings::counted(call.now),));
    let ((rows, keys), (counted,)) = try_join(directory.read(reads), records.read(own)).await?;
    let row = rows.into_iter().next().ok_or(Kind::TenantNotFound)?;
    let held = counted.into_iter().next().unwrap_or_default();
    let used = Used {
        vendors: held.vendors,
        licenses: held.licenses,
        hostnames: held.hostnames,
        users: held.users,
        keys: keys.first().map_or(0, |count| count.keys),
    };
    let view =
        SubscriptionView { tenant_id: row.id, plan: row.plan, limits: row.plan.limits(), used };
    answer::json(200, &view)
}

/// `PUT /api/v1/tenants/{tenant}/plan`: what a tenant has beyond a smaller plan it keeps, and gets no more of.
pub async fn set(call: &Call, caller: &Caller, tenant: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: SetPlanRequest = body::read(&call.inbound.body)?;
    let id = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    let row = row(call, principal, &id).await?;
    if row.plan != request.plan {
        // The log first: no plan changes without a trace of who did it.
        let detail = json!({ "from": row.plan, "to": request.plan });
        let deed = Deed {
            place: Place { tenant: &id, shard: row.shard },
            entry: Entry {
                actor: principal.actor(),
                action: "tenant.plan_changed",
                subject: id.as_str(),
                detail,
            },
            changes: Vec::new(),
            events: Vec::new(),
        };
        deed.commit(call, principal, None, answer::empty()).await?;
        let change = tenants::set_plan(&id, row.version, request.plan);
        call.directory(Freshness::Primary).write(vec![change]).await?;
    }
    answer::json(200, &request)
}
