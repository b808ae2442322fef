//! The plain floor: what a Rust worker costs that reads a request's body and answers a constant.

use worker::{Context, Env, Request, Response, event};

/// As large as the answer to the validation that it is compared with.
const ANSWER: &str = include_str!("../../validate.json");

/// Reads the body and answers.
///
/// # Errors
/// When the platform cannot read or answer.
#[event(fetch)]
pub async fn fetch(mut request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    if request.text().await?.is_empty() {
        return Response::error("a body is needed", 400);
    }
    Response::ok(ANSWER)
}
