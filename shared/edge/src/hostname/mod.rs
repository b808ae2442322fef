//! A tenant's domain on its way: the next steps of [`domain::hostname`], taken when somebody asks and by the clock.
//!
//! What others do is repeated safely, and each step is saved under the row's version: of two that work on the same
//! domain one saves, and the other stops.

mod work;

use domain::hostname::State;
use domain::id::TenantId;
use domain::place::Shard;
use serde_json::json;
use store::Refusal;
use store::data::custom_hostnames::{self as table, CustomHostnameRow};
use store::directory::hostnames::{self, HostStatus};
use store::query::Change;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::outbox::{Entry, Event, ship_later};
use crate::patience;

/// So many steps are taken at once: from the proof to the first look at the platform.
const STEPS: usize = 4;

/// Takes the steps that are due for a domain of `shard`. None: it is over, and forgotten.
///
/// # Errors
/// When a store is away.
pub async fn advance(
    call: &Call,
    shard: Shard,
    row: CustomHostnameRow,
) -> Result<Option<CustomHostnameRow>, Failure> {
    let mut row = row;
    for _ in 0..STEPS {
        if row.next_ms.is_none_or(|next| next > call.now) {
            break;
        }
        match step(call, shard, &row).await? {
            Step::Saved(next) => row = next,
            Step::Over => return Ok(None),
            Step::Overtaken => {
                let records = call.records(&row.tenant_id, shard, Freshness::Primary);
                return Ok(records.first(table::by_host(&row.host)).await?);
            }
        }
    }
    Ok(Some(row))
}

enum Step {
    Saved(CustomHostnameRow),
    Over,
    Overtaken,
}

async fn step(call: &Call, shard: Shard, row: &CustomHostnameRow) -> Result<Step, Failure> {
    let done = work::of(call, row).await?;
    let Some(claim) = row.claim().after(done.seen, patience::of(call), call.now) else {
        let entry = audit(call, row, shard, "hostname.removed")?;
        return save(call, shard, row, table::forget(&row.host), entry, Step::Over).await;
    };
    let mut next = row.clone().with(&claim);
    if let Some(remote) = done.remote {
        next.remote_id = Some(remote.id.clone());
        next.remote = json!(remote);
    }
    if matches!(next.state, State::Proved) {
        next.remote_id = None;
    }
    serve(call, row, &next).await?;
    let action = (next.state != row.state).then(|| action(next.state)).flatten();
    let entry = match action {
        Some(action) => audit(call, &next, shard, action)?,
        None => None,
    };
    let change = table::step(&next);
    next.version += 1;
    save(call, shard, row, change, entry, Step::Saved(next)).await
}

/// Puts a domain into service or takes it out, before it is written down that it is.
async fn serve(
    call: &Call,
    before: &CustomHostnameRow,
    after: &CustomHostnameRow,
) -> Result<(), Failure> {
    let (host, tenant) = (&after.host, &after.tenant_id);
    let entry = match (before.state, after.state) {
        (State::Active, State::Active) => return Ok(()),
        (_, State::Active) => hostnames::set_status(host, tenant, HostStatus::Active),
        (_, State::Failed) => hostnames::release(host, tenant),
        (State::Active, _) => hostnames::set_status(host, tenant, HostStatus::Pending),
        _ => return Ok(()),
    };
    call.directory(Freshness::Primary).write(vec![entry]).await?;
    Ok(())
}

const fn action(state: State) -> Option<&'static str> {
    match state {
        State::Proved => Some("hostname.proved"),
        State::Active => Some("hostname.active"),
        State::Failed => Some("hostname.failed"),
        _ => None,
    }
}

fn audit(
    call: &Call,
    row: &CustomHostnameRow,
    shard: Shard,
    action: &'static str,
) -> Result<Option<Event>, Failure> {
    let detail = json!({ "reason": row.reason });
    let entry = Entry { actor: "system", action, subject: &row.host, detail };
    Event::audit(call, &row.tenant_id, shard, &entry).map(Some)
}

async fn save(
    call: &Call,
    shard: Shard,
    row: &CustomHostnameRow,
    change: Change,
    event: Option<Event>,
    step: Step,
) -> Result<Step, Failure> {
    let tenant: &TenantId = &row.tenant_id;
    let mut changes = vec![change];
    if let Some(event) = &event {
        changes.push(event.row(call)?);
    }
    match call.records(tenant, shard, Freshness::Primary).write(changes).await {
        Ok(_) => {
            ship_later(call, tenant, shard, event.into_iter().collect());
            Ok(step)
        }
        Err(StoreFailure::Refused(Refusal::Stale, _)) => Ok(Step::Overtaken),
        Err(failure) => Err(failure.into()),
    }
}
