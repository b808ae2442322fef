//! The D1 floor: the plain floor with one point read.

use worker::{Context, Env, Request, Response, event};

/// As large as the answer to the validation that it is compared with.
const ANSWER: &str = include_str!("../../validate.json");

/// Reads the body and one row, and answers.
///
/// # Errors
/// When the platform cannot read or answer, or the row is not there.
#[event(fetch)]
pub async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    if request.text().await?.is_empty() {
        return Response::error("a body is needed", 400);
    }
    let read =
        env.d1("FLOOR")?.prepare("SELECT value FROM rows WHERE id = ?1").bind(&["one".into()])?;
    match read.first::<String>(Some("value")).await? {
        Some(_) => Response::ok(ANSWER),
        None => Response::error("the row is missing", 500),
    }
}
