//! The wire between agent and service, as narrow as the agent needs it.

use std::time::Duration;

use crate::failure::Failure;

/// A request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path below the service's URL.
    pub path: &'a str,
    /// JSON body.
    pub body: Option<&'a [u8]>,
    /// `Idempotency-Key`: the same on every try of one request.
    pub idempotency_key: Option<&'a str>,
    /// Gives up earlier than the transport would by itself.
    pub timeout: Option<Duration>,
}

impl<'a> Request<'a> {
    /// A question.
    pub const fn get(path: &'a str) -> Self {
        Self { method: "GET", path, body: None, idempotency_key: None, timeout: None }
    }

    /// JSON, to be acted upon.
    pub const fn post(path: &'a str, body: &'a [u8]) -> Self {
        Self { method: "POST", body: Some(body), ..Self::get(path) }
    }
}

/// A reply of any status.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// `Content-Digest`
    pub content_digest: Option<String>,
    /// `Signature-Input`
    pub signature_input: Option<String>,
    /// `Signature`
    pub signature: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// Body.
    pub body: Vec<u8>,
    /// The `Content-Digest` and the `Signature` of the request, where it was signed: a signed answer covers both.
    pub asked: Option<(String, String)>,
}

/// Something that carries requests to the service.
pub trait Transport {
    /// Sends a request.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when there is no reply.
    fn send(&mut self, request: Request<'_>) -> Result<Reply, Failure>;

    /// The whole URL of a path, exactly as it is sent.
    fn url(&self, path: &str) -> String;
}

impl Reply {
    /// The body of a good reply, or the problem that it carries.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] for 429 and 5xx, [`Failure::NoSeat`], [`Failure::LeaseOver`] or
    /// [`Failure::Refused`] for any other problem.
    pub fn into_body(self) -> Result<Vec<u8>, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let problem = serde_json::from_slice::<wire::Problem>(&self.body).ok();
        let detail = problem.as_ref().map_or_else(
            || format!("status {}", self.status),
            |problem| problem.detail.clone().unwrap_or_else(|| problem.title.clone()),
        );
        match problem {
            Some(problem) if self.status < 500 && self.status != 429 => {
                Err(Failure::of(problem, self.retry_after))
            }
            _ => Err(Failure::Unreachable { detail, retry_after: self.retry_after }),
        }
    }
}
