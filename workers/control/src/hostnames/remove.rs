//! `DELETE /api/v1/hostnames/{host}`: out of service at once, off the platform after that. Repeatable by itself.

use domain::hostname::State;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure, hostname, log};
use serde_json::json;
use store::data::custom_hostnames as table;
use store::directory::hostnames;

use crate::answer;
use crate::commit::{Deed, Place};
use crate::hostnames::find;

/// Takes a domain of the caller's tenant out of service.
pub async fn remove(call: &Call, caller: &Caller, host: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let row = find(call, principal, host).await?;
    if row.state == State::Removing {
        return Ok(answer::empty());
    }
    // The DIRECTORY last: while it says that the host is ours, the row says what became of it.
    let claim = row.claim().removing(call.now);
    let mut leaving = row.with(&claim);
    let deed = Deed {
        place: Place::of(principal),
        entry: Entry {
            actor: principal.actor(),
            action: "hostname.removing",
            subject: &leaving.host.clone(),
            detail: json!({}),
        },
        changes: vec![table::step(&leaving)],
        events: Vec::new(),
    };
    let done = deed.commit(call, principal, None, answer::empty()).await?;
    leaving.version += 1;
    let release = hostnames::release(&leaving.host, &principal.tenant);
    call.directory(Freshness::Primary).write(vec![release]).await?;
    let (work, shard) = (Call::internal(call.env.clone()), principal.shard);
    call.later(async move {
        if let Err(failure) = hostname::advance(&work, shard, leaving).await {
            log::event("warn", "hostname.remove", &format!("{:?}", failure.reason));
        }
        for later in work.take_later() {
            later.await;
        }
    });
    Ok(done.out)
}
