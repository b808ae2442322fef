//! The `portal` worker: what people see in a browser. It also answers what no other worker does.

mod door;
mod home;
mod page;

use edge::Call;
use edge::serve::{failed, finish, health, write_log};
use worker::{Context, Env, Request, Response, event};

use crate::door::Wish;

/// Answers with a page, or with a problem for those who want no page.
///
/// # Errors
/// When the platform cannot make an answer.
#[event(fetch)]
pub async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let (inbound, wish) = door::read(&request)?;
    let call = Call::new(inbound, env);
    if call.inbound.path().starts_with("/healthz/") {
        return door::respond(finish(&call, health().out, None), wish);
    }
    call.routed("Portal");
    let answered = home::answer(&call).await;
    let out = finish(
        &call,
        answered.as_ref().map_or_else(|failure| failed(&call, failure), Clone::clone),
        None,
    );
    write_log(&call, &out, None, "");
    match answered {
        Err(failure) if wish == Wish::Page => {
            door::respond(finish(&call, page::of_problem(&failure), None), wish)
        }
        _ => door::respond(out, wish),
    }
}
