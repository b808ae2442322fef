//! `POST /api/v1/licenses/return`: a lease back, or a place in the line up. Neither needs anything of the license.

use domain::id::LeaseId;
use domain::pool::{Ask, By};
use domain::time::Millis;
use edge::admit::admit;
use edge::door::Outbound;
use edge::idempotency::pool_key;
use edge::objects::PoolReply;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use license::receipt::Returned;
use wire::endpoints::Endpoint;
use wire::lease::ReturnAnswer;
use wire::problem::Kind;

use crate::ask::Given;
use crate::checkout::home;
use crate::sign::Signer;
use crate::{refusal, seats};

/// Who: the key that the lease was checked out with. What: a lease or a ticket. Decide and commit: in the pool.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let given = Given::read(&call.inbound.body)?;
    let key = pool_key(&call.inbound)?;
    let principal = caller.principal()?;
    let by = By { owner: principal.actor().to_owned(), admin: None };
    let (license, ask) = match &given {
        Given::Lease(lease) => {
            let license = lease.license().ok_or(Kind::LeaseNotFound)?;
            (license, Ask::Return { lease: lease.clone(), by, key })
        }
        Given::Ticket(ticket) => {
            let license = ticket.license().ok_or(Kind::TicketNotFound)?;
            (license, Ask::Leave { ticket: ticket.clone(), by })
        }
    };
    let out = match seats::ask(call, home(principal), &license, None, ask).await? {
        PoolReply::Done => left(call, given)?,
        PoolReply::Refused(refusal) => {
            return Err(refusal::failure(&refusal, &principal.tenant, call.now));
        }
        reply => returned(reply, Some(call))?,
    };
    Ok(Answer::to(caller, out))
}

/// The answer of a lease that is over for its holder. With the holder's `call` a borrowed one gets a receipt.
///
/// # Errors
/// When the pool answered something else, or the receipt cannot be signed. The lease is over then, too, and a repeat with
/// the same `Idempotency-Key` gets the receipt.
pub fn returned(reply: PoolReply, holder: Option<&Call>) -> Result<Outbound, Failure> {
    let PoolReply::Returned { lease, at, held_until, borrowed, replayed } = reply else {
        return Err(seats::unexpected(&reply));
    };
    let receipt = match holder.filter(|_| borrowed) {
        Some(call) => Some(receipt(call, &lease, at, held_until)?),
        None => None,
    };
    let body = ReturnAnswer {
        receipt,
        lease_id: Some(lease),
        ticket: None,
        returned_at: at.into(),
        held_until: held_until.map(Into::into),
    };
    let mut out = answer::json(200, &body)?;
    if replayed {
        out.set("idempotent-replayed", "true");
    }
    Ok(out)
}

fn receipt(
    call: &Call,
    lease: &LeaseId,
    at: Millis,
    held_until: Option<Millis>,
) -> Result<String, Failure> {
    let license = lease.license().ok_or(Kind::LeaseNotFound)?;
    let returned = Returned { lease: lease.clone(), license, at, held_until };
    Signer::of(call)?.receipt(returned)
}

fn left(call: &Call, given: Given) -> Result<Outbound, Failure> {
    let ticket = match given {
        Given::Ticket(ticket) => Some(ticket),
        Given::Lease(_) => return Err(seats::unexpected(&PoolReply::Done)),
    };
    let returned_at = call.now.into();
    let (lease_id, held_until, receipt) = (None, None, None);
    answer::json(200, &ReturnAnswer { lease_id, ticket, returned_at, held_until, receipt })
}
