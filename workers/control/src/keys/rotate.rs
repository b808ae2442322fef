//! `POST /api/v1/keys/{key}/rotate`: a new secret under a new id; the old one works on until the overlap is over, so that
//! applications can be told one after the other.

use domain::id::KeyId;
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use license::api_key::ApiKeyText;
use serde_json::json;
use store::data::api_key_info::{self, ApiKeyInfoRow};
use store::directory::api_keys::{self, ApiKeyRow, NewApiKey};
use wire::body;
use wire::endpoints::Endpoint;
use wire::key::RotateKeyRequest;
use wire::problem::Problem;

use crate::answer;
use crate::commit::Deed;
use crate::keys::generate::{entropy, show};
use crate::keys::named::named;
use crate::tenants::Subject;
use crate::turn::{Done, once, records};

/// How long the old key works on when nothing is said, in seconds: a day.
const OVERLAP_SECONDS: u32 = 86_400;
/// How long it may work on at most: 30 days.
const LONGEST_OVERLAP_SECONDS: u32 = 30 * 86_400;

/// Rotates a key of the caller's tenant or of one below it.
pub async fn rotate(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    key: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| {
        replace(call, caller.principal()?, ticket, key).await
    })
    .await
}

async fn replace(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
    key: &str,
) -> Result<Done, Failure> {
    let overlap = overlap(&call.inbound.body)?;
    let found = named(call, principal, key).await?;
    let (row, subject) = (found.changeable(principal, call.now)?, &found.subject);
    let place = records(call, &subject.tenant, subject.shard);
    let note = place.first(api_key_info::by_id(&row.id)).await?;
    let text = ApiKeyText::new(&subject.tenant, subject.shard, &entropy()?);
    let id = KeyId::new(entropy()?);
    let end = call.now.plus_seconds(overlap.into());
    let end = row.expires_ms.map_or(end, |expires| expires.min(end));
    let expires = renewed(row, call.now);
    let hash = text.digest();
    let new = NewApiKey {
        hash: &hash,
        id: &id,
        tenant: &subject.tenant,
        scopes: row.scopes,
        expires,
        rate_limit: row.rate_limit,
        rate_window_seconds: row.rate_window_seconds,
        restrictions: row.restrictions.as_deref(),
        rate_limits: row.rate_limits,
    };
    // First the DIRECTORY, whose guard decides between two who rotate at once. Should the rest fail, a key works that nobody
    // has ever seen, and the old one can be rotated again until the overlap is over.
    let changes = vec![
        api_keys::insert(&new, call.now),
        api_keys::succeed(&subject.tenant, &row.id, row.version, &id, end),
    ];
    call.directory(Freshness::Primary).write(changes).await?;
    let mut answer = show(call, subject, &text, id.clone(), row.scopes, expires);
    (answer.replaces, answer.overlap_ends_at) = (Some(row.id.clone()), Some(end.into()));
    let out = answer::json(201, &answer)?;
    let detail = json!({ "tenant": subject.tenant, "successor": id, "overlap_seconds": overlap });
    let entry =
        Entry { actor: principal.actor(), action: "key.rotated", subject: row.id.as_str(), detail };
    deed(call, subject, entry, note.as_ref(), &id).commit(call, principal, ticket, out).await
}

/// What people know the new key by is what they knew the old one by.
fn deed<'a>(
    call: &Call,
    subject: &'a Subject,
    entry: Entry<'a>,
    note: Option<&ApiKeyInfoRow>,
    id: &KeyId,
) -> Deed<'a> {
    let app = note.map_or(("", ""), |note| (note.app_name.as_str(), note.app_type.as_str()));
    let metadata = note.map_or_else(|| json!({}), |note| note.metadata.clone());
    let changes = vec![api_key_info::insert(id, app, &metadata, entry.actor, call.now)];
    Deed { place: subject.place(), entry, changes, events: Vec::new() }
}

/// The new key lives as long as the old one was made to.
fn renewed(row: &ApiKeyRow, now: Millis) -> Option<Millis> {
    row.expires_ms.map(|end| now.plus(end.since(row.created_ms)))
}

/// Nothing at all means the usual overlap.
fn overlap(bytes: &[u8]) -> Result<u32, Problem> {
    let request = if bytes.is_empty() { RotateKeyRequest::default() } else { body::read(bytes)? };
    let seconds = request.overlap_seconds.unwrap_or(OVERLAP_SECONDS);
    if seconds > LONGEST_OVERLAP_SECONDS {
        let reason = format!("must be 0 to {LONGEST_OVERLAP_SECONDS}");
        return Err(Problem::field("/overlap_seconds", reason));
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_a_day_unless_said_otherwise() {
        let rows = [
            ("", Some(86_400)),
            ("{}", Some(86_400)),
            (r#"{"overlap_seconds":0}"#, Some(0)),
            (r#"{"overlap_seconds":2592000}"#, Some(2_592_000)),
            (r#"{"overlap_seconds":2592001}"#, None),
            (r#"{"overlap_seconds":-1}"#, None),
        ];
        for (body, want) in rows {
            assert_eq!(overlap(body.as_bytes()).ok(), want, "{body}");
        }
    }
}
