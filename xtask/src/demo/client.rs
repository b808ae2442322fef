//! A caller of the platform's API: one host, one key.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use ureq::http::request::Builder;

/// A connection to the local platform.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    url: String,
}

/// Somebody with a key, calling on a host.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    host: String,
    key: String,
    vendor: Option<String>,
}

/// An answer: its status and its JSON (null when it has none).
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

impl Client {
    /// A client of the platform at `url`.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .proxy(None);
        Self { agent: config.build().into(), url: url.to_owned() }
    }

    /// Calls on `host` with `key`.
    pub fn at(&self, host: &str, key: &str) -> Caller {
        Caller { client: self.clone(), host: host.to_owned(), key: key.to_owned(), vendor: None }
    }
}

impl Caller {
    /// Names the vendor, which the shared vendors' host asks for.
    pub fn naming_vendor(mut self, tenant: &str) -> Self {
        self.vendor = Some(tenant.to_owned());
        self
    }

    /// Asks, without a body.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an answer.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.run(self.request("GET", path), Vec::new())
    }

    /// Sends `body`; `once` makes a repeat give the same answer.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an answer.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        once: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Answer> {
        let mut request = self.request(method, path).header("content-type", "application/json");
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        self.run(request, serde_json::to_vec(body)?)
    }

    fn request(&self, method: &str, path: &str) -> Builder {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.client.url))
            .header("host", &self.host)
            .header("authorization", format!("Bearer {}", self.key));
        match &self.vendor {
            Some(vendor) => request.header("x-vendor-id", vendor),
            None => request,
        }
    }

    fn run(&self, request: Builder, body: Vec<u8>) -> Result<Answer> {
        let request = request.body(body)?;
        let what = format!("{} {} on {}", request.method(), request.uri().path(), self.host);
        let mut answer = self.client.agent.run(request).with_context(|| what.clone())?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().context(what)?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    /// As [`Self::send`], for what must succeed.
    ///
    /// # Errors
    /// When it does not; the problem is in the error.
    pub fn make(
        &self,
        method: &str,
        path: &str,
        once: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Value> {
        let answer = self.send(method, path, once, body)?;
        if !(200..300).contains(&answer.status) {
            bail!("{method} {path} on {}: {} {}", self.host, answer.status, answer.body);
        }
        Ok(answer.body)
    }
}

/// A text member of an answer.
///
/// # Errors
/// When it has none of that name.
pub fn text(body: &Value, name: &str) -> Result<String> {
    let found = body.get(name).and_then(Value::as_str).map(str::to_owned);
    found.with_context(|| format!("the answer has no `{name}`: {body}"))
}
