//! Suspending a tenant stops its keys and its licenses; reactivating lets them go on.

use domain::id::TenantId;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::json;
use store::directory::tenants::{self, TenantStatus};
use wire::body;
use wire::endpoints::Endpoint;
use wire::license::ReasonRequest;
use wire::problem::Kind;

use crate::answer;
use crate::tenants::{log, subject, view};
use crate::text;
use crate::turn::{Done, once};

/// Suspends a tenant below the caller.
pub async fn suspend(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    tenant: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        set(call, caller.principal()?, tenant, TenantStatus::Suspended, "tenant.suspended")
            .await
            .map(Done::new)
    })
    .await
}

/// Reactivates a suspended tenant below the caller.
pub async fn reactivate(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    tenant: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        set(call, caller.principal()?, tenant, TenantStatus::Active, "tenant.reactivated")
            .await
            .map(Done::new)
    })
    .await
}

async fn set(
    call: &Call,
    principal: &Principal,
    tenant: &str,
    status: TenantStatus,
    action: &str,
) -> Result<Outbound, Failure> {
    let bytes = call.inbound.body.as_slice();
    let request: ReasonRequest =
        if bytes.is_empty() { ReasonRequest::default() } else { body::read(bytes)? };
    if let Some(reason) = &request.reason {
        text::sized(reason, "/reason", 1, 500)?;
    }
    let id = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    if id == principal.tenant {
        return Err(Failure::new(
            Kind::RoleNotAllowed,
            "Nobody suspends or reactivates themselves.",
        ));
    }
    let mut row = subject::row(call, principal, &id).await?;
    if row.status != status {
        let detail = json!({ "reason": request.reason });
        log(call, principal, &row, action, detail).await?;
        let change = tenants::set_status(&id, row.version, status);
        call.directory(Freshness::Primary).write(vec![change]).await?;
        row.status = status;
    }
    answer::json(200, &view::of(call, row).await?)
}
