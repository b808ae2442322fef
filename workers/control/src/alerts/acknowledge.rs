//! `POST /api/v1/alerts/{alert}/acknowledge`: repeatable by itself; of several people the first is remembered.

use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::WatchCall;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use store::data::alerts::{self as table, AlertRow, Said};
use wire::alert::AcknowledgeRequest;
use wire::body;
use wire::problem::Problem;

use crate::alerts::{commit, one, view};
use crate::answer;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::{named, subject};
use crate::text;

/// Takes note of an alert, and makes its value usual where that is wanted.
pub async fn acknowledge(call: &Call, caller: &Caller, alert: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &["tenant_id"])?;
    let request = read(&call.inbound.body)?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, principal, tenant.as_ref()).await?;
    let mut row = one(call, &subject, alert).await?;
    let told = if request.trust { Some(trust(&row)?) } else { None };
    let said =
        Said { by: principal.actor(), note: request.note.as_deref(), trusted: request.trust };
    let id = row.id.clone();
    let deed = Deed {
        place: subject.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "alert.acknowledged",
            subject: id.as_str(),
            detail: json!({
                "rule": row.rule, "value": row.value, "key": row.key_id,
                "note": request.note, "trusted": request.trust,
            }),
        },
        changes: vec![table::acknowledge(&id, &said, call.now)],
        events: Vec::new(),
    };
    row.acknowledged_ms.get_or_insert(call.now);
    row.acknowledged_by.get_or_insert_with(|| principal.actor().to_owned());
    row.note = row.note.or_else(|| request.note.clone());
    row.trusted |= request.trust;
    let out = answer::json(200, &view(row))?;
    commit(call, principal, deed, told, out).await
}

fn read(bytes: &[u8]) -> Result<AcknowledgeRequest, Problem> {
    let request: AcknowledgeRequest =
        if bytes.is_empty() { AcknowledgeRequest::default() } else { body::read(bytes)? };
    if let Some(note) = &request.note {
        text::sized(note, "/note", 1, 500)?;
    }
    Ok(request)
}

/// What tells the tenant's watch that the alert's value is usual for its key.
fn trust(row: &AlertRow) -> Result<WatchCall, Problem> {
    let key = row.key_id.clone().filter(|_| row.rule.can_be_trusted() && !row.value.is_empty());
    let key = key.ok_or_else(|| {
        Problem::field("/trust", "this alert has no value that could be usual for its key")
    })?;
    Ok(WatchCall::Trust { key, rule: row.rule, value: row.value.clone() })
}
