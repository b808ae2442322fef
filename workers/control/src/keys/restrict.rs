//! `POST /api/v1/keys/{key}/restrictions`: what a key demands from now on, in force everywhere within the staleness bound.

use domain::limiter::CheckoutLimits;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::{Value, json};
use store::data::api_key_info;
use store::directory::api_keys;
use wire::body;
use wire::endpoints::Endpoint;
use wire::key::RestrictKeyRequest;
use wire::problem::Kind;

use crate::answer;
use crate::commit::Deed;
use crate::keys::named::{Named, named};
use crate::keys::{demands, view};
use crate::turn::{Done, once, records};

/// Replaces the restrictions of a key of the caller's tenant or of one below it.
pub async fn restrict(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    key: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| {
        change(call, caller.principal()?, ticket, key).await
    })
    .await
}

async fn change(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
    key: &str,
) -> Result<Done, Failure> {
    let request: RestrictKeyRequest = body::read(&call.inbound.body)?;
    let restrictions = demands::read(request.restrictions())?;
    demands::check_limits(request.rate_limits)?;
    let found = named(call, principal, key).await?;
    found.changeable(principal, call.now)?;
    let Named { mut row, subject } = found;
    let place = records(call, &subject.tenant, subject.shard);
    let note = place.first(api_key_info::by_id(&row.id)).await?;
    let before = told(&json!(row.restrictions), row.rate_limits);
    let after = told(&json!(restrictions), request.rate_limits);
    let change = api_keys::restrict(
        &subject.tenant,
        &row.id,
        row.version,
        &restrictions,
        request.rate_limits,
    );
    let (id, actor) = (row.id.clone(), principal.actor());
    (row.rate_limits, row.restrictions) = (request.rate_limits, None);
    if !restrictions.is_empty() {
        row.restrictions = Some(Box::new(restrictions));
    }
    let out = answer::json(200, &view::of(note.as_ref(), row))?;
    let detail = json!({ "tenant": subject.tenant, "before": before, "after": after });
    // First the DIRECTORY, whose guard decides between two who change at once. What fails behind it is told to the caller,
    // who repeats it: the same demands again, and then the entry.
    let changed = call.directory(Freshness::Primary).write(vec![change]).await?;
    if changed.first() != Some(&1) {
        return Err(Kind::KeyNotFound.into());
    }
    let deed = Deed {
        place: subject.place(),
        entry: Entry { actor, action: "key.restricted", subject: id.as_str(), detail },
        changes: Vec::new(),
        events: Vec::new(),
    };
    deed.commit(call, principal, ticket, out).await
}

fn told(restrictions: &Value, limits: Option<CheckoutLimits>) -> Value {
    json!({ "restrictions": restrictions, "rate_limits": limits.unwrap_or(CheckoutLimits::KEY) })
}
