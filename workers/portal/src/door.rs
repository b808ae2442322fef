//! Requests in and answers out. Only headers are read: no page takes a body.

use edge::door::Inbound;
use worker::{Headers, Method, Request, Response, ResponseBuilder};

use crate::reply::Reply;

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

/// What the caller can show, and what it has already.
#[derive(Clone, Debug)]
pub struct Asker {
    /// What it can show.
    pub wish: Wish,
    /// `If-None-Match`; empty when it was not sent.
    pub held: String,
}

/// The request, and who sent it.
///
/// # Errors
/// When the platform cannot read the request.
pub fn read(request: &Request) -> worker::Result<(Inbound, Asker)> {
    let headers = request.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let method = request.method();
    let accepts_page = header("accept").is_some_and(|accept| accept.contains("text/html"));
    let wish = match method {
        Method::Head => Wish::Head,
        _ if accepts_page => Wish::Page,
        _ => Wish::Data,
    };
    let held = header("if-none-match").unwrap_or_default();
    let url = request.url()?.to_string();
    let inbound = Inbound::new(method.as_ref().to_owned(), url, header, Vec::new());
    Ok((inbound, Asker { wish, held }))
}

/// The answer as the platform wants it.
///
/// # Errors
/// When a header cannot be sent.
pub fn respond(reply: Reply, asker: &Asker) -> worker::Result<Response> {
    let Reply { out, bytes, .. } = reply.unless_held(&asker.held);
    let headers = Headers::new();
    for (name, value) in &out.headers {
        headers.set(name, value)?;
    }
    headers.set("vary", "accept")?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    let builder = ResponseBuilder::new().with_status(out.status).with_headers(headers);
    if asker.wish == Wish::Head || out.status == 304 {
        return Ok(builder.empty());
    }
    Ok(builder.fixed(bytes.unwrap_or_else(|| out.body.into_bytes())))
}
