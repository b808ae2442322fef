//! Requests in and answers out. Only headers are read: no page takes a body.

use edge::door::{Inbound, Outbound};
use worker::{Headers, Method, Request, Response, ResponseBuilder};

/// What the caller can show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// A page: a browser.
    Page,
    /// Only whether there is one.
    Head,
    /// Anything else.
    Data,
}

/// The request, and what its sender can show.
///
/// # Errors
/// When the platform cannot read the request.
pub fn read(request: &Request) -> worker::Result<(Inbound, Wish)> {
    let headers = request.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let method = request.method();
    let accepts_page = header("accept").is_some_and(|accept| accept.contains("text/html"));
    let wish = match method {
        Method::Head => Wish::Head,
        _ if accepts_page => Wish::Page,
        _ => Wish::Data,
    };
    let url = request.url()?.to_string();
    Ok((Inbound::new(method.as_ref().to_owned(), url, header, Vec::new()), wish))
}

/// The answer as the platform wants it.
///
/// # Errors
/// When a header cannot be sent.
pub fn respond(out: Outbound, wish: Wish) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &out.headers {
        headers.set(name, value)?;
    }
    headers.set("vary", "accept")?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    let builder = ResponseBuilder::new().with_status(out.status).with_headers(headers);
    Ok(if wish == Wish::Head { builder.empty() } else { builder.fixed(out.body.into_bytes()) })
}
