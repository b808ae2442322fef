//! Requests in and answers out as plain text, so that a warm request crosses into Rust once.
//!
//! `js/door.mjs` is the other half: it joins method, URL and the headers below with line feeds, and
//! takes an answer apart again. Header values cannot hold a line feed, so nothing can be smuggled.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::perimeter::Certificate;
use wasm_bindgen::JsValue;

use crate::perimeter::certificate;

/// Hands `work` to JavaScript. A panic in it rejects the promise, so this request fails and others go on.
pub fn promise(work: impl Future<Output = String> + 'static) -> js_sys::Promise {
    // What a panic leaves behind is this isolate's plain data, each piece replaced as a whole.
    let work = AssertUnwindSafe(async move { Ok(work.await.into()) });
    wasm_bindgen_futures::future_to_promise(work)
}

/// The headers that the door hands over, in this order; `door.mjs` has the same list.
pub const HEADERS: [&str; 15] = [
    "authorization",
    "content-type",
    "cf-connecting-ip",
    "signature",
    "content-digest",
    "writ-fault",
    "x-vendor-id",
    "idempotency-key",
    "x-hostname",
    "x-app-fingerprint",
    "x-lib-version",
    "signature-input",
    "cookie",
    "origin",
    "sec-fetch-site",
];

/// A request as plain values. Headers that were not sent are empty.
#[derive(Clone, Debug, Default)]
pub struct Inbound {
    /// `POST`
    pub method: String,
    /// The whole URL as the client sent it.
    pub url: String,
    headers: [String; HEADERS.len()],
    /// `User-Agent`, where the worker reads it: the door does not hand it over.
    pub agent: String,
    /// The bytes of the body.
    pub body: Vec<u8>,
    /// The platform's own request, for what is asked of it only where a key wants to know.
    request: Option<JsValue>,
}

impl Inbound {
    /// Takes apart what the door joined.
    pub fn read(head: &str, body: Vec<u8>) -> Self {
        let mut lines = head.split('\n');
        let mut next = || lines.next().unwrap_or_default().to_owned();
        let (method, url) = (next(), next());
        let headers = std::array::from_fn(|_| next());
        Self { method, url, headers, agent: String::new(), body, request: None }
    }

    /// With the platform's own request, which knows of the client's certificate.
    #[must_use]
    pub fn of_request(self, request: JsValue) -> Self {
        Self { request: Some(request), ..self }
    }

    /// The client's certificate, as the platform tells of it; none where none was presented.
    pub fn certificate(&self) -> Option<Rc<Certificate>> {
        self.request.as_ref().and_then(certificate::of)
    }

    /// From values that were read one by one.
    pub fn new(
        method: String,
        url: String,
        header: impl Fn(&str) -> Option<String>,
        body: Vec<u8>,
    ) -> Self {
        let agent = header("user-agent").unwrap_or_default();
        let headers = HEADERS.map(|name| header(name).unwrap_or_default());
        Self { method, url, headers, agent, body, request: None }
    }

    /// A request with a body and nothing else.
    pub fn of_body(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// A header of [`HEADERS`]; empty when it was not sent or is not in the list.
    pub fn header(&self, name: &str) -> &str {
        HEADERS.iter().zip(&self.headers).find(|(n, _)| **n == name).map_or("", |(_, value)| value)
    }

    /// The host as sent, with its port.
    pub fn authority(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// The path, without query.
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/");
        path.split(['?', '#']).next().unwrap_or("/")
    }

    /// The query's pairs, percent-decoded.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect()
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => escaped(&mut rest).unwrap_or(b'%'),
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escaped(rest: &mut std::str::Bytes<'_>) -> Option<u8> {
    let mut ahead = rest.clone();
    let high = char::from(ahead.next()?).to_digit(16)?;
    let low = char::from(ahead.next()?).to_digit(16)?;
    *rest = ahead;
    u8::try_from(high * 16 + low).ok()
}

/// An answer as plain values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outbound {
    /// HTTP status.
    pub status: u16,
    /// Names and values; values hold no line feed.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// Whether work waits that must not hold the answer up.
    pub work_waits: bool,
    /// ASCII over which the door makes the `Signature`, where the answer is to have one.
    pub to_sign: Option<String>,
    /// Who answers instead, by a stream.
    pub stream: Option<Stream>,
}

/// An object that answers by a stream, which does not fit into text: the door asks it and hands its answer on with the
/// headers of this one. No part holds a blank or a line feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stream {
    /// The binding of its class.
    pub binding: &'static str,
    /// Where it is placed when it is first called.
    pub hint: &'static str,
    /// Its name.
    pub name: String,
    /// What it is asked: a query string.
    pub query: String,
}

