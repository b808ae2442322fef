//! `DELETE /api/v1/hostnames/{host}`: out of service at once, off the platform after that. Repeatable by itself.

use domain::hostname::State;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure, hostname, log};
use futures_util::future::join_all;
use serde_json::json;
use store::data::custom_hostnames::{self as table, CustomHostnameRow};
use store::directory::hostnames;
use wire::problem::Kind;

use crate::answer;
use crate::commit::{Deed, Place};
use crate::hostnames::find;

/// The clock may take a step at the same time; then what it made of the row is looked at again.
const TRIES: usize = 4;

/// Takes a domain of the caller's tenant out of service.
pub async fn remove(call: &Call, caller: &Caller, host: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    for _ in 0..TRIES {
        let row = find(call, principal, host).await?;
        if row.state == State::Removing {
            return Ok(answer::empty());
        }
        match leave(call, principal, row).await {
            Err(failure) if failure.problem.code == Kind::VersionConflict.code() => {}
            outcome => return outcome,
        }
    }
    Err(Kind::VersionConflict.into())
}

async fn leave(
    call: &Call,
    principal: &Principal,
    row: CustomHostnameRow,
) -> Result<Outbound, Failure> {
    // The DIRECTORY last: while it says that the host is ours, the row says what became of it.
    let claim = row.claim().removing(call.now);
    let mut leaving = row.with(&claim);
    let host = leaving.host.clone();
    let deed = Deed {
        place: Place::of(principal),
        entry: Entry {
            actor: principal.actor(),
            action: "hostname.removing",
            subject: &host,
            detail: json!({}),
        },
        changes: vec![table::step(&leaving)],
        events: Vec::new(),
    };
    let done = deed.commit(call, principal, None, answer::empty()).await?;
    leaving.version += 1;
    let release = hostnames::release(&host, &principal.tenant);
    call.directory(Freshness::Primary).write(vec![release]).await?;
    let (work, shard) = (Call::internal(call.env.clone()), principal.shard);
    call.later(async move {
        if let Err(failure) = hostname::advance(&work, shard, leaving).await {
            log::event("warn", "hostname.remove", &format!("{:?}", failure.reason));
        }
        join_all(work.take_later()).await;
    });
    Ok(done.out)
}
