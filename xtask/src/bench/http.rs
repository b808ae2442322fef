//! One request at a time: to set a case up, to see that it answers rightly, to time a cold answer.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// A request, ready to be sent by the load generator or by [`Post::send`].
#[derive(Clone, Debug, Default)]
pub struct Post {
    /// Scheme, host, port and path.
    pub url: String,
    /// `Host` among them.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The header `Writ-Rounds`.
    pub rounds: Option<u64>,
    /// The body.
    pub body: String,
}

/// A client that keeps its connection.
pub fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).proxy(None);
    config.timeout_global(Some(Duration::from_secs(30))).build().into()
}

impl Post {
    /// Sends it once.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, agent: &Agent) -> Result<Reply> {
        let mut request = Request::builder().method("POST").uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut answer = agent.run(request.body(self.body.clone())?).context("no answer")?;
        let rounds = answer.headers().get("writ-rounds");
        let rounds = rounds.and_then(|text| text.to_str().ok()?.parse().ok());
        let status = answer.status().as_u16();
        Ok(Reply { status, rounds, body: answer.body_mut().read_to_string()? })
    }

    /// Sends it, and gives its JSON.
    ///
    /// # Errors
    /// When it is refused.
    pub fn json(&self, agent: &Agent) -> Result<Value> {
        let reply = self.send(agent)?;
        if !(200..300).contains(&reply.status) {
            bail!("POST {}: {} {}", self.url, reply.status, reply.body);
        }
        Ok(serde_json::from_str(&reply.body)?)
    }
}
