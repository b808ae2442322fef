//! One change with everything that belongs to it: the rows, what others must learn, and the answer for repeats.

use domain::id::TenantId;
use domain::place::Shard;
use edge::db::{Db, Freshness};
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::{Ticket, Turn, turn};
use edge::outbox::{Event, ship_later};
use edge::principal::Principal;
use edge::{Call, Failure, log};
use store::error::Refusal;
use store::query::{Change, Tenant};
use wire::endpoints::Endpoint;
use wire::problem::Kind;

/// The caller's own records, where its idempotency keys are reserved.
pub fn own(call: &Call, principal: &Principal) -> Db<Tenant> {
    call.records(&principal.tenant, principal.shard, Freshness::Primary)
}

/// Does `work` once for each `Idempotency-Key` of the caller. What was refused before anything changed may be tried again
/// under the same key.
///
/// # Errors
/// Those of the key, and those of `work`.
pub async fn once(
    call: &Call,
    principal: &Principal,
    endpoint: &Endpoint,
    work: impl AsyncFnOnce(Option<&Ticket>) -> Result<Outbound, Failure>,
) -> Result<Outbound, Failure> {
    let records = own(call, principal);
    let ticket = match turn(call, &records, principal.actor(), endpoint.id.name()).await? {
        Turn::Again(out) => return Ok(out),
        Turn::Free => return work(None).await,
        Turn::First(ticket) => ticket,
    };
    let outcome = work(Some(&ticket)).await;
    let refused = outcome.as_ref().is_err_and(|failure| failure.problem.status < 500);
    if refused && let Err(failure) = records.write(vec![ticket.release()]).await {
        log::event("warn", "idempotency.release", &failure.to_string());
    }
    outcome
}

/// A change in the records of another tenant than the caller.
pub struct Elsewhere<'a> {
    /// Whose records.
    pub tenant: &'a TenantId,
    /// Where they live.
    pub shard: Shard,
    /// What changes.
    pub changes: Vec<Change>,
    /// What others must learn.
    pub events: Vec<Event>,
    /// What the caller is answered.
    pub out: Outbound,
}

impl Elsewhere<'_> {
    /// Makes the change, in one batch.
    ///
    /// # Errors
    /// `already-exists` when a name is taken; a store that is away.
    pub async fn commit(
        self,
        call: &Call,
        principal: &Principal,
        ticket: Option<&Ticket>,
    ) -> Result<Outbound, Failure> {
        let records = call.records(self.tenant, self.shard, Freshness::Primary);
        let mut batch = self.changes;
        for event in &self.events {
            batch.push(event.row(call)?);
        }
        if let Some(ticket) = ticket {
            batch.push(ticket.record(call, &self.out)?);
        }
        let out = match records.write(batch).await {
            Ok(_) => {
                ship_later(call, self.tenant, self.shard, self.events);
                self.out
            }
            Err(StoreFailure::Refused(Refusal::Duplicate, _)) => {
                made_before(&records, ticket).await?
            }
            Err(failure) => return Err(failure.into()),
        };
        if let Some(ticket) = ticket {
            let kept = own(call, principal).write(vec![ticket.finish(&out)?]).await;
            if let Err(failure) = kept {
                log::event("warn", "idempotency.finish", &failure.to_string());
            }
        }
        Ok(out)
    }
}

/// The answer of a request that died after its change; otherwise a name was taken.
async fn made_before(records: &Db<Tenant>, ticket: Option<&Ticket>) -> Result<Outbound, Failure> {
    match ticket {
        Some(ticket) => ticket.recorded(records).await?.ok_or_else(|| Kind::AlreadyExists.into()),
        None => Err(Kind::AlreadyExists.into()),
    }
}
