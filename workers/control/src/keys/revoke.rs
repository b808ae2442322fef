//! `DELETE /api/v1/keys/{key}`: repeatable by itself.

use domain::id::KeyId;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use store::directory::api_keys;
use wire::problem::Kind;

use crate::answer;
use crate::commit::Deed;
use crate::tenants::subject;

/// Revokes a key of the caller's tenant or of one below it.
pub async fn revoke(call: &Call, caller: &Caller, key: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let id = KeyId::parse(key).map_err(|_| Kind::KeyNotFound)?;
    let directory = call.directory(Freshness::Primary);
    let row = directory.first(api_keys::by_id_anywhere(&id)).await?.ok_or(Kind::KeyNotFound)?;
    let subject = subject(call, principal, Some(&row.tenant)).await.map_err(hidden)?;
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
    directory.write(vec![api_keys::revoke(&subject.tenant, &id, call.now)]).await?;
    Ok(done.out)
}

/// A key of a tenant that the caller does not see is a key that is not there.
fn hidden(failure: Failure) -> Failure {
    let strange = failure.problem.code == Kind::TenantNotFound.code();
    if strange { Kind::KeyNotFound.into() } else { failure }
}
