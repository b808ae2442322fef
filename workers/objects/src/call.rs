//! Calls in, replies out: the same for every class.

use edge::Call;
use edge::door::Inbound;
use edge::objects::{Class, Fault};
use edge::{log, object};
use serde::Serialize;
use worker::{Env, Request, Response};

/// Reads a call. The request's faults, if a test asked for some, act on the store calls that follow.
///
/// # Errors
/// `Unreadable` when the body is not a call of this class.
pub async fn read<C: Class>(mut request: Request, env: &Env) -> Result<(Call, C::Call), Fault> {
    let text = request.text().await.map_err(|_| Fault::Unreadable)?;
    let message = serde_json::from_str(&text).map_err(|error| {
        log::event("error", "object.unreadable", &format!("{}: {error}", C::BINDING));
        Fault::Unreadable
    })?;
    // The only header that an object is sent; each one costs a crossing to ask for.
    let header = |name: &str| {
        (name == object::FAULTS).then(|| request.headers().get(name).ok().flatten())?
    };
    let inbound = Inbound::new("POST".to_owned(), "https://object/".to_owned(), header, Vec::new());
    Ok((Call::new(inbound, env.clone()), message))
}

/// Renders what was decided, with the store rounds that it took, or why nothing was.
///
/// # Errors
/// When the platform cannot make an answer.
pub fn answer<R: Serialize>(decided: Result<(Call, R), Fault>) -> worker::Result<Response> {
    match decided {
        Ok((call, reply)) => {
            let mut response = Response::from_json(&reply)?;
            let rounds = call.rounds().count();
            if rounds > 0 {
                response.headers_mut().set(object::ROUNDS, &rounds.to_string())?;
            }
            Ok(response)
        }
        Err(fault) => Ok(Response::from_json(&fault)?.with_status(status(fault))),
    }
}

const fn status(fault: Fault) -> u16 {
    match fault {
        Fault::Unreadable => 400,
        Fault::Misaddressed => 409,
        Fault::Storage => 500,
    }
}

/// Logs why the storage failed and tells the caller no more than that it did.
#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
pub fn storage(error: crate::disk::DiskError) -> Fault {
    log::event("error", "object.storage", &error.to_string());
    Fault::Storage
}
