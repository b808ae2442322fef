//! `POST /api/v1/licenses/extend`: more time for a lease.

use domain::pool::{Ask, By};
use edge::admit::admit;
use edge::objects::PoolReply;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use wire::endpoints::Endpoint;
use wire::lease::ExtendAnswer;
use wire::problem::Kind;

use crate::checkout::home;
use crate::{ask, refusal, seats};

/// Who: the key that the lease was checked out with. What: a lease. Decide and commit: in the pool, which hears of every
/// change of its license.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let request = ask::extension(&call.inbound.body)?;
    let principal = caller.principal()?;
    let license = request.lease_id.license().ok_or(Kind::LeaseNotFound)?;
    let by = By { owner: principal.actor().to_owned(), admin: None };
    let extend = Ask::Extend { lease: request.lease_id, by, ttl_seconds: request.ttl };
    let out = match seats::ask(call, home(principal), &license, None, extend).await? {
        PoolReply::Extended { lease, ends } => {
            answer::json(200, &ExtendAnswer { lease_id: lease, expires_at: ends.into() })?
        }
        PoolReply::Refused(refusal) => {
            return Err(refusal::failure(&refusal, &principal.tenant, call.now));
        }
        other => return Err(seats::unexpected(&other)),
    };
    Ok(Answer::to(caller, out))
}
