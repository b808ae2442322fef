//! Suspend, reinstate, revoke, renew.

use domain::command::Order;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::Entry;
use edge::pool::floats;
use edge::{Call, Failure};
use serde_json::{Value, json};
use store::Change;
use store::data::licenses as table;
use wire::body;
use wire::endpoints::Endpoint;
use wire::license::{ReasonRequest, RenewRequest};
use wire::problem::{Kind, Problem};

use crate::answer;
use crate::commit::{Deed, Place, fleet, pool};
use crate::licenses::decide::{self, Step};
use crate::licenses::find::{Found, issued};
use crate::licenses::view;
use crate::text;
use crate::turn::{Done, once};

/// How often a change that does not depend on what others change meanwhile is tried: of several at once one wins
/// each time, and a revocation must not lose to a row of updates.
const ATTEMPTS: u32 = 16;

/// Revokes a license; `DELETE` is repeatable by itself.
pub async fn revoke(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    take(call, caller, None, reference, Step::Revoke).await.map(|done| done.out)
}

/// Suspends or reinstates a license.
pub async fn step(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
    step: Step,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| take(call, caller, ticket, reference, step).await)
        .await
}

/// Gives a license a new end.
pub async fn renew(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| {
        let request: RenewRequest = body::read(&call.inbound.body)?;
        prolong(call, caller, ticket, reference, &request).await
    })
    .await
}

async fn take(
    call: &Call,
    caller: &Caller,
    ticket: Option<&Ticket>,
    reference: &str,
    step: Step,
) -> Result<Done, Failure> {
    let reason = reason(&call.inbound.body)?;
    again(async || {
        let found = issued(call, caller.principal()?, reference).await?;
        let Some(standing) = decide::standing(found.row.standing, step)? else {
            return unchanged(call, &found).await;
        };
        let row = &found.row;
        let change =
            table::set_standing(&row.id, row.version, standing, reason.as_deref(), call.now);
        let orders = step.orders(reason.as_deref());
        let detail = json!({ "code": row.code, "reason": reason });
        let floated = floats(&row.terms);
        let mut after = found.clone();
        after.row.standing = standing;
        Decided { after, change, action: step.action(), detail, orders, floated }
            .apply(call, caller, ticket)
            .await
    })
    .await
}

async fn prolong(
    call: &Call,
    caller: &Caller,
    ticket: Option<&Ticket>,
    reference: &str,
    request: &RenewRequest,
) -> Result<Done, Failure> {
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
            return unchanged(call, &found).await;
        }
        let change = table::renew(&row.id, row.version, Some(ends), call.now);
        let before = row.ends_ms.map(|end| wire::time::Instant(end).text());
        let detail = json!({ "code": row.code, "from": before, "to": request.expires_at });
        let mut after = found.clone();
        after.row.ends_ms = Some(ends);
        let (orders, floated) = (vec![Order::RefreshLicense], floats(&row.terms));
        Decided { after, change, action: "license.renewed", detail, orders, floated }
            .apply(call, caller, ticket)
            .await
    })
    .await
}

/// A change of a license that was decided.
pub struct Decided {
    /// The license as it will be, still with its old version.
    pub after: Found,
    /// The write.
    pub change: Change,
    /// What the log calls it.
    pub action: &'static str,
    /// What is particular to it.
    pub detail: Value,
    /// What its devices are told.
    pub orders: Vec<Order>,
    /// Whether it had floating seats before.
    pub floated: bool,
}

impl Decided {
    /// Writes it, tells holder, issuer, devices and pool, and shows the license as it is then.
    pub async fn apply(
        self,
        call: &Call,
        caller: &Caller,
        ticket: Option<&Ticket>,
    ) -> Result<Done, Failure> {
        let principal = caller.principal()?;
        let Self { mut after, change, action, detail, orders, floated } = self;
        after.row.version += 1;
        let out = answer::json(200, &view::of(call, &after).await?)?;
        let license = after.row.license();
        let devices = fleet(call, &license, after.shard, principal.shard, orders)?;
        let seats = pool(&license, after.shard, floated)?;
        let deed = Deed {
            place: Place { tenant: &after.row.tenant_id, shard: after.shard },
            entry: Entry {
                actor: principal.actor(),
                action,
                subject: after.row.id.as_str(),
                detail,
            },
            changes: vec![change],
            events: std::iter::once(devices).chain(seats).collect(),
        };
        deed.commit(call, principal, ticket, out).await
    }
}

/// The license as it is: nothing was left to change.
pub async fn unchanged(call: &Call, found: &Found) -> Result<Done, Failure> {
    answer::json(200, &view::of(call, found).await?).map(Done::new)
}

/// Loads and decides again when somebody else was faster.
pub async fn again(work: impl AsyncFn() -> Result<Done, Failure>) -> Result<Done, Failure> {
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
