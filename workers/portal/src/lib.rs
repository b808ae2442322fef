//! The `portal` worker: what people see in a browser. It also answers what no other worker does.

mod brand;
mod door;
mod home;
mod page;
mod reply;
mod statics;

use edge::serve::{failed, finish, health, write_log};
use edge::{Call, Failure};
use worker::{Context, Env, Request, Response, event};

use crate::door::{Asker, Wish};
use crate::reply::Reply;

/// Answers with a page, or with a problem for those who want no page.
///
/// # Errors
/// When the platform cannot make an answer.
#[event(fetch)]
pub async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let (inbound, asker) = door::read(&request)?;
    let call = Call::new(inbound, env);
    if call.inbound.path().starts_with("/healthz/") {
        return door::respond(finish(&call, health().out, None).into(), &asker);
    }
    call.routed("Portal");
    let answered = home::answer(&call).await;
    let mut reply = match &answered {
        Ok(reply) => reply.clone(),
        Err(failure) => failed(&call, failure).into(),
    };
    reply.out = finish(&call, reply.out, None);
    write_log(&call, &reply.out, None, "");
    door::respond(shown(&call, &asker, answered, reply), &asker)
}

/// Browsers are shown a failure as a page.
fn shown(call: &Call, asker: &Asker, answered: Result<Reply, Failure>, reply: Reply) -> Reply {
    match answered {
        Err(failure) if asker.wish == Wish::Page => {
            finish(call, page::of_problem(&failure), None).into()
        }
        _ => reply,
    }
}
