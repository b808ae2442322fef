//! What the agent remembers between two steps and between two runs.

use std::collections::BTreeMap;

use domain::id::CommandId;
use domain::state::State;
use domain::time::Millis;
use domain::verdict::Code;
use serde::{Deserialize, Serialize};

use crate::clock::Time;

/// The agent's memory. Its JSON form is the state file.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct AgentState {
    /// The license as it was asked for.
    pub asked: Option<String>,
    /// The license's id, once the service has named it.
    pub license_id: Option<String>,
    /// Its name for people, when a signed text told it.
    pub license_code: Option<String>,
    /// The newest signed text.
    pub license_key: Option<String>,
    /// Its version.
    pub license_version: Option<i64>,
    /// The salt of fingerprints, fixed at activation.
    pub salt: Option<String>,
    /// This device's id, from its activation.
    pub device_id: Option<String>,
    /// The root keys that are trusted: PEM blocks, one after the other.
    pub root_pem: Option<String>,
    /// Certificates of answer keys.
    pub answer_certs: Vec<String>,
    /// The last signed answer, as proof for the next run.
    pub proof: Option<Proof>,
    /// What it said.
    pub verdict: Option<Held>,
    /// Limits in force.
    pub limits: BTreeMap<String, u64>,
    /// Why a command stopped the product, while it does.
    pub stopped: Option<String>,
    /// Commands to acknowledge on the next heartbeat.
    pub acknowledge: Vec<CommandId>,
    /// Commands carried out lately: a repeat changes nothing.
    pub done: Vec<CommandId>,
    /// The command that asked for a new license text.
    pub refresh: Option<CommandId>,
    /// The newest version of the license that an answer was about.
    pub seen_version: Option<i64>,
    /// Validations in a row that were about an older version than that.
    pub stale: u32,
    /// Ask past the service's caches the next time: we know of news that they may not have.
    pub strict_next: bool,
    /// A newer version of the text is said to exist.
    pub newer_version: Option<i64>,
    /// A version that could not be had: it is not asked for again.
    pub refused_version: Option<i64>,
    /// Codes of the warnings that were last reported.
    pub warned: Vec<String>,
    /// When to validate next.
    pub next_validate: Millis,
    /// When to heartbeat next.
    pub next_heartbeat: Millis,
    /// Seconds between heartbeats, once an answer has told them.
    pub heartbeat_seconds: Option<u32>,
    /// Failures in a row, and when to try again.
    pub failures: u32,
    /// See `failures`.
    pub retry_at: Millis,
    /// Whether the last failure was a forgery.
    pub forged: bool,
    /// What is known about time.
    pub time: Time,
}

/// A verdict that holds until an instant.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Held {
    /// Whether the product may run.
    pub valid: bool,
    /// Why.
    pub code: Code,
    /// The license's state.
    pub state: Option<State>,
    /// Until when, without another answer.
    pub run_until: Millis,
}

/// A signed answer with what it was bound to, so that a later run can verify it again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Proof {
    /// Method of the request.
    pub method: String,
    /// URL of the request.
    pub target_uri: String,
    /// The request's own `Content-Digest` and `Signature`, where it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<(String, String)>,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
    /// `Content-Digest`
    pub content_digest: String,
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

/// How many commands are remembered as done.
const REMEMBERED: usize = 64;

impl AgentState {
    /// Whether the product may run at `now`, as far as the last signed answer tells.
    pub fn may_run(&self, now: Millis) -> bool {
        self.stopped.is_none()
            && self.verdict.is_some_and(|held| held.valid && now < held.run_until)
    }

    /// Whether `asked` names the license that this state is about.
    pub fn is_about(&self, asked: &str) -> bool {
        let names = [&self.asked, &self.license_id, &self.license_code, &self.license_key];
        names.into_iter().any(|known| known.as_deref() == Some(asked))
    }

    /// The same trust, and nothing of the license: for another license, or after deactivation.
    #[must_use]
    pub fn forget_license(self) -> Self {
        Self {
            root_pem: self.root_pem,
            answer_certs: self.answer_certs,
            time: self.time,
            ..Self::default()
        }
    }

    /// Notes a command as carried out, to be acknowledged.
    pub fn finish(&mut self, command: CommandId) {
        self.acknowledge.push(command.clone());
        self.done.push(command);
        let surplus = self.done.len().saturating_sub(REMEMBERED);
        self.done.drain(..surplus);
    }
}
