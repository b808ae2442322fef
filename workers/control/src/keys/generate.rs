//! `POST /api/v1/keys/generate`: a key is shown once and never again.

use domain::id::KeyId;
use domain::perimeter::Restrictions;
use domain::scope::Scopes;
use domain::subscription::{self, Plan};
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::Ticket;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure, plan, platform};
use license::api_key::ApiKeyText;
use serde_json::{Value, json};
use store::Refusal;
use store::data::api_key_info;
use store::directory::api_keys::{self, NewApiKey};
use store::directory::tenants;
use wire::body;
use wire::endpoints::Endpoint;
use wire::key::{GenerateKeyAnswer, GenerateKeyRequest, IntegrationSnippet};
use wire::problem::{Kind, Problem};

use crate::answer;
use crate::commit::Deed;
use crate::keys::demands;
use crate::tenants::{Subject, subject};
use crate::text;
use crate::turn::{Done, once};

/// Ten years, in days.
const LONGEST_DAYS: u32 = 3650;
const DAY_SECONDS: u32 = 86_400;

/// Makes an API key for the caller's tenant or one below it.
pub async fn generate(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| make(call, caller.principal()?, ticket).await).await
}

async fn make(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
) -> Result<Done, Failure> {
    let request: GenerateKeyRequest = body::read(&call.inbound.body)?;
    check(&request)?;
    let scopes: Scopes = request.scopes.iter().copied().collect();
    if !principal.scopes.cover(scopes) {
        return Err(Failure::new(Kind::ScopeMissing, "A key gives no more than it has."));
    }
    let restrictions = demands::read(request.restrictions())?;
    demands::check_limits(request.rate_limits)?;
    let subject = subject(call, principal, request.tenant_id.as_ref()).await?;
    let key = ApiKeyText::new(&subject.tenant, subject.shard, &entropy()?);
    let id = KeyId::new(entropy()?);
    let expires = expires(&request, call.now);
    let limit = request.rate_limit.unwrap_or_default();
    let hash = key.digest();
    let row = NewApiKey {
        hash: &hash,
        id: &id,
        tenant: &subject.tenant,
        scopes,
        expires,
        rate_limit: limit.requests,
        rate_window_seconds: limit.window_seconds,
        restrictions: Some(&restrictions),
        rate_limits: request.rate_limits,
    };
    // First the DIRECTORY: should the rest fail, a key works that nobody has ever seen.
    enter(call, &subject, &row).await?;
    let answer = show(call, &subject, &key, id.clone(), scopes, expires);
    let out = answer::json(201, &answer)?;
    note(call, principal, &subject, &id, &request, &restrictions)
        .commit(call, principal, ticket, out)
        .await
}

/// The key, unless the tenant's plan allows no more.
async fn enter(call: &Call, subject: &Subject, row: &NewApiKey<'_>) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    let most = json!(subscription::by_plan(|limits| limits.keys));
    let within = api_keys::within(&subject.tenant, &most, call.now);
    match directory.write(vec![api_keys::insert(row, call.now), within]).await {
        Ok(_) => Ok(()),
        Err(StoreFailure::Refused(Refusal::Stale, _)) => {
            let reads =
                (tenants::by_id(&subject.tenant), api_keys::counted(&subject.tenant, call.now));
            let (rows, counts) = directory.read(reads).await?;
            let plan = rows.first().map_or_else(Plan::default, |row| row.plan);
            let used = counts.first().map_or(0, |count| count.keys);
            Err(plan::reached(plan, "keys", plan.limits().keys, used))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What the tenant's shard and the logs know of the key.
fn note<'a>(
    call: &Call,
    principal: &'a Principal,
    subject: &'a Subject,
    id: &'a KeyId,
    request: &GenerateKeyRequest,
    restrictions: &Restrictions,
) -> Deed<'a> {
    let kind = request.app_type.and_then(|kind| serde_json::to_value(kind).ok());
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    let (by, app) = (principal.actor(), (request.app_name.as_str(), kind));
    let mut detail =
        json!({ "app_name": request.app_name, "scopes": request.scopes, "tenant": subject.tenant });
    if let Some(detail) = detail.as_object_mut().filter(|_| !restrictions.is_empty()) {
        detail.insert("restrictions".to_owned(), json!(restrictions));
    }
    Deed {
        place: subject.place(),
        entry: Entry { actor: by, action: "key.created", subject: id.as_str(), detail },
        changes: vec![api_key_info::insert(id, app, &json!(request.metadata), by, call.now)],
        events: Vec::new(),
    }
}

pub fn entropy() -> Result<[u8; 16], Failure> {
    platform::entropy().map_err(Failure::internal)
}

fn expires(request: &GenerateKeyRequest, now: Millis) -> Option<Millis> {
    let days = request.expires_in_days.map(|days| days.saturating_mul(DAY_SECONDS));
    request.expires_in_seconds.or(days).map(|seconds| now.plus_seconds(seconds.into()))
}

fn check(request: &GenerateKeyRequest) -> Result<(), Problem> {
    text::name(&request.app_name, "/app_name")?;
    if request.scopes.is_empty() {
        return Err(Problem::field("/scopes", "must name at least one scope"));
    }
    if request.expires_in_days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(Problem::field("/expires_in_days", format!("must be 1 to {LONGEST_DAYS}")));
    }
    let longest = LONGEST_DAYS * DAY_SECONDS;
    if request.expires_in_seconds.is_some_and(|seconds| !(1..=longest).contains(&seconds)) {
        return Err(Problem::field("/expires_in_seconds", format!("must be 1 to {longest}")));
    }
    let limit = request.rate_limit.unwrap_or_default();
    if !(1..=100_000_000).contains(&limit.requests) {
        return Err(Problem::field("/rate_limit/requests", "must be 1 to 100000000"));
    }
    if !(1..=DAY_SECONDS).contains(&limit.window_seconds) {
        return Err(Problem::field("/rate_limit/window_seconds", "must be 1 to 86400"));
    }
    if request.metadata.len() > 20 {
        return Err(Problem::field("/metadata", "must have at most 20 notes"));
    }
    request.metadata.iter().try_for_each(|(name, note)| {
        let pointer = format!("/metadata/{}", name.replace('~', "~0").replace('/', "~1"));
        text::sized(name, &pointer, 1, 64)?;
        text::sized(note, &pointer, 0, 200)
    })
}

