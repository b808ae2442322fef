//! Calls in, replies out: the same for every class.

use domain::time::Millis;
use edge::Call;
use edge::door::{self, Inbound};
use edge::objects::{Class, Fault};
use edge::{log, object};
use serde::Serialize;
use wasm_bindgen::JsValue;
use worker::{Env, Response};

/// Reads a call. The caller's faults, if a test asked for some, act on the store calls that follow.
///
/// # Errors
/// `Unreadable` when the text is not a call of this class.
pub fn read<C: Class>(message: &str, faults: &str, env: &Env) -> Result<(Call, C::Call), Fault> {
    let message = serde_json::from_str(message).map_err(|error| {
        log::event("error", "object.unreadable", &format!("{}: {error}", C::BINDING));
        Fault::Unreadable
    })?;
    let header = |name: &str| (name == object::FAULTS).then(|| faults.to_owned());
    let inbound = Inbound::new("POST".to_owned(), "https://object/".to_owned(), header, Vec::new());
    Ok((Call::new(inbound, env.clone()), message))
}

/// What was decided at once.
pub fn at_once<R: Serialize>(decided: &Result<(Call, R), Fault>) -> JsValue {
    text(decided).into()
}

/// What is decided once stores have been asked.
pub fn later<R: Serialize>(
    work: impl Future<Output = Result<(Call, R), Fault>> + 'static,
) -> JsValue {
    door::promise(async move { text(&work.await) }).into()
}

/// A call that was decided by a book in memory.
pub struct Step<R> {
    /// The call.
    pub call: Call,
    /// What was decided.
    pub reply: R,
    /// When the alarm has to ring, where it is not known to do so.
    pub arm: Option<Millis>,
}

/// Answers a call that was decided: at once, unless the alarm must be set first.
pub fn armed<R: Serialize + 'static>(
    decided: Result<Step<R>, Fault>,
    arm: impl AsyncFnOnce(Millis) + 'static,
) -> JsValue {
    match decided {
        Ok(Step { call, reply, arm: None }) => at_once(&Ok((call, reply))),
        Ok(Step { call, reply, arm: Some(at) }) => later(async move {
            arm(at).await;
            Ok((call, reply))
        }),
        Err(fault) => at_once::<R>(&Err(fault)),
    }
}

/// What was decided, with the store rounds that it took, or why nothing was (see [`object::Said`]).
fn text<R: Serialize>(decided: &Result<(Call, R), Fault>) -> String {
    let said = match decided {
        Ok((call, reply)) => object::said(call.rounds().count(), reply),
        Err(fault) => object::unsaid(*fault),
    };
    said.unwrap_or_else(|error| {
        log::event("error", "object.reply", &error.to_string());
        String::new()
    })
}

/// Logs why the storage failed and tells the caller no more than that it did.
#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
pub fn storage(error: crate::disk::DiskError) -> Fault {
    log::event("error", "object.storage", &error.to_string());
    Fault::Storage
}

/// Objects are called, not fetched: the platform's trait asks for an answer all the same.
pub fn not_by_fetch() -> worker::Result<Response> {
    Ok(Response::empty()?.with_status(404))
}
