//! A provider's own documents: discovery, keys, and its token endpoint.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use edge::cache::Cache;
use edge::fetch::{self, Answered, Asked, Method};
use edge::verify::ForeignKey;
use edge::{Call, Failure, config, log};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::data::identity_providers::ProviderRow;
use wire::problem::Kind;

use super::form;

/// Documents of so many providers are held per isolate.
const HELD: usize = 128;
/// How long they are held, in milliseconds.
const HELD_MS: i64 = 600_000;
/// A key that is missing is looked for again after this, in milliseconds.
const AGAIN_MS: i64 = 30_000;
/// How long a provider may take, in milliseconds.
const PATIENCE_MS: u64 = 5_000;

/// What a provider says about itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    /// Whether its answers name it (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

/// What a token endpoint gives.
#[derive(Deserialize)]
pub struct Tokens {
    /// Who it is.
    pub id_token: String,
    /// Of no use to us but for its hash.
    #[serde(default)]
    pub access_token: Option<String>,
}

thread_local! {
    static METADATA: RefCell<Cache<String, Rc<Metadata>>> = RefCell::new(Cache::new(HELD));
    static KEYS: RefCell<Cache<String, Rc<Vec<ForeignKey>>>> = RefCell::new(Cache::new(HELD));
}

/// Whether requests may go to a URL of a provider: `https`, or this machine itself in development.
pub fn may_reach(call: &Call, url: &str) -> bool {
    let loopback = config::text(&call.env, "OIDC_LOOPBACK").as_deref() == Some("on");
    let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace()) && url.len() <= 500;
    let host = url.strip_prefix("https://").unwrap_or_default();
    let local =
        url.strip_prefix("http://127.0.0.1:").or_else(|| url.strip_prefix("http://localhost:"));
    plain
        && (host.starts_with(|c: char| c.is_ascii_alphanumeric()) || (loopback && local.is_some()))
}

fn away(reason: impl std::fmt::Display) -> Failure {
    log::event("warn", "oidc.provider", &reason.to_string());
    Kind::IdentityProviderAway.into()
}

/// What the provider says about itself, at most ten minutes old.
///
/// # Errors
/// `identity-provider-away`; `oidc-issuer-mismatch` when it says that it is another.
pub async fn metadata(call: &Call, issuer: &str) -> Result<Rc<Metadata>, Failure> {
    let held = METADATA.with_borrow_mut(|held| held.fresh(issuer, call.now, HELD_MS).cloned());
    if let Some(held) = held {
        return Ok(held);
    }
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let found: Metadata = get(call, &url).await?;
    if found.issuer != issuer {
        return Err(Kind::OidcIssuerMismatch.into());
    }
    for url in [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri] {
        if !may_reach(call, url) {
            return Err(away(format!("{issuer} leads to {url}")));
        }
    }
    let found = Rc::new(found);
    METADATA.with_borrow_mut(|held| held.put(issuer.to_owned(), Rc::clone(&found), call.now));
    Ok(found)
}

/// The provider's keys, at most ten minutes old; at most half a minute when `again`, for one of them is missing.
///
/// # Errors
/// `identity-provider-away`.
pub async fn keys(
    call: &Call,
    provider: &Metadata,
    again: bool,
) -> Result<Rc<Vec<ForeignKey>>, Failure> {
    let (url, age) = (provider.jwks_uri.as_str(), if again { AGAIN_MS } else { HELD_MS });
    if let Some(held) = KEYS.with_borrow_mut(|held| held.fresh(url, call.now, age).cloned()) {
        return Ok(held);
    }
    let found: KeySet = get(call, url).await?;
    // Keys of kinds that we do not know do not spoil the others.
    let keys = found.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    let keys: Rc<Vec<ForeignKey>> = Rc::new(keys.take(50).collect());
    KEYS.with_borrow_mut(|held| held.put(url.to_owned(), Rc::clone(&keys), call.now));
    Ok(keys)
}

async fn get<T: DeserializeOwned>(call: &Call, url: &str) -> Result<T, Failure> {
    if !may_reach(call, url) {
        return Err(away(format!("{url} must not be reached")));
    }
    let asked = Asked {
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("accept", "application/json".to_owned())],
        body: &[],
        patience_ms: PATIENCE_MS,
    };
    let Answered { status, body, .. } = fetch::send(asked).await.map_err(away)?;
    if status != 200 {
        return Err(away(format!("{url} answered {status}")));
    }
    serde_json::from_slice(&body).map_err(away)
}

/// What the provider gives for a code.
///
/// # Errors
/// `oidc-code-refused` when it gives nothing; `identity-provider-away`.
pub async fn redeem(
    provider: &Metadata,
    client: (&ProviderRow, Option<&str>),
    code: &str,
    verifier: &str,
    redirect_uri: &str,
) -> Result<Tokens, Failure> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    let mut headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("accept", "application/json".to_owned()),
    ];
    let (row, secret) = client;
    match secret {
        Some(secret) if row.token_auth == "basic" => {
            let pair = format!("{}:{}", form::part(&row.client_id), form::part(secret));
            headers.push(("authorization", format!("Basic {}", BASE64.encode(pair))));
        }
        other => {
            pairs.push(("client_id", &row.client_id));
            pairs.extend(other.map(|secret| ("client_secret", secret)));
        }
    }
    let body = form::encode(&pairs);
    let asked = Asked {
        method: Method::Post,
        url: provider.token_endpoint.clone(),
        headers,
        body: body.as_bytes(),
        patience_ms: PATIENCE_MS,
    };
    let Answered { status, body, .. } = fetch::send(asked).await.map_err(away)?;
    match status {
        200 => serde_json::from_slice(&body).map_err(away),
        400..=499 => {
            log::event("warn", "oidc.code", &format!("{} answered {status}", row.issuer));
            Err(Kind::OidcCodeRefused.into())
        }
        _ => Err(away(format!("{} answered {status}", row.issuer))),
    }
}