/// A new key, as it is shown once.
pub fn show(
    call: &Call,
    subject: &Subject,
    key: &ApiKeyText,
    id: KeyId,
    scopes: Scopes,
    expires: Option<Millis>,
) -> GenerateKeyAnswer {
    let url = call.config.tenant_url(&subject.tenant);
    let pair = |url_name: &str, key_name: &str| {
        [(url_name.to_owned(), url.clone()), (key_name.to_owned(), key.expose().to_owned())].into()
    };
    GenerateKeyAnswer {
        key_id: id,
        api_key: key.expose().to_owned(),
        scopes: scopes.iter().collect(),
        expires_at: expires.map(Into::into),
        created_at: call.now.into(),
        integration_snippet: IntegrationSnippet {
            environment_variables: pair("LICENSE_SERVER_URL", "LICENSE_API_KEY"),
            config_file: [("license_server".to_owned(), pair("url", "api_key"))].into(),
        },
        tenant_url: url,
        replaces: None,
        overlap_ends_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: &Value) -> GenerateKeyRequest {
        let mut body = json!({ "app_name": "ci", "scopes": ["license:validate"] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn what_is_out_of_bounds_is_pointed_at() {
        let notes: serde_json::Map<_, _> = (0..21).map(|n| (format!("n{n}"), json!("x"))).collect();
        let rows = [
            (json!({"app_name": ""}), "/app_name"),
            (json!({"scopes": []}), "/scopes"),
            (json!({"expires_in_days": 0}), "/expires_in_days"),
            (json!({"expires_in_days": 3651}), "/expires_in_days"),
            (json!({"expires_in_seconds": 0}), "/expires_in_seconds"),
            (json!({"rate_limit": {"requests": 0, "window_seconds": 1}}), "/rate_limit/requests"),
            (
                json!({"rate_limit": {"requests": 1, "window_seconds": 86_401}}),
                "/rate_limit/window_seconds",
            ),
            (json!({"metadata": notes}), "/metadata"),
            (json!({"metadata": {"a/b": "x".repeat(201)}}), "/metadata/a~1b"),
        ];
        for (change, pointer) in rows {
            assert_eq!(check(&request(&change)).unwrap_err().errors[0].pointer, pointer);
        }
        assert!(
            check(&request(&json!({"expires_in_days": 3650, "expires_in_seconds": 1}))).is_ok()
        );
    }

    #[test]
    fn seconds_win_over_days() {
        let rows = [
            (json!({}), None),
            (json!({"expires_in_days": 1}), Some(Millis(86_400_005))),
            (json!({"expires_in_days": 1, "expires_in_seconds": 2}), Some(Millis(2005))),
        ];
        for (change, want) in rows {
            assert_eq!(expires(&request(&change), Millis(5)), want, "{change}");
        }
    }
}
