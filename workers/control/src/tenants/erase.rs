//! Closing a tenant for good: its host and keys stop at once; after a time of grace the clock erases it
//! (`workers/clock/src/erase.rs`). Until then those above it can call that off.

use domain::id::TenantId;
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::json;
use store::directory::erasures;
use store::directory::tenants::{self, TenantRow, TenantStatus};
use wire::body;
use wire::endpoints::Endpoint;
use wire::export::{EraseRequest, ErasureView};
use wire::problem::{Kind, Problem};
use wire::tenant::TenantKind;

use crate::answer;
use crate::tenants::{log, subject};
use crate::text;
use crate::turn::{Done, once};

/// Days until a tenant is erased, where nobody says otherwise.
const GRACE_DAYS: u32 = 30;
/// The longest time of grace.
const LONGEST_DAYS: u32 = 90;
/// Children read at a time.
const PART: u32 = 200;

/// Closes the caller's own tenant or one below it, and has it erased later.
pub async fn erase(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    tenant: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        ask(call, caller.principal()?, tenant).await.map(Done::new)
    })
    .await
}

async fn ask(call: &Call, principal: &Principal, tenant: &str) -> Result<Outbound, Failure> {
    let request: EraseRequest = body::read(call.inbound.body.as_slice())?;
    let id = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    let directory = call.directory(Freshness::Primary);
    let (rows, asked) = directory.read((tenants::by_id(&id), erasures::of_tenant(&id))).await?;
    let sees = |row: &TenantRow| row.id == principal.tenant || subject::is_above(principal, row);
    let row = rows.into_iter().next().filter(sees).ok_or(Kind::TenantNotFound)?;
    let days = check(&request, &row, principal)?;
    if let Some(asked) = asked.into_iter().next().filter(|asked| asked.erased_ms.is_none()) {
        // Asked for once is enough.
        return answer::json(202, &view(id, asked.asked_ms, asked.due_ms));
    }
    if !matches!(row.status, TenantStatus::Active | TenantStatus::Suspended) {
        return Err(Kind::TenantNotFound.into());
    }
    if has_children(call, &id).await? {
        return Err(Kind::TenantHasCustomers.into());
    }
    let due = call.now.plus_seconds(i64::from(days) * 86_400);
    let detail = json!({ "reason": request.reason, "erased_after": due.0 });
    log(call, principal, &row, "tenant.erasure_asked", detail).await?;
    let changes = vec![
        erasures::ask(&id, call.now, due),
        tenants::set_status(&id, row.version, TenantStatus::Closed),
    ];
    directory.write(changes).await?;
    answer::json(202, &view(id, call.now, due))
}

fn view(tenant_id: TenantId, asked: Millis, due: Millis) -> ErasureView {
    ErasureView { tenant_id, asked_at: asked.into(), erased_after: due.into() }
}

/// The days of grace.
fn check(request: &EraseRequest, row: &TenantRow, principal: &Principal) -> Result<u32, Failure> {
    if row.kind == TenantKind::Operator.name() {
        return Err(Failure::new(Kind::RoleNotAllowed, "The operator cannot be erased."));
    }
    if request.confirm != row.id {
        return Err(Problem::field("/confirm", "must be the id of the tenant").into());
    }
    if let Some(reason) = &request.reason {
        text::sized(reason, "/reason", 1, 500)?;
    }
    match request.grace_days {
        None => Ok(GRACE_DAYS),
        // A stolen key must not be able to do what nobody can undo.
        Some(_) if row.id == principal.tenant => {
            Err(Problem::field("/grace_days", "only those above the tenant choose").into())
        }
        Some(days) if days <= LONGEST_DAYS => Ok(days),
        Some(_) => Err(Problem::field("/grace_days", "must be a number from 0 to 90").into()),
    }
}

/// Whether anybody below the tenant is still there.
async fn has_children(call: &Call, tenant: &TenantId) -> Result<bool, Failure> {
    let mut after = String::new();
    loop {
        let page = tenants::children(tenant, &after, PART, None);
        let (rows,) = call.directory(Freshness::Primary).read((page,)).await?;
        if rows.iter().any(|row| row.status != TenantStatus::Closed) {
            return Ok(true);
        }
        match rows.last().filter(|_| rows.len() as u64 >= u64::from(PART)) {
            Some(last) => after = last.id.to_string(),
            None => return Ok(false),
        }
    }
}

/// Calls an erasure off, while nothing is erased yet: the tenant goes on as it was.
pub async fn keep(call: &Call, caller: &Caller, tenant: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let id = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    let directory = call.directory(Freshness::Primary);
    let (rows, asked) = directory.read((tenants::by_id(&id), erasures::of_tenant(&id))).await?;
    let row = rows.into_iter().next().filter(|row| subject::is_above(principal, row));
    let row = row.ok_or(Kind::TenantNotFound)?;
    if row.status == TenantStatus::Active {
        return Ok(answer::empty());
    }
    let waits = asked.first().is_some_and(|row| row.erased_ms.is_none() && row.due_ms > call.now);
    if row.status != TenantStatus::Closed || !waits {
        return Err(Kind::TenantNotFound.into());
    }
    log(call, principal, &row, "tenant.erasure_called_off", json!({})).await?;
    let changes = vec![
        erasures::call_off(&id, call.now),
        tenants::set_status(&id, row.version, TenantStatus::Active),
    ];
    directory.write(changes).await?;
    Ok(answer::empty())
}
