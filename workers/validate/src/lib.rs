//! The `validate` worker: the verdict on a license, from memory where it is fresh, from the stores
//! where it is not, from the signed license itself where no store answers.
//!
//! `answer_now` is one synchronous pure function over the request's text and what the caches hold: it
//! answers or says what it needs. `answer_later` fetches that and decides by the same function.

mod ask;
mod decide;
mod degraded;
mod later;
mod now;
mod presented;

use edge::door::Inbound;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

/// The answer as text, if everything that it needs is in memory.
#[wasm_bindgen]
pub fn answer_now(head: &str, body: Vec<u8>, now_ms: f64, request: JsValue) -> Option<String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 are far below 2^53"
    )]
    let now = domain::time::Millis(now_ms as i64);
    now::answer(&Inbound::read(head, body).of_request(request), now).map(|out| out.text())
}

/// The answer as text, with whatever the stores must be asked. No body: it was too large.
#[wasm_bindgen]
pub fn answer_later(head: &str, body: Option<Vec<u8>>, env: Env, request: JsValue) -> Promise {
    let too_large = body.is_none();
    let inbound = Inbound::read(head, body.unwrap_or_default()).of_request(request);
    edge::door::promise(async move { later::answer(inbound, too_large, env).await.text() })
}

/// The writes that answers have put off.
#[wasm_bindgen]
pub fn after(env: Env) -> Promise {
    edge::door::promise(async move {
        edge::after::write(&edge::Call::internal(env)).await;
        String::new()
    })
}
