//! `Idempotency-Key` around a piece of work.

use domain::place::Shard;
use edge::admit::Caller;
use edge::db::{Db, Freshness};
use edge::door::Outbound;
use edge::idempotency::{Ticket, Turn, turn};
use edge::principal::Principal;
use edge::{Call, Failure};
use store::query::Tenant;
use wire::endpoints::Endpoint;

/// The caller's own records, fresh enough to decide a write.
pub fn own(call: &Call, principal: &Principal) -> Db<Tenant> {
    call.records(&principal.tenant, principal.shard, Freshness::Primary)
}

/// The records of a tenant, fresh enough to decide a write.
pub fn records(call: &Call, tenant: &domain::id::TenantId, shard: Shard) -> Db<Tenant> {
    call.records(tenant, shard, Freshness::Primary)
}

/// What the work came to.
pub struct Done {
    /// The answer.
    pub out: Outbound,
    /// Whether the work's own batch has kept the answer already.
    pub kept: bool,
}

impl Done {
    /// An answer that is still to be kept.
    pub const fn new(out: Outbound) -> Self {
        Self { out, kept: false }
    }
}

/// Does `work` unless it was done before with the same `Idempotency-Key`, and keeps its answer.
///
/// Work on the caller's own records puts [`Ticket::finish`] into its own batch. Other work changes other
/// databases, which no transaction joins with the caller's: its answer is kept right after it. Where
/// that fails, a repeat does the work again, and every such work finds its own traces: a suspended
/// license stays suspended.
///
/// # Errors
/// Those of the work; its key is then free again, unless it is not known what was done (5xx).
pub async fn once(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    work: impl AsyncFnOnce(Option<&Ticket>) -> Result<Done, Failure>,
) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let own = own(call, principal);
    let ticket = match turn(call, &own, principal.key.as_str(), endpoint.id.name()).await? {
        Turn::Again(out) => return Ok(out),
        Turn::Free => return work(None).await.map(|done| done.out),
        Turn::First(ticket) => ticket,
    };
    match work(Some(&ticket)).await {
        Ok(done) => {
            if !done.kept {
                own.write(vec![ticket.finish(&done.out)?]).await?;
            }
            Ok(done.out)
        }
        Err(failure) => {
            if failure.problem.status < 500 {
                own.write(vec![ticket.release()]).await?;
            }
            Err(failure)
        }
    }
}
