//! Requests to the world outside: resolvers, the mail API, the platform's own API. Nothing else of Writ
//! leaves the house, so that what may be reached, for how long and how much is read stands here.

use std::time::Duration;

use futures_util::future::{Either, select};
use wasm_bindgen::JsValue;
pub use worker::Method;
use worker::{Delay, Fetch, Headers, Request, RequestInit, RequestRedirect};

use crate::failure::StoreFailure;

/// What the world answers is read up to this many bytes.
const ANSWER_LIMIT: usize = 1_048_576;

/// A request to the world outside.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// HTTP method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: &'a [u8],
    /// How long the answer may take, in milliseconds.
    pub patience_ms: u64,
}

/// What the world answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, where it was sent.
    pub retry_after: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends one request and reads its answer. Redirects are not followed: a target is what was configured.
///
/// # Errors
/// When there is no answer, it is late, or it is too large. Then it is not known whether the request arrived.
pub async fn send(asked: Asked<'_>) -> Result<Answered, StoreFailure> {
    let patience = Delay::from(Duration::from_millis(asked.patience_ms));
    let work = exchange(asked);
    match select(std::pin::pin!(work), patience).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), _)) => Err(StoreFailure::Late),
    }
}

async fn exchange(asked: Asked<'_>) -> Result<Answered, StoreFailure> {
    let request = request(asked).map_err(away)?;
    let mut response = Fetch::Request(request).send().await.map_err(away)?;
    let status = response.status_code();
    let retry_after = response.headers().get("retry-after").map_err(away)?;
    let body = response.bytes().await.map_err(away)?;
    if body.len() > ANSWER_LIMIT {
        return Err(StoreFailure::Unreadable("the answer is too large".to_owned()));
    }
    Ok(Answered { status, retry_after, body })
}

fn request(asked: Asked<'_>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &asked.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(asked.method).with_headers(headers).with_redirect(RequestRedirect::Manual);
    if !asked.body.is_empty() {
        let bytes = js_sys::Uint8Array::from(asked.body);
        init.with_body(Some(JsValue::from(bytes)));
    }
    Request::new_with_init(&asked.url, &init)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn away(error: worker::Error) -> StoreFailure {
    StoreFailure::Unavailable(error.to_string())
}
