//! The `heartbeat` worker: a sign of life in, the verdict in short and waiting commands out.
//!
//! Two store rounds when cold: directory and shard side by side, then the license's Fleet object, which
//! records the beat and knows of every change of the license. Warm, only the Fleet is asked.

mod beat;
mod report;

use edge::door::Inbound;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

/// The answer as text. No body: it was too large.
#[wasm_bindgen]
pub fn answer_later(head: &str, body: Option<Vec<u8>>, env: Env, request: JsValue) -> Promise {
    let too_large = body.is_none();
    let inbound = Inbound::read(head, body.unwrap_or_default()).of_request(request);
    edge::door::promise(async move { beat::answer(inbound, too_large, env).await.text() })
}

/// The writes that answers have put off.
#[wasm_bindgen]
pub fn after(env: Env) -> Promise {
    edge::door::promise(async move {
        edge::after::write(&edge::Call::internal(env)).await;
        String::new()
    })
}
