//! `POST /api/v1/hostnames`: a claim, which takes nothing from anybody until it is proved.

use domain::hostname::Claim;
use domain::id::base32;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure, patience, plan, platform};
use serde_json::{Value, json};
use store::data::custom_hostnames::{self as table, CustomHostnameRow};
use store::data::holdings;
use store::directory::tenants::{self, TenantRow};
use wire::body;
use wire::endpoints::Endpoint;
use wire::hostname::HostnameRequest;
use wire::problem::Kind;

use crate::answer;
use crate::commit::{Deed, Place};
use crate::hostnames::view;
use crate::tenants::claim;
use crate::turn::{Done, once, own};

/// Brings a domain.
pub async fn add(call: &Call, caller: &Caller, endpoint: &Endpoint) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| make(call, caller.principal()?, ticket).await).await
}

async fn make(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
) -> Result<Done, Failure> {
    let request: HostnameRequest = body::read(&call.inbound.body)?;
    let host = claim(&request.host, &call.config.apex, "/host")?;
    let tenant =
        call.directory(Freshness::Primary).first(tenants::by_id(&principal.tenant)).await?;
    let tenant = tenant.ok_or(Kind::TenantNotFound)?;
    let row = row(call, principal, host.as_str())?;
    let out = answer::json(201, &view::of(call, &row))?;
    let deed = Deed {
        place: Place::of(principal),
        entry: Entry {
            actor: principal.actor(),
            action: "hostname.added",
            subject: host.as_str(),
            detail: json!({}),
        },
        changes: vec![table::insert(&row, tenant.plan.limits().hostnames)],
        events: Vec::new(),
    };
    match deed.commit(call, principal, ticket, out).await {
        Err(failure) if failure.problem.code == Kind::VersionConflict.code() => {
            Err(full(call, principal, &tenant).await?)
        }
        other => other,
    }
}

async fn full(call: &Call, principal: &Principal, tenant: &TenantRow) -> Result<Failure, Failure> {
    let held = own(call, principal).first(holdings::counted(call.now)).await?.unwrap_or_default();
    Ok(plan::reached(tenant.plan, "domains", tenant.plan.limits().hostnames, held.hostnames))
}

fn row(call: &Call, principal: &Principal, host: &str) -> Result<CustomHostnameRow, Failure> {
    let entropy: [u8; 16] = platform::entropy().map_err(Failure::internal)?;
    let begun = Claim::begin(call.now);
    // People need a moment for the record.
    let next = Some(call.now.plus(patience::of(call).wait_ms(0)));
    Ok(CustomHostnameRow {
        tenant_id: principal.tenant.clone(),
        host: host.to_owned(),
        token: base32(&entropy),
        state: begun.state,
        attempts: begun.attempts,
        since_ms: begun.since,
        next_ms: next,
        reason: None,
        remote_id: None,
        remote: Value::Object(serde_json::Map::new()),
        created_ms: call.now,
        version: 1,
    })
}
