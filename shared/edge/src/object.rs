//! Calls to Durable Objects: one method per class, typed on both sides, no paths at call sites.

use domain::place::Shard;
use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::call::Call;
use crate::db::{pause, within};
use crate::failure::StoreFailure;
use crate::fault::Faults;
use crate::objects::{Class, Fault, location_hint};

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
    read(&exchange(call, to::<C>(name, shard), write(message)?, PATIENCE_MS).await?)
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
    let patience = call.config.store_deadline_ms;
    read(&exchange(call, to::<C>(name, shard), write(message)?, patience).await?)
}

/// As [`send`], for those who need to know no more than that it was decided.
///
/// # Errors
/// When the object is away or late, or decided nothing.
pub async fn tell<C: Class>(
    call: &Call,
    name: &str,
    shard: Shard,
    message: &C::Call,
) -> Result<(), StoreFailure> {
    exchange(call, to::<C>(name, shard), write(message)?, PATIENCE_MS).await.map(drop)
}

/// Which object.
#[derive(Clone, Copy)]
struct To<'a> {
    binding: &'static str,
    name: &'a str,
    shard: Shard,
}

const fn to<C: Class>(name: &str, shard: Shard) -> To<'_> {
    To { binding: C::BINDING, name, shard }
}

/// One round to an object; its reply as JSON. Of no class, so that workers carry this code once.
async fn exchange(
    call: &Call,
    to: To<'_>,
    message: String,
    patience_ms: u64,
) -> Result<String, StoreFailure> {
    within(patience_ms, async {
        let rounds = call.rounds();
        let begun = rounds.begin();
        pause(call.faults.round_ms).await;
        let outcome = if call.faults.objects_off {
            Err(StoreFailure::Unavailable("switched off".to_owned()))
        } else {
            ask_once(&call.env, to, &message, &call.faults).await
        };
        let inner = outcome.as_ref().map_or(0, |(_, inner)| *inner);
        rounds.end(begun, inner);
        outcome.map(|(reply, _)| reply)
    })
    .await
}

/// The header by which a test's faults reach the object's own store calls.
pub const FAULTS: &str = "writ-fault";

#[wasm_bindgen(module = "/js/object.mjs")]
extern "C" {
    /// See `js/object.mjs`.
    #[wasm_bindgen(catch)]
    fn ask(
        env: &JsValue,
        binding: &str,
        name: &str,
        hint: &str,
        message: &str,
        faults: &str,
    ) -> Result<Promise, JsValue>;

    /// See `js/object.mjs`.
    #[wasm_bindgen(catch, js_name = "erase")]
    fn wipe(env: &JsValue, binding: &str, name: &str, hint: &str) -> Result<Promise, JsValue>;
}

/// Empties the object `name` of class `C`: it is as if it had never been called. Safe to repeat.
///
/// # Errors
/// When the object is away or late.
pub async fn erase<C: Class>(call: &Call, name: &str, shard: Shard) -> Result<(), StoreFailure> {
    let emptied = wipe(&call.env, C::BINDING, name, location_hint(shard)).map_err(away)?;
    let emptied = async { JsFuture::from(emptied).await.map(drop).map_err(away) };
    within(PATIENCE_MS, emptied).await
}

async fn ask_once(
    env: &Env,
    to: To<'_>,
    message: &str,
    faults: &Faults,
) -> Result<(String, u32), StoreFailure> {
    let faults = if faults.any { faults.header() } else { String::new() };
    let hint = location_hint(to.shard);
    let reply = ask(env, to.binding, to.name, hint, message, &faults).map_err(away)?;
    let reply = JsFuture::from(reply).await.map_err(away)?;
    hear(&reply.as_string().unwrap_or_default())
}

fn write(message: &impl Serialize) -> Result<String, StoreFailure> {
    serde_json::to_string(message).map_err(unreadable)
}

fn read<R: DeserializeOwned>(reply: &str) -> Result<R, StoreFailure> {
    serde_json::from_str(reply).map_err(unreadable)
}

/// A reply as text: the store rounds that it took the object, a space, and its JSON.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn said<R: Serialize>(rounds: u32, reply: &R) -> serde_json::Result<String> {
    Ok(format!("{rounds} {}", serde_json::to_string(reply)?))
}

/// Says that nothing was decided, and why.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn unsaid(fault: Fault) -> serde_json::Result<String> {
    Ok(format!("- {}", serde_json::to_string(&fault)?))
}

/// What [`said`] or [`unsaid`] wrote: the reply's JSON, and its store rounds.
fn hear(text: &str) -> Result<(String, u32), StoreFailure> {
    let (rounds, json) = text.split_once(' ').unwrap_or_default();
    let Ok(rounds) = rounds.parse() else {
        return Err(StoreFailure::Unavailable(format!("the object decided nothing: {json}")));
    };
    Ok((json.to_owned(), rounds))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn unreadable(error: serde_json::Error) -> StoreFailure {
    StoreFailure::Unreadable(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn away(error: JsValue) -> StoreFailure {
    StoreFailure::Unavailable(format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_survives_the_way_with_its_rounds() {
        let text = said(2, &vec!["a b", "c"]).unwrap();
        assert_eq!(text, r#"2 ["a b","c"]"#);
        let (reply, rounds) = hear(&text).unwrap();
        assert_eq!(
            (read::<Vec<String>>(&reply).unwrap(), rounds),
            (vec!["a b".into(), "c".into()], 2)
        );
    }

    #[test]
    fn what_decided_nothing_is_no_reply() {
        let rows = [unsaid(Fault::Storage).unwrap(), String::new(), "{}".into(), "1 {".into()];
        for text in rows {
            let heard = hear(&text).and_then(|(reply, _)| read::<serde_json::Value>(&reply));
            assert!(heard.is_err(), "{text}");
        }
    }
}
