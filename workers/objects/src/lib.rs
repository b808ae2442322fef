//! The `objects` worker: the only home of Durable Object classes.
//!
//! Each class is a lock with a disk round a pure book of `domain`. A call is read, decided in one
//! synchronous transaction on the object's own `SQLite`, and answered; what D1 or another object
//! must learn of it waits in the same transaction and is shipped afterwards.

mod alarm;
mod allocation;
mod audit;
mod call;
mod disk;
mod fleet;
mod limiter;
mod pool;
mod sql;
mod watch;

use worker::{Context, Env, Request, Response, event};

/// Nothing is routed here: objects are reached by their bindings.
///
/// # Errors
/// When the platform cannot make an answer.
#[event(fetch)]
pub async fn fetch(_request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    Ok(Response::empty()?.with_status(404))
}
