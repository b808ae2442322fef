//! `POST /api/v1/licenses/return`: a lease back, or a place in the line up. Neither needs anything of the license.

use domain::pool::{Ask, By};
use edge::admit::admit;
use edge::door::Outbound;
use edge::idempotency::pool_key;
use edge::objects::PoolReply;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use wire::endpoints::Endpoint;
use wire::lease::ReturnAnswer;
use wire::problem::Kind;

use crate::ask::Given;
use crate::checkout::home;
use crate::{refusal, seats};

/// Who: the key that the lease was checked out with. What: a lease or a ticket. Decide and commit: in the pool.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let given = Given::read(&call.inbound.body)?;
    let key = pool_key(&call.inbound)?;
    let principal = caller.principal()?;
    let by = By { owner: principal.key.to_string(), admin: None };
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
        reply => returned(reply)?,
    };
    Ok(Answer::to(caller, out))
}

/// The answer of a lease that is over for its holder.
pub fn returned(reply: PoolReply) -> Result<Outbound, Failure> {
    let PoolReply::Returned { lease, at, held_until, replayed } = reply else {
        return Err(seats::unexpected(&reply));
    };
    let body = ReturnAnswer {
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

fn left(call: &Call, given: Given) -> Result<Outbound, Failure> {
    let ticket = match given {
        Given::Ticket(ticket) => Some(ticket),
        Given::Lease(_) => return Err(seats::unexpected(&PoolReply::Done)),
    };
    let returned_at = call.now.into();
    answer::json(200, &ReturnAnswer { lease_id: None, ticket, returned_at, held_until: None })
}
