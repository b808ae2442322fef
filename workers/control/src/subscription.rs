//! Plans of the service: what a tenant may have and has, and the operator's word on it.

use domain::id::TenantId;
use domain::limiter::CheckoutLimits;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::principal::Principal;
use edge::{Call, Failure};
use futures_util::future::try_join;
use serde_json::json;
use store::data::holdings::{self, HoldingsRow};
use store::directory::api_keys::{self, KeysRow};
use store::directory::tenants::{self, TenantRow};
use wire::body;
use wire::problem::Kind;
use wire::registration::{SetLimitsRequest, SetPlanRequest, SubscriptionView, Used};

use crate::answer;
use crate::keys::check_limits;
use crate::tenants::{log, row};
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
    answer::json(200, &view(row, &keys, counted))
}

fn view(row: TenantRow, keys: &[KeysRow], counted: Vec<HoldingsRow>) -> SubscriptionView {
    let held = counted.into_iter().next().unwrap_or_default();
    let used = Used {
        vendors: held.vendors,
        licenses: held.licenses,
        hostnames: held.hostnames,
        users: held.users,
        keys: keys.first().map_or(0, |count| count.keys),
    };
    let rate_limits = row.rate_limits.unwrap_or(CheckoutLimits::TENANT);
    SubscriptionView {
        tenant_id: row.id,
        plan: row.plan,
        limits: row.plan.limits(),
        used,
        rate_limits,
    }
}

/// `PUT /api/v1/tenants/{tenant}/plan`: what a tenant has beyond a smaller plan it keeps, and gets no more of.
pub async fn set(call: &Call, caller: &Caller, tenant: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: SetPlanRequest = body::read(&call.inbound.body)?;
    let row = named_row(call, principal, tenant).await?;
    if row.plan != request.plan {
        let detail = json!({ "from": row.plan, "to": request.plan });
        log(call, principal, &row, "tenant.plan_changed", detail).await?;
        let change = tenants::set_plan(&row.id, row.version, request.plan);
        call.directory(Freshness::Primary).write(vec![change]).await?;
    }
    answer::json(200, &request)
}

/// `PUT /api/v1/tenants/{tenant}/limits`: in force within `STALENESS_MS`. Nobody sets a limit to themselves.
pub async fn limit(call: &Call, caller: &Caller, tenant: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: SetLimitsRequest = body::read(&call.inbound.body)?;
    check_limits(request.rate_limits)?;
    let row = named_row(call, principal, tenant).await?;
    if row.id == principal.tenant {
        return Err(Failure::new(Kind::RoleNotAllowed, "Nobody changes their own limits."));
    }
    if row.rate_limits != request.rate_limits {
        let detail = json!({ "from": row.rate_limits, "to": request.rate_limits });
        log(call, principal, &row, "tenant.limits_changed", detail).await?;
        let change = tenants::limit(&row.id, request.rate_limits);
        call.directory(Freshness::Primary).write(vec![change]).await?;
    }
    answer::json(200, &request)
}

async fn named_row(call: &Call, principal: &Principal, tenant: &str) -> Result<TenantRow, Failure> {
    let id = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    row(call, principal, &id).await
}
