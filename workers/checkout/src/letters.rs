//! What administrators do, for the holder's audit log.
//!
//! A pool and D1 share no transaction. The entry is written into the holder's outbox **before** the pool is asked, and taken
//! out again when the pool refuses. So nothing is ever changed without an entry, and without D1 nothing is changed at all.
//! The row says `confirmed: false`; once the pool has done it, the same entry without that is shipped in its place. What
//! dies in between, or when it is not known what the pool did, leaves the entry as it is: in doubt, and saying so. The
//! clock ships rows only after 30 s, when the pool, which has 10 s, has long answered.

use std::cell::RefCell;

use domain::id::TenantId;
use domain::place::Shard;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::{self, Entry, Event, Message};
use edge::principal::Principal;
use edge::{Call, Failure, log};
use store::data::outbox as table;

/// Entries held at most until the answer is out; the clock ships the others.
const MOST: usize = 64;

struct Letter {
    tenant: TenantId,
    shard: Shard,
    event: Event,
}

thread_local! {
    static WAITING: RefCell<Vec<Letter>> = const { RefCell::new(Vec::new()) };
}

/// An answer, and whether anything was changed for it.
pub struct Done {
    /// The answer.
    pub out: Outbound,
    /// Not when it is a repeat.
    pub changed: bool,
}

/// Does `work` with an entry in the log of the caller's tenant.
///
/// # Errors
/// Those of `work`; and when the entry cannot be written, which leaves everything as it was.
pub async fn noted(
    call: &Call,
    principal: &Principal,
    entry: &Entry<'_>,
    work: impl Future<Output = Result<Done, Failure>>,
) -> Result<Outbound, Failure> {
    let event = Event::audit(call, &principal.tenant, principal.shard, entry)?;
    let doubtful = in_doubt(&event);
    let records = call.records(&principal.tenant, principal.shard, Freshness::Primary);
    records.write(vec![doubtful.row(call)?]).await?;
    let outcome = work.await;
    let nothing_done = match &outcome {
        Ok(done) => !done.changed,
        Err(failure) => failure.problem.status < 500,
    };
    if nothing_done && let Err(failure) = records.write(vec![table::delete(&event.id)]).await {
        log::event("warn", "outbox.withdraw", &failure.to_string());
    }
    let Done { mut out, changed } = outcome?;
    if changed {
        let letter = Letter { tenant: principal.tenant.clone(), shard: principal.shard, event };
        out.work_waits = hold(letter);
    }
    Ok(out)
}

/// The same entry, of which nobody knows yet whether it is true.
fn in_doubt(event: &Event) -> Event {
    let mut event = event.clone();
    if let Message::Audit { draft, .. } = &mut event.message
        && let Some(detail) = draft.detail.as_object_mut()
    {
        detail.insert("confirmed".to_owned(), false.into());
    }
    event
}

/// Whether the letter is to be shipped after the answer.
fn hold(letter: Letter) -> bool {
    WAITING.with_borrow_mut(|waiting| {
        let room = waiting.len() < MOST;
        if room {
            waiting.push(letter);
        }
        room
    })
}

/// Ships what waits.
pub async fn ship(call: &Call) {
    let waiting = WAITING.take();
    for Letter { tenant, shard, event } in waiting {
        outbox::ship(call, &tenant, shard, &event).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::Draft;
    use domain::id::EventId;
    use serde_json::json;
    use testkit::{NOW, tenant};

    #[test]
    fn an_entry_in_doubt_is_the_same_entry_and_says_so() {
        let draft = Draft {
            event: EventId::new([1; 16]),
            at: NOW,
            actor: "key_1".to_owned(),
            action: "lease.released".to_owned(),
            subject: "lease_1".to_owned(),
            request: "req_1".to_owned(),
            detail: json!({ "reason": "lost" }),
        };
        let id = draft.event.clone();
        let message = Message::Audit { shard: Shard::Eu, draft };
        let event = Event { id, concerns: tenant("acme"), message };
        let doubtful = in_doubt(&event);
        let Message::Audit { draft, .. } = doubtful.message else { panic!("another message") };
        assert_eq!((doubtful.id, draft.event), (event.id.clone(), event.id));
        assert_eq!(draft.detail, json!({ "reason": "lost", "confirmed": false }));
    }
}
