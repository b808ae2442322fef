//! Custom hostnames at the platform (Cloudflare for `SaaS`), over its HTTP API. Every call can be repeated.
//!
//! A tenant's private key passes through here once and is neither kept nor logged: no type of this module that
//! holds one can be printed.

mod answer;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use worker::Method;

pub use answer::{Problem, Remote};
use answer::{Quota, read};

use crate::call::Call;
use crate::config;
use crate::fetch::{self, Asked};

/// How long the API may take, in milliseconds.
const PATIENCE_MS: u64 = 15_000;

/// How certificates are validated: by a TXT record, which can be set before requests are led here.
fn by_txt() -> Value {
    json!({ "method": "txt", "type": "dv", "settings": { "min_tls_version": "1.2" } })
}

/// The hostname as the platform has it, found by name.
///
/// # Errors
/// See [`Problem`]; `Gone` when the platform does not have it.
pub async fn find(call: &Call, host: &str) -> Result<Remote, Problem> {
    let found: Vec<Remote> = ask(call, Method::Get, &format!("?hostname={host}"), None).await?;
    found.into_iter().find(|remote| remote.hostname == host).ok_or(Problem::Gone)
}

/// Asks for a new hostname.
///
/// # Errors
/// See [`Problem`]; `Quota` when there is no room.
pub async fn create(call: &Call, host: &str) -> Result<Remote, Problem> {
    let body = json!({ "hostname": host, "ssl": by_txt() });
    match ask(call, Method::Post, "", Some(&body)).await {
        Err(Problem::Refused(reason)) => Err(full(call).await.unwrap_or(Problem::Refused(reason))),
        other => other,
    }
}

/// The platform names no code for a quota that is used up; its books say it.
async fn full(call: &Call) -> Option<Problem> {
    let quota: Quota = ask(call, Method::Get, "/quota", None).await.ok()?;
    quota.is_used_up().then_some(Problem::Quota)
}

/// The hostname of this id.
///
/// # Errors
/// See [`Problem`]; `Gone` when the platform has dropped it.
pub async fn get(call: &Call, id: &str) -> Result<Remote, Problem> {
    ask(call, Method::Get, &format!("/{id}"), None).await
}

/// Begins the validation again.
///
/// # Errors
/// See [`Problem`].
pub async fn restart(call: &Call, id: &str) -> Result<Remote, Problem> {
    ask(call, Method::Patch, &format!("/{id}"), Some(&json!({ "ssl": by_txt() }))).await
}

/// Hands the tenant's own certificate and private key on.
///
/// # Errors
/// See [`Problem`]; `Refused` when they do not fit each other or the hostname.
pub async fn certify(
    call: &Call,
    id: &str,
    certificate: &str,
    private_key: &str,
) -> Result<Remote, Problem> {
    let ssl = json!({ "bundle_method": "force", "custom_certificate": certificate, "custom_key": private_key });
    ask(call, Method::Patch, &format!("/{id}"), Some(&json!({ "ssl": ssl }))).await
}

/// Takes a hostname and its certificates off the platform. One that is not there is off it.
///
/// # Errors
/// See [`Problem`].
pub async fn delete(call: &Call, id: &str) -> Result<(), Problem> {
    match ask::<Value>(call, Method::Delete, &format!("/{id}"), None).await {
        Ok(_) | Err(Problem::Gone) => Ok(()),
        Err(problem) => Err(problem),
    }
}

async fn ask<T: DeserializeOwned>(
    call: &Call,
    method: Method,
    tail: &str,
    body: Option<&Value>,
) -> Result<T, Problem> {
    let set = |name| config::text(&call.env, name).filter(|text| !text.is_empty());
    let unset = |name: &str| Problem::Away(format!("{name} is not set"), None);
    let api = set("CLOUDFLARE_API").ok_or_else(|| unset("CLOUDFLARE_API"))?;
    let zone = set("CLOUDFLARE_ZONE").ok_or_else(|| unset("CLOUDFLARE_ZONE"))?;
    let token = call.env.secret("CLOUDFLARE_TOKEN").map_err(|_| unset("CLOUDFLARE_TOKEN"))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let answered = fetch::send(Asked {
        method,
        url: format!("{api}/zones/{zone}/custom_hostnames{tail}"),
        headers: vec![
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/json".to_owned()),
        ],
        body: body.as_bytes(),
        patience_ms: PATIENCE_MS,
    })
    .await
    .map_err(|failure| Problem::Away(failure.to_string(), None))?;
    read(&answered)
}
