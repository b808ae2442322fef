//! Calls to Durable Objects: one method per class, typed on both sides, no paths at call sites.

use domain::place::Shard;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, Headers, Method, Request, RequestInit};

use crate::call::Call;
use crate::db::{pause, within};
use crate::failure::StoreFailure;
use crate::fault::Faults;
use crate::objects::{Class, location_hint};

/// How long a call may take that changes something: given up too early it might have been made.
const PATIENCE_MS: u64 = 10_000;

/// Sends `message` to the object `name` of class `C`, placed near `shard`, and reads its reply.
///
/// # Errors
/// When the object is away or late, decided nothing, or answers something else than a reply.
pub async fn send<C: Class>(
    call: &Call,
    name: &str,
    shard: Shard,
    message: &C::Call,
) -> Result<C::Reply, StoreFailure> {
    within(PATIENCE_MS, exchange_or_fail::<C>(call, name, shard, message)).await
}

/// As [`send`], within the store deadline: for answers that go on without the object.
///
/// # Errors
/// As [`send`].
pub async fn send_soon<C: Class>(
    call: &Call,
    name: &str,
    shard: Shard,
    message: &C::Call,
) -> Result<C::Reply, StoreFailure> {
    within(call.config.store_deadline_ms, exchange_or_fail::<C>(call, name, shard, message)).await
}

async fn exchange_or_fail<C: Class>(
    call: &Call,
    name: &str,
    shard: Shard,
    message: &C::Call,
) -> Result<C::Reply, StoreFailure> {
    let rounds = call.rounds();
    let begun = rounds.begin();
    pause(call.faults.round_ms).await;
    let outcome = if call.faults.objects_off {
        Err(StoreFailure::Unavailable("switched off".to_owned()))
    } else {
        exchange::<C>(&call.env, name, shard, message, &call.faults).await
    };
    let inner = outcome.as_ref().map_or(0, |(_, inner)| *inner);
    rounds.end(begun, inner);
    outcome.map(|(reply, _)| reply)
}

/// The header in which an object tells the store rounds that it made itself.
pub const ROUNDS: &str = "writ-rounds";
/// The header by which a test's faults reach the object's own store calls.
pub const FAULTS: &str = "writ-fault";

async fn exchange<C: Class>(
    env: &Env,
    name: &str,
    shard: Shard,
    message: &C::Call,
    faults: &Faults,
) -> Result<(C::Reply, u32), StoreFailure> {
    let request = request(message, faults)?;
    let namespace = env.durable_object(C::BINDING).map_err(away)?;
    let stub =
        namespace.get_by_name_with_location_hint(name, location_hint(shard)).map_err(away)?;
    let response = stub.fetch_with_request(request).await.map_err(away)?;
    let status = response.status_code();
    let inner = response
        .headers()
        .get(ROUNDS)
        .ok()
        .flatten()
        .and_then(|n| n.parse().ok())
        .unwrap_or_default();
    let text = text(response).await.map_err(|e| StoreFailure::Unavailable(format!("{e:?}")))?;
    if status != 200 {
        return Err(StoreFailure::Unavailable(format!("object answered {status}: {text}")));
    }
    let reply = serde_json::from_str(&text).map_err(|e| StoreFailure::Unreadable(e.to_string()))?;
    Ok((reply, inner))
}

/// The body in one step of the platform's own: `worker` would read it as a stream, chunk by chunk,
/// which costs a tenth of a heartbeat.
async fn text(response: worker::Response) -> Result<String, JsValue> {
    let text = JsFuture::from(web_sys::Response::from(response).text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

fn request<M: serde::Serialize>(message: &M, faults: &Faults) -> Result<Request, StoreFailure> {
    let body =
        serde_json::to_string(message).map_err(|e| StoreFailure::Unreadable(e.to_string()))?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    if faults.any {
        let headers = Headers::new();
        headers.set(FAULTS, &faults.header()).map_err(away)?;
        init.with_headers(headers);
    }
    Request::new_with_init("https://object/", &init).map_err(away)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn away(error: worker::Error) -> StoreFailure {
    StoreFailure::Unavailable(error.to_string())
}
