//! The way of a request through a worker with many endpoints: route, read, answer, log.

use std::rc::Rc;

use domain::host::Host;
use wire::endpoints::{Endpoint, Worker};
use wire::problem::Kind;
use wire::route::{self, RouteError};
use worker::{Context, Env, Headers, Method, Request, Response, ResponseBuilder};

use crate::admit::Caller;
use crate::call::Call;
use crate::door::{Inbound, Outbound};
use crate::failure::Failure;
use crate::{after, limit, log, platform};

/// A request body may have at most this many bytes.
pub const BODY_LIMIT: usize = 65_536;

/// What an endpoint made of a request.
pub struct Answer {
    /// The answer itself.
    pub out: Outbound,
    /// Who asked, for the log and the `RateLimit` headers.
    pub caller: Option<Caller>,
}

/// The endpoint and the value of the `{name}` segment of its path.
#[derive(Clone, Copy, Debug)]
pub struct Target<'p> {
    /// The row of the table.
    pub endpoint: &'static Endpoint,
    /// The value of the `{name}` segment, percent-encoding untouched.
    pub param: &'p str,
}

/// Answers a request of `worker` with `handle`, which is told the endpoint.
///
/// # Errors
/// Only when the platform cannot even build an answer.
pub async fn serve(
    worker: Worker,
    mut request: Request,
    env: Env,
    context: &Context,
    handle: impl AsyncFn(&Call, Target<'_>) -> Result<Answer, Failure>,
) -> worker::Result<Response> {
    let (inbound, too_large) = read(&mut request).await?;
    let call = Rc::new(Call::new(inbound, env));
    let outcome = if too_large { Err(oversized()) } else { run(worker, &call, &handle).await };
    let (out, caller) = match outcome {
        Ok(answer) => (answer.out, answer.caller),
        Err(failure) => (failed(&call, &failure), call.admitted()),
    };
    let out = finish(&call, out, caller.as_ref());
    write_log(&call, &out, caller.as_ref(), "");
    for work in call.take_later() {
        context.wait_until(work);
    }
    if out.work_waits {
        let work = call.behind();
        context.wait_until(async move { after::write(&work).await });
    }
    respond(out)
}

async fn run(
    worker: Worker,
    call: &Call,
    handle: &impl AsyncFn(&Call, Target<'_>) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let path = call.inbound.path();
    if path.starts_with("/healthz/") {
        return Ok(health());
    }
    if Host::parse(call.inbound.authority()).is_err() {
        return Err(Kind::UnknownHost.into());
    }
    let route =
        route::find(worker, &call.inbound.method, path).map_err(|error| unrouted(&error))?;
    let endpoint = route.id.endpoint();
    call.routed(route.id.name());
    expect_json(call)?;
    handle(call, Target { endpoint, param: route.param }).await
}

/// A worker that answers at all is well: stores are looked after by those who ask them.
pub fn health() -> Answer {
    Answer { out: Outbound::json(200, r#"{"status":"ok"}"#.to_owned()), caller: None }
}

/// The refusal of a path or method that no endpoint has.
pub fn unrouted(error: &RouteError) -> Failure {
    let failure = Failure::from(wire::Problem::from(error));
    match error.allow() {
        Some(allow) => failure.with("allow", allow),
        None => failure,
    }
}

/// The refusal of a body over the limit.
pub fn oversized() -> Failure {
    Failure::new(Kind::BodyTooLarge, format!("At most {BODY_LIMIT} bytes."))
}

/// A body must say that it is JSON.
///
/// # Errors
/// `unsupported-media-type` for a body of another type, or of none.
pub fn expect_json(call: &Call) -> Result<(), Failure> {
    if call.inbound.body.is_empty() || is_json(call.inbound.header("content-type")) {
        return Ok(());
    }
    Err(Kind::UnsupportedMediaType.into())
}

/// Whether a `Content-Type` means JSON; its parameters do not matter.
pub fn is_json(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json")
}

/// The problem as an answer; a 5xx leaves its reason in the log only.
pub fn failed(call: &Call, failure: &Failure) -> Outbound {
    if let Some(reason) = &failure.reason {
        log::event("error", "failure", &format!("{}: {reason}", call.id));
    }
    failure.answer()
}

/// Adds what every answer carries.
pub fn finish(call: &Call, mut out: Outbound, caller: Option<&Caller>) -> Outbound {
    out.set("x-request-id", call.id.as_str());
    // A refusal tells of the window that is full.
    let told = out.headers.iter().any(|(name, _)| *name == "ratelimit");
    if let Some(counters) = caller.and_then(|caller| caller.counters.as_ref()).filter(|_| !told) {
        limit::tell(&mut out, counters, caller.map_or(&[], |caller| &caller.windows));
    }
    if call.faults.any {
        out.set("writ-rounds", call.rounds().count().to_string());
    }
    out.work_waits |= after::waits(call.now);
    out
}

/// Writes the request's line of the log. `code`: the verdict's, where there is one.
pub fn write_log(call: &Call, out: &Outbound, caller: Option<&Caller>, code: &str) {
    let principal = caller.and_then(|caller| caller.principal.as_deref());
    log::Line {
        level: log::level(out.status),
        event: "request",
        request_id: call.id.as_str(),
        route: call.route(),
        host: call.inbound.authority(),
        tenant: caller.map_or("", |caller| caller.site.tenant.as_str()),
        principal_kind: principal.map_or("", |principal| principal.who.name()),
        principal: principal.map_or("", |principal| principal.actor()),
        status: out.status,
        code: if out.status < 400 { code } else { problem_code(&out.body) },
        duration_ms: platform::now().since(call.now),
        rounds: call.rounds().count(),
    }
    .write();
}

fn problem_code(body: &str) -> &str {
    let after = body.split_once("\"code\":\"").map_or("", |(_, rest)| rest);
    after.split('"').next().unwrap_or_default()
}

async fn read(request: &mut Request) -> worker::Result<(Inbound, bool)> {
    let headers = request.headers().clone();
    let header = |name: &str| headers.get(name).ok().flatten();
    let announced = header("content-length").and_then(|n| n.parse::<usize>().ok());
    let (body, too_large) = match announced {
        Some(length) if length > BODY_LIMIT => (Vec::new(), true),
        Some(_) => (request.bytes().await?, false),
        None => read_capped(request).await?,
    };
    let url = request.url()?.to_string();
    let method = method_name(&request.method());
    let inbound = Inbound::new(method, url, header, body);
    Ok((inbound.of_request(request.inner().into()), too_large))
}

/// A body of unannounced length is read no further than the limit.
async fn read_capped(request: &mut Request) -> worker::Result<(Vec<u8>, bool)> {
    use futures_util::StreamExt as _;
    if matches!(request.method(), Method::Get | Method::Head) {
        return Ok((Vec::new(), false));
    }
    let Ok(mut stream) = request.stream() else { return Ok((Vec::new(), false)) };
    let mut body = Vec::new();
    while let Some(part) = stream.next().await {
        body.extend(part?);
        if body.len() > BODY_LIMIT {
            return Ok((Vec::new(), true));
        }
    }
    Ok((body, false))
}

fn method_name(method: &Method) -> String {
    method.as_ref().to_owned()
}

fn respond(out: Outbound) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &out.headers {
        headers.append(name, value)?;
    }
    let builder = ResponseBuilder::new().with_status(out.status).with_headers(headers);
    if out.status == 204 { Ok(builder.empty()) } else { Ok(builder.fixed(out.body.into_bytes())) }
}
