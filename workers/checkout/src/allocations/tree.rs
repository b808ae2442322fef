//! `PUT` and `DELETE /api/v1/pools/{license}/allocations`: the holder's tree.

use domain::allocation::{Ask, MAX_CAPACITY};
use edge::admit::admit;
use edge::door::Outbound;
use edge::objects::{AllocationCall, AllocationReply};
use edge::outbox::Entry;
use edge::paging::{Asked, wrong};
use edge::principal::Principal;
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, find};
use serde_json::{Value, json};
use wire::allocation::SetAllocation;
use wire::body;
use wire::problem::Problem;

use crate::allocations::provision::node;
use crate::allocations::{object, refusal};
use crate::letters::{Done, noted};
use crate::product::Place;

/// Who: a key of the holder. What: all shares of a node. Decide and commit: in the object.
pub async fn set(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let request: SetAllocation = body::read(&call.inbound.body)?;
    check(&request)?;
    let out = answer::json(200, &request)?;
    let change = Change {
        action: "allocation.changed",
        detail: json!({ "node": request.node, "shares": request.shares }),
        ask: Ask::Set { node: request.node, shares: request.shares },
    };
    let out = change.make(call, caller.principal()?, target.param, out).await?;
    Ok(Answer::to(caller, out))
}

/// Who: a key of the holder. What: a node that holds nothing. Decide and commit: in the object.
pub async fn remove(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let asked = Asked::whole(call, &["node"])?;
    if asked.filter("node").is_none() {
        return Err(wrong("node", "is missing").into());
    }
    let node = node(&asked)?;
    let change = Change {
        action: "allocation.removed",
        detail: json!({ "node": node }),
        ask: Ask::Remove { node },
    };
    let out = Outbound::json(204, String::new());
    let out = change.make(call, caller.principal()?, target.param, out).await?;
    Ok(Answer::to(caller, out))
}

/// A change of the tree, as the log tells it.
pub struct Change {
    /// Its name in the log.
    pub action: &'static str,
    /// What it is about; the license's code is added.
    pub detail: Value,
    /// The change itself.
    pub ask: Ask,
}

impl Change {
    /// Makes the change in the tree of a license that the caller holds, and then answers `out`.
    ///
    /// # Errors
    /// `license-not-found`, what the book refuses, and when a store is away.
    pub async fn make(
        mut self,
        call: &Call,
        principal: &Principal,
        reference: &str,
        out: Outbound,
    ) -> Result<Outbound, Failure> {
        let found = find::held(call, principal, reference).await?;
        let license = found.row.license();
        let place = Place { tenant: &license.holder, shard: found.shard };
        if let Some(detail) = self.detail.as_object_mut() {
            detail.insert("code".to_owned(), license.code.as_str().into());
        }
        let entry = Entry {
            actor: principal.actor(),
            action: self.action,
            subject: license.id.as_str(),
            detail: self.detail,
        };
        let (capacity, ask) = (object::capacity(&license), Box::new(self.ask));
        let message = AllocationCall::Change { capacity, ask };
        let work = async {
            match object::ask(call, place, &license.id, &message).await? {
                AllocationReply::Done { changed, .. } => Ok(Done { out, changed }),
                AllocationReply::Refused(refused) => Err(refusal::failure(&refused)),
                other => Err(object::unexpected(&other)),
            }
        };
        noted(call, principal, &entry, work).await
    }
}

/// Numbers that every reader of JSON understands.
fn check(request: &SetAllocation) -> Result<(), Problem> {
    for (metric, share) in &request.shares {
        let numbers = [("dedicated", Some(share.dedicated)), ("burst", share.burst)];
        let wide = numbers.iter().find(|(_, number)| number.is_some_and(|n| n > MAX_CAPACITY));
        if let Some((name, _)) = wide {
            let pointer = format!("/shares/{}/{name}", metric.name());
            return Err(Problem::field(pointer, format!("must be at most {MAX_CAPACITY}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_are_too_wide_are_pointed_at() {
        let rows = [
            (r#"{"dedicated":9007199254740991,"burst":0}"#, None),
            ("{}", None),
            (r#"{"dedicated":9007199254740992}"#, Some("/shares/vms/dedicated")),
            (r#"{"burst":9007199254740992}"#, Some("/shares/vms/burst")),
        ];
        for (share, want) in rows {
            let body = format!(r#"{{"node":"a","shares":{{"vms":{share}}}}}"#);
            let request: SetAllocation = body::read(body.as_bytes()).unwrap();
            let got = check(&request).err().map(|problem| problem.errors[0].pointer.clone());
            assert_eq!(got.as_deref(), want, "{share}");
        }
    }
}