impl Outbound {
    /// A JSON answer.
    pub fn json(status: u16, body: String) -> Self {
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
        ];
        Self { status, headers, body, work_waits: false, to_sign: None, stream: None }
    }

    /// What an object answers by a stream.
    pub fn stream(stream: Stream) -> Self {
        let stream = Some(stream);
        Self {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
            work_waits: false,
            to_sign: None,
            stream,
        }
    }

    /// Adds a header, or replaces it.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.retain(|(held, _)| *held != name);
        self.headers.push((name, value.into()));
    }

    /// Adds a header beside others of its name: `Set-Cookie`.
    pub fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.push((name, value.into()));
    }

    /// The answer as the text that `door.mjs` takes apart: status, `+` when work waits, how much at the end is to be
    /// signed; headers; an empty line; the body; what is to be signed. Where an object answers: `@` and who that is;
    /// headers; an empty line.
    pub fn text(&self) -> String {
        let to_sign = self.to_sign.as_deref().unwrap_or_default();
        let mut out = String::with_capacity(self.body.len() + to_sign.len() + 512);
        let flag = if self.work_waits { "+" } else { "-" };
        // Writing into a String cannot fail.
        let _ = match &self.stream {
            Some(Stream { binding, hint, name, query }) => {
                write!(out, "@{binding} {hint} {name} {query}")
            }
            None => write!(out, "{}{flag}{}", self.status, to_sign.len()),
        };
        for (name, value) in &self.headers {
            let _ = write!(out, "\n{name}: {}", value.replace(['\n', '\r'], " "));
        }
        out.push_str("\n\n");
        out.push_str(&self.body);
        out.push_str(to_sign);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_taken_apart_as_the_door_joined_it() {
        let head = "POST\nhttp://acme.writ.localhost:8787/api/v1/x?a=1&b=%41+c\nBearer k\napplication/json\n\n\n\n\n\n";
        let inbound = Inbound::read(head, vec![1]);
        assert_eq!(inbound.authority(), "acme.writ.localhost:8787");
        assert_eq!(inbound.path(), "/api/v1/x");
        assert_eq!(inbound.query(), [("a".into(), "1".into()), ("b".into(), "A c".into())]);
        assert_eq!(
            (inbound.header("authorization"), inbound.header("signature")),
            ("Bearer k", "")
        );
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        for (text, want) in [("%4", "%4"), ("%zz", "%zz"), ("%C3%A9", "é"), ("%", "%")] {
            assert_eq!(decode(text), want);
        }
    }

    #[test]
    fn an_answer_is_text_with_its_headers_before_an_empty_line() {
        let mut out = Outbound::json(200, "{}".into());
        out.set("x-request-id", "req_1\r\ninjected: 1");
        out.work_waits = true;
        let want = "200+0\ncontent-type: application/json\ncache-control: no-store\nx-request-id: req_1  injected: 1\n\n{}";
        assert_eq!(out.text(), want);
        out.to_sign = Some("sign me".into());
        assert_eq!(out.text(), want.replace("+0", "+7") + "sign me");
    }

    #[test]
    fn an_answer_by_an_object_names_it_and_has_no_body() {
        let (name, query) = ("acme/lic_e0".to_owned(), "after=7".to_owned());
        let mut out = Outbound::stream(Stream { binding: "FEED", hint: "weur", name, query });
        out.set("x-request-id", "req_1");
        assert_eq!(out.text(), "@FEED weur acme/lic_e0 after=7\nx-request-id: req_1\n\n");
    }

    #[test]
    fn both_halves_of_the_door_name_the_same_headers() {
        let other = include_str!("../js/door.mjs");
        for name in HEADERS {
            assert!(other.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
