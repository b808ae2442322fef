//! The `checkout` worker: floating seats out and back, and the pools that they come from.
//!
//! A checkout takes two store rounds when cold: directory and shard side by side, then the license's Pool object, which
//! alone counts seats. Warm, only the Pool is asked. Nothing is guessed: without a store that it needs it answers 503, and
//! clients keep the leases that they have.

mod allocations;
mod answer;
mod ask;
mod borrow;
mod checkout;
mod extend;
mod give_back;
mod letters;
mod licensed;
mod pools;
mod product;
mod refusal;
mod seats;
mod sign;
mod usable;
mod view;

use edge::Call;
use edge::door::Inbound;
use futures_util::future::join;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

/// The answer as text. No body: it was too large.
#[wasm_bindgen]
pub fn answer_later(head: &str, body: Option<Vec<u8>>, env: Env, request: JsValue) -> Promise {
    let too_large = body.is_none();
    let inbound = Inbound::read(head, body.unwrap_or_default()).of_request(request);
    edge::door::promise(async move { answer::answer(inbound, too_large, env).await.text() })
}

/// What answers have left to be told to others.
#[wasm_bindgen]
pub fn after(env: Env) -> Promise {
    edge::door::promise(async move {
        let call = Call::internal(env);
        join(letters::ship(&call), edge::after::write(&call)).await;
        String::new()
    })
}
