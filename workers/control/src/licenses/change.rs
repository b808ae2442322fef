//! Suspend, reinstate, revoke, renew.

use domain::command::Order;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use store::Change;
use store::data::licenses as table;
use wire::body;
use wire::endpoints::Endpoint;
use wire::license::{ReasonRequest, RenewRequest};
use wire::problem::{Kind, Problem};

use crate::answer;
use crate::commit::{Place, commit, fleet};
use crate::licenses::decide::{self, Step};
use crate::licenses::find::{Found, issued};
use crate::licenses::view;
use crate::text;
use crate::turn::{Done, once};

/// How often a change that does not depend on what others change meanwhile is tried again.
pub const ATTEMPTS: u32 = 3;

/// Revokes a license; `DELETE` is repeatable by itself.
pub async fn revoke(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    take(call, caller, reference, Step::Revoke).await
}

/// Suspends or reinstates a license.
pub async fn step(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
    step: Step,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| take(call, caller, reference, step).await.map(Done::new))
        .await
}

/// Gives a license a new end.
pub async fn renew(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        let request: RenewRequest = body::read(&call.inbound.body)?;
        prolong(call, caller, reference, &request).await.map(Done::new)
    })
    .await
}

async fn take(
    call: &Call,
    caller: &Caller,
    reference: &str,
    step: Step,
) -> Result<Outbound, Failure> {
    let reason = reason(&call.inbound.body)?;
    again(async || {
        let found = issued(call, caller.principal()?, reference).await?;
        let Some(standing) = decide::standing(found.row.standing, step)? else {
            return shown(call, found).await;
        };
        let row = &found.row;
        let change =
            table::set_standing(&row.id, row.version, standing, reason.as_deref(), call.now);
        let told = step.orders(reason.as_deref().unwrap_or(step.action()));
        let detail = json!({ "code": row.code, "reason": reason });
        let mut after = found.clone();
        after.row.standing = standing;
        apply(call, caller, after, change, (step.action(), detail), told).await
    })
    .await
}

async fn prolong(
    call: &Call,
    caller: &Caller,
    reference: &str,
    request: &RenewRequest,
) -> Result<Outbound, Failure> {
    let ends = request.expires_at.0;
    if ends <= call.now {
        return Err(Problem::field("/expires_at", "must be later than now").into());
    }
    again(async || {
        let found = issued(call, caller.principal()?, reference).await?;
        let row = &found.row;
        if row.standing == domain::license::Standing::Revoked {
            return Err(Kind::LicenseNotUsable.into());
        }
        if ends <= row.starts_ms {
            return Err(
                Problem::field("/expires_at", "must be later than the license's start").into()
            );
        }
        if row.ends_ms == Some(ends) {
            return shown(call, found).await;
        }
        let change = table::renew(&row.id, row.version, Some(ends), call.now);
        let before = row.ends_ms.map(|end| wire::time::Instant(end).text());
        let detail = json!({ "code": row.code, "from": before, "to": request.expires_at });
        let mut after = found.clone();
        after.row.ends_ms = Some(ends);
        apply(call, caller, after, change, ("license.renewed", detail), vec![Order::RefreshLicense])
            .await
    })
    .await
}

/// Writes a change of a license, tells holder, issuer and devices, and shows the license as it is then.
pub async fn apply(
    call: &Call,
    caller: &Caller,
    mut after: Found,
    change: Change,
    (action, detail): (&str, serde_json::Value),
    orders: Vec<Order>,
) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    after.row.version += 1;
    let holder = Place { tenant: &after.row.tenant_id, shard: after.shard };
    let entry =
        Entry { actor: principal.key.as_str(), action, subject: after.row.id.as_str(), detail };
    let told = fleet(call, &after.row.license(), after.shard, principal.shard, orders)?;
    let concerned = [holder, Place::of(principal)];
    commit(call, holder, &concerned, &entry, vec![change], vec![told]).await?;
    shown(call, after).await
}

pub async fn shown(call: &Call, found: Found) -> Result<Outbound, Failure> {
    answer::json(200, &view::of(call, &found).await?)
}

/// Loads and decides again when somebody else was faster.
pub async fn again(work: impl AsyncFn() -> Result<Outbound, Failure>) -> Result<Outbound, Failure> {
    for _ in 1..ATTEMPTS {
        match work().await {
            Err(failure) if failure.problem.code == Kind::VersionConflict.code() => {}
            outcome => return outcome,
        }
    }
    work().await
}

fn reason(bytes: &[u8]) -> Result<Option<String>, Failure> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let request: ReasonRequest = body::read(bytes)?;
    if let Some(reason) = &request.reason {
        text::sized(reason, "/reason", 1, 500)?;
    }
    Ok(request.reason)
}
