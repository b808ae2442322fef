//! `Idempotency-Key` around a piece of work.

use domain::place::Shard;
use edge::admit::Caller;
use edge::db::{Db, Freshness};
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::{Ticket, Turn, turn};
use edge::principal::Principal;
use edge::{Call, Failure, log};
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
/// The key is reserved in the caller's own records. A change there keeps the answer in its own transaction;
/// a change in another tenant's records leaves it there too (`Ticket::record`), for no transaction
/// joins two shards: who repeats a request that died in between finds it.
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
    let ticket = match turn(call, &own, principal.actor(), endpoint.id.name()).await? {
        Turn::Again(out) => return Ok(out),
        Turn::Free => return work(None).await.map(|done| done.out),
        Turn::First(ticket) => ticket,
    };
    match work(Some(&ticket)).await {
        Ok(done) => {
            if !done.kept {
                note(own.write(vec![ticket.finish(&done.out)?]).await);
            }
            Ok(done.out)
        }
        Err(failure) => {
            if failure.problem.status < 500 {
                note(own.write(vec![ticket.release()]).await);
            }
            Err(failure)
        }
    }
}

/// What was done is done, and what was refused is refused, whether or not the key can be settled.
fn note(outcome: Result<Vec<u64>, StoreFailure>) {
    if let Err(failure) = outcome {
        log::event("warn", "idempotency.settle", &failure.to_string());
    }
}
