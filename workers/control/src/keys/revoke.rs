//! `DELETE /api/v1/keys/{key}`: repeatable by itself.

use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use store::directory::api_keys;

use crate::answer;
use crate::commit::Deed;
use crate::keys::named::{Named, named};

/// Revokes a key of the caller's tenant or of one below it.
pub async fn revoke(call: &Call, caller: &Caller, key: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let Named { row, subject } = named(call, principal, key).await?;
    let (id, directory) = (&row.id, call.directory(Freshness::Primary));
    if row.revoked_ms.is_some() {
        return Ok(answer::empty());
    }
    // The log first: nobody loses a key without a trace of who took it.
    let deed = Deed {
        place: subject.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "key.revoked",
            subject: id.as_str(),
            detail: json!({ "tenant": subject.tenant }),
        },
        changes: Vec::new(),
        events: Vec::new(),
    };
    let done = deed.commit(call, principal, None, answer::empty()).await?;
    directory.write(vec![api_keys::revoke(&subject.tenant, id, call.now)]).await?;
    Ok(done.out)
}
