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
    let (out, code) = match home::answer(&call).await {
        Ok(out) => (out, String::new()),
        Err(failure) => {
            let problem = failed(&call, &failure);
            let out = if wish == Wish::Page { page::of_problem(&failure) } else { problem };
            (out, failure.problem.code)
        }
    };
    let out = finish(&call, out, None);
    write_log(&call, &out, None, "Portal", &code);
    door::respond(out, wish)
}
