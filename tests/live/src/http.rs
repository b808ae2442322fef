//! Requests and answers. Every answer is checked for what every answer promises (protocol.md).

use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use wire::problem::Kind;

/// A request that is being put together.
#[derive(Clone)]
pub struct Call<'p> {
    agent: &'p Agent,
    port: u16,
    method: String,
    host: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    chunked: bool,
    may_fail: bool,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub bytes: Vec<u8>,
    /// From sending to the last byte.
    pub took: Duration,
    /// What was asked, for messages.
    pub asked: String,
}

impl<'p> Call<'p> {
    pub(crate) fn new(agent: &'p Agent, port: u16, method: &str, host: &str, path: &str) -> Self {
        Self {
            agent,
            port,
            method: method.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            chunked: false,
            may_fail: false,
        }
    }

    /// Adds a header; one of the same name is replaced.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Shows an API key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// Sends JSON; `null` sends nothing.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        if body.is_null() { self } else { self.raw(body.to_string().into_bytes()) }
    }

    /// Sends bytes as JSON.
    #[must_use]
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// Does not say beforehand how long the body is.
    #[must_use]
    pub const fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Makes something go wrong (`Writ-Fault`); then the answer may be a 503.
    #[must_use]
    pub fn fault(mut self, fault: &str) -> Self {
        self.may_fail = true;
        self.header("writ-fault", fault)
    }

    /// The URL as the caller writes it: what signed answers are bound to.
    pub fn target(&self) -> String {
        format!("http://{}{}", self.host, self.path)
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Sends the request.
    ///
    /// # Errors
    /// When no answer comes at all.
    pub fn try_send(&self) -> Result<Reply, ureq::Error> {
        let url = format!("http://127.0.0.1:{}{}", self.port, self.path);
        let mut request =
            Request::builder().method(self.method.as_str()).uri(url).header("host", &self.host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let from = Instant::now();
        let answer =
            if self.body.is_empty() && !matches!(self.method.as_str(), "POST" | "PUT" | "PATCH") {
                self.agent.run(request.body(()).unwrap())
            } else if self.chunked {
                let mut unmeasured = self.body.as_slice();
                self.agent.run(request.body(ureq::SendBody::from_reader(&mut unmeasured)).unwrap())
            } else {
                self.agent.run(request.body(self.body.as_slice()).unwrap())
            };
        let mut answer = answer?;
        let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Reply {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes,
            took: from.elapsed(),
            asked: format!("{} {}{}", self.method, self.host, self.path),
        })
    }

    /// Sends the request and checks what every answer promises.
    pub fn send(&self) -> Reply {
        let asked = || format!("{} {}{}", self.method, self.host, self.path);
        let reply =
            self.try_send().unwrap_or_else(|error| panic!("no answer: {}: {error}", asked()));
        reply.check(self.may_fail);
        reply
    }

    /// Asks for a page as a browser does: what is wrong is told in a page, too.
    pub fn send_page(&self) -> Reply {
        let call = self.clone().header("accept", "text/html,*/*;q=0.8");
        let reply =
            call.try_send().unwrap_or_else(|error| panic!("no page: {}: {error}", self.path));
        assert!(reply.header("content-type").starts_with("text/html"), "{reply}");
        reply
    }
}

impl Reply {
    /// A header's value; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The problem's code; empty when the answer is none.
    pub fn code(&self) -> String {
        if self.status < 400 {
            return String::new();
        }
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Store rounds in sequence, where the request named a fault.
    pub fn rounds(&self) -> u32 {
        self.header("writ-rounds").parse().unwrap_or_else(|_| panic!("no rounds: {self}"))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        self.json()
    }

    /// Asserts a refusal.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self}");
    }

    fn check(&self, may_fail: bool) {
        assert!(!self.header("x-request-id").is_empty(), "no x-request-id: {self}");
        if self.status < 400 {
            return;
        }
        assert!(may_fail || self.status < 500, "{self}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self}");
        let (code, problem) = (self.code(), self.json());
        let kind = Kind::ALL.iter().find(|kind| kind.code() == code);
        assert_eq!(kind.map(|kind| kind.status()), Some(self.status), "{self}");
        assert_eq!(problem["status"], self.status, "{self}");
        assert_eq!(problem["type"], format!("/docs/errors#{code}"), "{self}");
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> {} {}", self.asked, self.status, self.text())
    }
}
