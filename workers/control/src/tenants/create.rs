//! `POST /api/v1/tenants`: first the DIRECTORY, then the tenant's shard, then it is in service.

use domain::id::TenantId;
use domain::place::Shard;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::json;
use store::Refusal;
use store::data::profiles;
use store::directory::hostnames::{self, HostKind, HostStatus};
use store::directory::tenants::{self, TenantRow, TenantStatus};
use wire::body;
use wire::endpoints::Endpoint;
use wire::problem::{Kind, Problem};
use wire::tenant::{CreateTenantRequest, TenantKind};

use crate::answer;
use crate::commit::{Place, commit};
use crate::tenants::{decide, view};
use crate::turn::{Done, once};

/// Makes a tenant with its default host.
pub async fn create(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| make(call, caller.principal()?).await.map(Done::new))
        .await
}

async fn make(call: &Call, principal: &Principal) -> Result<Outbound, Failure> {
    let request: CreateTenantRequest = body::read(&call.inbound.body)?;
    decide::check(&request)?;
    let parent = decide::parent((&principal.tenant, principal.kind), &request)?;
    let shard = Shard::for_region(request.region);
    enter(call, principal, &request, parent.as_ref(), shard).await?;
    describe(call, principal, &request, shard).await?;
    let directory = call.directory(Freshness::Primary);
    directory.write(vec![tenants::activate(&request.tenant_id)]).await?;
    let row = directory.first(tenants::by_id(&request.tenant_id)).await?;
    let row = row.ok_or_else(|| Failure::internal("the new tenant is gone"))?;
    answer::json(201, &view::of(call, row).await?)
}

/// Takes the slug and the host. A tenant that was left half made by the same request before is made on.
async fn enter(
    call: &Call,
    principal: &Principal,
    request: &CreateTenantRequest,
    parent: Option<&TenantId>,
    shard: Shard,
) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    if let Some(parent) = parent.filter(|parent| **parent != principal.tenant) {
        let above = directory.first(tenants::by_id(parent)).await?;
        if above.is_none_or(|above| above.kind != TenantKind::Msp.name()) {
            return Err(Problem::field("/parent", "is not an MSP").into());
        }
    }
    let (id, kind) = (&request.tenant_id, request.kind.name());
    let host = format!("{id}.{}", call.config.apex);
    let entries = vec![
        tenants::create(id, kind, parent, request.region, shard, call.now),
        hostnames::add(&host, id, HostKind::Default, HostStatus::Active),
    ];
    match directory.write(entries).await {
        Ok(_) => Ok(()),
        Err(StoreFailure::Refused(Refusal::Duplicate, _)) => {
            let there = directory.first(tenants::by_id(id)).await?;
            let same = |row: &TenantRow| {
                row.status == TenantStatus::Creating
                    && (row.kind.as_str(), row.parent.as_ref(), row.shard) == (kind, parent, shard)
            };
            if there.as_ref().is_some_and(same) { Ok(()) } else { Err(Kind::AlreadyExists.into()) }
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn describe(
    call: &Call,
    principal: &Principal,
    request: &CreateTenantRequest,
    shard: Shard,
) -> Result<(), Failure> {
    let branding = json!(request.branding.clone().unwrap_or_default());
    let profile =
        profiles::put(&request.name, request.contact_email.as_deref(), &branding, call.now);
    let entry = Entry {
        actor: principal.key.as_str(),
        action: "tenant.created",
        subject: request.tenant_id.as_str(),
        detail: json!({ "kind": request.kind, "region": request.region }),
    };
    let place = Place { tenant: &request.tenant_id, shard };
    commit(call, place, &[place, Place::of(principal)], &entry, vec![profile], Vec::new()).await
}
