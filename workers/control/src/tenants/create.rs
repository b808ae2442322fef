//! `POST /api/v1/tenants`: first the DIRECTORY, then the tenant's shard, then it is in service.

use domain::id::TenantId;
use domain::place::Shard;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::Ticket;
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
use wire::tenant::{CreateTenantRequest, TenantKind, TenantView};

use crate::commit::{Deed, Place};
use crate::keys::check_limits;
use crate::tenants::{decide, view};
use crate::turn::{Done, once, records};
use crate::{answer, branding};

/// Makes a tenant with its default host.
pub async fn create(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| make(call, caller.principal()?, ticket).await).await
}

async fn make(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
) -> Result<Done, Failure> {
    let request: CreateTenantRequest = body::read(&call.inbound.body)?;
    decide::check(&request)?;
    check_limits(request.rate_limits)?;
    let parent = decide::parent((&principal.tenant, principal.kind), &request)?;
    let shard = Shard::for_region(request.region);
    let id = &request.tenant_id;
    if !enter(call, principal, &request, parent.as_ref(), shard).await? {
        let made = match ticket {
            Some(ticket) => ticket.recorded(&records(call, id, shard)).await?,
            None => None,
        };
        return made.map(Done::new).ok_or_else(|| Kind::AlreadyExists.into());
    }
    let out = answer::json(201, &new_view(call, &request, parent))?;
    let done =
        describe(call, principal, &request, shard).commit(call, principal, ticket, out).await?;
    call.directory(Freshness::Primary).write(vec![tenants::activate(id)]).await?;
    Ok(done)
}

/// The view of the tenant as it will be.
fn new_view(call: &Call, request: &CreateTenantRequest, parent: Option<TenantId>) -> TenantView {
    TenantView {
        tenant_id: request.tenant_id.clone(),
        kind: request.kind,
        name: request.name.clone(),
        region: request.region,
        parent,
        status: TenantStatus::Active.name().to_owned(),
        tenant_url: call.config.tenant_url(&request.tenant_id),
        created_at: call.now.into(),
        branding: view::without_style(request.branding.clone().unwrap_or_default()),
    }
}

/// Takes the slug and the host; `false` when they are taken. A tenant that was left half made before is made on.
async fn enter(
    call: &Call,
    principal: &Principal,
    request: &CreateTenantRequest,
    parent: Option<&TenantId>,
    shard: Shard,
) -> Result<bool, Failure> {
    let directory = call.directory(Freshness::Primary);
    if let Some(parent) = parent.filter(|parent| **parent != principal.tenant) {
        let above = directory.first(tenants::by_id(parent)).await?;
        if above.is_none_or(|above| above.kind != TenantKind::Msp.name()) {
            return Err(Problem::field("/parent", "is not an MSP").into());
        }
    }
    let (id, kind) = (&request.tenant_id, request.kind.name());
    let host = format!("{id}.{}", call.config.apex);
    let mut entries = vec![
        tenants::create(id, kind, parent, request.region, shard, call.now),
        hostnames::add(&host, id, HostKind::Default, HostStatus::Active),
    ];
    entries.extend(request.rate_limits.map(|limits| tenants::limit(id, Some(limits))));
    match directory.write(entries).await {
        Ok(_) => Ok(true),
        Err(StoreFailure::Refused(Refusal::Duplicate, _)) => {
            let there = directory.first(tenants::by_id(id)).await?;
            let same = |row: &TenantRow| {
                row.status == TenantStatus::Creating
                    && (row.kind.as_str(), row.parent.as_ref(), row.shard) == (kind, parent, shard)
            };
            Ok(there.as_ref().is_some_and(same))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What the tenant's shard and the logs know of it.
fn describe<'a>(
    call: &Call,
    principal: &'a Principal,
    request: &'a CreateTenantRequest,
    shard: Shard,
) -> Deed<'a> {
    let branding = json!(branding::decide::kept(request.branding.clone().unwrap_or_default()));
    let profile =
        profiles::put(&request.name, request.contact_email.as_deref(), &branding, call.now);
    Deed {
        place: Place { tenant: &request.tenant_id, shard },
        entry: Entry {
            actor: principal.actor(),
            action: "tenant.created",
            subject: request.tenant_id.as_str(),
            detail: json!({ "kind": request.kind, "region": request.region }),
        },
        changes: vec![profile],
        events: Vec::new(),
    }
}
