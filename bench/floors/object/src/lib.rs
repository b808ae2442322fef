//! The object floor: the plain floor with one call to a Durable Object that writes one row.

mod keeper;

use std::hash::{DefaultHasher, Hash, Hasher};

use worker::{Context, Env, Method, Request, RequestInit, Response, event};

/// As large as the answer to the heartbeat that it is compared with.
const ANSWER: &str = include_str!("../../heartbeat.json");

/// Reads the body, has the object write it, and answers.
///
/// # Errors
/// When the platform cannot read or answer, or the object fails.
#[event(fetch)]
pub async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let body = request.text().await?;
    if body.is_empty() {
        return Response::error("a body is needed", 400);
    }
    // The same body always comes to the same object, another one to another.
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let name = hasher.finish().to_string();
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let message = Request::new_with_init("https://object/", &init)?;
    let object = env.durable_object("KEEPER")?.get_by_name(&name)?;
    let mut reply = object.fetch_with_request(message).await?;
    if reply.status_code() != 200 || reply.text().await?.is_empty() {
        return Response::error("the object failed", 500);
    }
    Response::ok(ANSWER)
}
