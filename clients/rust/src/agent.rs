//! The agent: carries out what [`crate::plan`] decides and feeds [`crate::learn`].

use domain::time::Millis;
use license::fingerprint::{Fingerprint, salt};
use license::hex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::device::{ActivateAnswer, ActivateRequest, DeactivateAnswer, DeactivateRequest};
use wire::heartbeat::{HeartbeatAnswer, HeartbeatRequest};
use wire::license::LicenseText;
use wire::validate::{self, ValidateAnswer, ValidateRequest};

use crate::change::Change;
use crate::failure::Failure;
use crate::learn;
use crate::machine::Machine;
use crate::plan::{self, Ending, Next};
use crate::reference::Reference;
use crate::state::AgentState;
use crate::transport::{Request, Transport};
use crate::trust;

const VALIDATE: &str = "/api/v1/licenses/validate";
const HEARTBEAT: &str = "/api/v1/licenses/heartbeat";
const ACTIVATE: &str = "/api/v1/licenses/activate";
const DEACTIVATE: &str = "/api/v1/licenses/deactivate";
const FILES: &str = "/api/v1/licenses/files/";

/// Gives 16 fresh random bytes.
pub type Entropy = Box<dyn FnMut() -> Result<[u8; 16], Failure>>;

/// What the caller decides.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The machine that the product runs on.
    pub machine: Machine,
    /// Seconds between questions, instead of the schedule that the service gives.
    pub every: Option<u32>,
    /// The product, its version and the feature that it wants to use.
    pub product: Option<String>,
    /// See `product`.
    pub version: Option<String>,
    /// See `product`.
    pub feature: Option<String>,
    /// Whether caches of the service must not be used.
    pub strict: bool,
    /// Newest gauges.
    pub usage: std::collections::BTreeMap<String, validate::Gauge>,
}

/// One step's outcome.
#[derive(Debug)]
pub struct Step {
    /// What changed.
    pub changes: Vec<Change>,
    /// Until when there is nothing to do, or why to end. Missing: go on at once.
    pub pause: Option<Result<Millis, Ending>>,
}

/// The agent of one license on one machine.
pub struct Agent<T> {
    /// Its memory; save it after every step.
    pub state: AgentState,
    transport: T,
    config: Config,
    entropy: Entropy,
    instance: String,
}

impl<T: Transport> Agent<T> {
    /// An agent that goes on from `state`. What the state says of the last verdict is believed only
    /// if the signed answer in it verifies.
    ///
    /// # Errors
    /// When there is no entropy, or the root key in the state is damaged.
    pub fn new(
        mut state: AgentState,
        transport: T,
        config: Config,
        mut entropy: Entropy,
    ) -> Result<Self, Failure> {
        let roots = trust::pinned(&state)?;
        let proven = roots.zip(state.proof.as_ref()).and_then(|(roots, proof)| {
            trust::verify(&state.answer_certs, &roots, proof).ok()?;
            held(&proof.body)
        });
        state.verdict = proven;
        let instance = hex(&entropy()?);
        Ok(Self { state, transport, config, entropy, instance })
    }

    /// Sets the license, by id, code or signed text. Another license than before starts afresh.
    pub fn use_license(&mut self, reference: &Reference) {
        let (asked, id) = match reference {
            Reference::Id(id) => (id, id),
            Reference::Key(key) => (&key.text, &key.license_id),
        };
        if !self.state.is_about(asked) && !self.state.is_about(id) {
            self.state = std::mem::take(&mut self.state).forget_license();
        }
        self.state.asked = Some(asked.clone());
        if let Reference::Key(key) = reference {
            self.state.license_id = Some(key.license_id.clone());
            self.state.license_key.get_or_insert_with(|| key.text.clone());
            self.state.salt.get_or_insert_with(|| salt(&key.issuer));
        }
    }

    /// A new start asks at once, whatever the old schedule said, and does not end on what an
    /// earlier run was told for good: a person may have acted since.
    pub fn start(&mut self, now: Millis) {
        let state = &mut self.state;
        state.verdict = state.verdict.filter(|held| held.valid || !plan::is_final(held.code));
        (state.next_validate, state.next_heartbeat) = (now, now);
        (state.failures, state.stale, state.retry_at) = (0, 0, now);
    }

    /// Whether the product may run.
    pub fn may_run(&self, now: Millis) -> bool {
        self.state.may_run(now)
    }

    /// Carries out the next thing that is due.
    ///
    /// # Errors
    /// Only for what no later step can mend: entropy, arguments, local files.
    pub fn step(&mut self, wall: Millis, now: Millis) -> Result<Step, Failure> {
        let mut changes = Vec::new();
        let next = plan::next(&self.state, now);
        let outcome = match next {
            Next::Wait(until) => return Ok(Step { changes, pause: Some(Ok(until)) }),
            Next::End(ending) => return Ok(Step { changes, pause: Some(Err(ending)) }),
            Next::Validate => self.validate(wall, &mut changes).map(|_| ()),
            Next::Heartbeat => self.heartbeat(wall, &mut changes).map(|_| ()),
            Next::Refresh => self.refresh(now, &mut changes),
        };
        match outcome {
            Ok(()) => {}
            Err(Failure::Refused(_)) if next == Next::Refresh => {
                learn::refresh_refused(&mut self.state);
            }
            Err(failure @ (Failure::Local(_) | Failure::Usage(_))) => return Err(failure),
            Err(failure) => changes.extend(learn::failed(&mut self.state, &failure, now)),
        }
        Ok(Step { changes, pause: None })
    }

    /// Asks for the verdict and takes it in.
    ///
    /// # Errors
    /// When no answer to believe came.
    pub fn validate(
        &mut self,
        wall: Millis,
        changes: &mut Vec<Change>,
    ) -> Result<ValidateAnswer<'static>, Failure> {
        let nonce = self.nonce()?;
        let print = self.fingerprint();
        let (license_id, license_key) = self.named()?;
        let request = ValidateRequest {
            license_id,
            license_key,
            hardware_id: print.composite(),
            device_id: self.state.device_id.clone(),
            fingerprint: Some(components(&print)),
            usage_metrics: self.config.usage.clone(),
            product: self.config.product.clone(),
            version: self.config.version.clone(),
            feature: self.config.feature.clone(),
            nonce: Some(nonce.clone()),
            strict: self.config.strict || self.state.strict_next,
        };
        let answer: ValidateAnswer<'static> =
            self.ask_signed(VALIDATE, &request, &nonce, wall, changes)?;
        let now = self.now(wall);
        changes.extend(learn::validated(&mut self.state, &answer, self.config.every, now));
        Ok(answer)
    }

    /// Gives a sign of life and takes in what comes back.
    ///
    /// # Errors
    /// When no answer to believe came.
    pub fn heartbeat(
        &mut self,
        wall: Millis,
        changes: &mut Vec<Change>,
    ) -> Result<HeartbeatAnswer, Failure> {
        let nonce = self.nonce()?;
        let sent = self.state.acknowledge.clone();
        let request = HeartbeatRequest {
            license_id: self.license_id()?,
            device_id: self.state.device_id.clone(),
            hardware_id: self.fingerprint().composite(),
            instance: Some(self.instance.clone()),
            time: Some(wall.into()),
            status: Some(if self.state.stopped.is_some() { "stopped" } else { "ok" }.to_owned()),
            metrics: self.config.usage.clone(),
            license_checksum: self
                .state
                .license_key
                .as_ref()
                .map(|key| hex(&license::sha256(key.as_bytes()))),
            acknowledge: sent.clone(),
            nonce: Some(nonce.clone()),
            ..HeartbeatRequest::default()
        };
        let answer: HeartbeatAnswer =
            self.ask_signed(HEARTBEAT, &request, &nonce, wall, changes)?;
        let now = self.now(wall);
        changes.extend(learn::beaten(&mut self.state, &answer, &sent, self.config.every, now));
        Ok(answer)
    }

    /// Binds this machine to the license.
    ///
    /// # Errors
    /// When the service refuses, or the license in its answer is not genuine.
    pub fn activate(
        &mut self,
        name: Option<String>,
        wall: Millis,
        changes: &mut Vec<Change>,
    ) -> Result<ActivateAnswer, Failure> {
        let nonce = self.nonce()?;
        let print = self.fingerprint();
        let (license_id, license_key) = self.named()?;
        let request = ActivateRequest {
            license_id,
            license_key,
            hardware_id: print.composite(),
            fingerprint: Some(components(&print)),
            name,
            nonce: Some(nonce.clone()),
        };
        let answer: ActivateAnswer = self.ask_signed(ACTIVATE, &request, &nonce, wall, changes)?;
        let now = self.now(wall);
        let roots = trust::roots(&mut self.state, &mut self.transport, changes)?;
        let genuine = trust::license(&roots, &answer.license_key, now).map_err(Failure::forged)?;
        self.state.license_id = Some(answer.license_id.clone());
        self.state.device_id = Some(answer.device_id.as_str().to_owned());
        self.state.license_key = Some(answer.license_key.clone());
        self.state.license_version = Some(genuine.claims.writ.version);
        self.state.license_code = Some(genuine.claims.writ.code.as_str().to_owned());
        // What was sent stays in use: another salt would make this another machine.
        self.state.salt.get_or_insert_default();
        (self.state.next_validate, self.state.next_heartbeat) = (now, now);
        Ok(answer)
    }

    /// Frees this machine, and forgets the license.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn deactivate(&mut self) -> Result<DeactivateAnswer, Failure> {
        let request = DeactivateRequest {
            license_id: self.license_id()?,
            device_id: self.state.device_id.clone(),
            hardware_id: self.fingerprint().composite(),
        };
        let body = json(&request)?;
        let asked = Request::post(DEACTIVATE, &body);
        let answer = read(&self.transport.send(asked)?.into_body()?)?;
        self.state = std::mem::take(&mut self.state).forget_license();
        Ok(answer)
    }

    /// Fetches the newest license text and verifies it.
    fn refresh(&mut self, now: Millis, changes: &mut Vec<Change>) -> Result<(), Failure> {
        let path = format!("{FILES}{}", self.license_id()?);
        let body = self.transport.send(Request::get(&path))?.into_body()?;
        let text: LicenseText = read(&body)?;
        let roots = trust::roots(&mut self.state, &mut self.transport, changes)?;
        let genuine = trust::license(&roots, &text.license_key, now).map_err(Failure::forged)?;
        let id = genuine.claims.sub.as_str();
        if Some(id) != self.state.license_id.as_deref() {
            return Err(Failure::forged(format!("the license text is for {id}")));
        }
        let version = genuine.claims.writ.version;
        if self.state.license_version.is_some_and(|known| version < known) {
            return Err(Failure::forged(format!(
                "the license text is older than ours: version {version}"
            )));
        }
        changes.extend(learn::refreshed(&mut self.state, text.license_key, version));
        Ok(())
    }

    fn ask_signed<A: DeserializeOwned>(
        &mut self,
        path: &str,
        request: &impl Serialize,
        nonce: &str,
        wall: Millis,
        changes: &mut Vec<Change>,
    ) -> Result<A, Failure> {
        let roots = trust::roots(&mut self.state, &mut self.transport, changes)?;
        let body = json(request)?;
        let asked = Request::post(path, &body);
        let reply = self.transport.send(asked)?;
        if !(200..300).contains(&reply.status) {
            return reply.into_body().and_then(|body| read(&body));
        }
        let (by, proof) =
            trust::signed(&mut self.state, &mut self.transport, &roots, asked, &reply, nonce)?;
        let ahead = self.state.time.learn(wall, by.created);
        if ahead.abs() > CLOCK_TOLERANCE_SECONDS {
            changes.push(Change::ClockOff { seconds: ahead });
        }
        let answer = read(&reply.body)?;
        if held(&proof.body).is_some() {
            self.state.proof = Some(proof);
        }
        Ok(answer)
    }

    /// The time, after an answer may have corrected it.
    fn now(&mut self, wall: Millis) -> Millis {
        self.state.time.tick(wall, 0)
    }

    fn nonce(&mut self) -> Result<String, Failure> {
        Ok(hex(&(self.entropy)()?))
    }

    fn fingerprint(&self) -> Fingerprint {
        self.config.machine.fingerprint(self.state.salt.as_deref().unwrap_or_default())
    }

    /// The license by id where we know it; by its signed text otherwise.
    fn named(&self) -> Result<(Option<String>, Option<String>), Failure> {
        match &self.state.license_key {
            // The text lets the service answer even when its stores are out of order.
            Some(key) => Ok((None, Some(key.clone()))),
            None => self.license_id().map(|id| (Some(id), None)),
        }
    }

    fn license_id(&self) -> Result<String, Failure> {
        let id = self.state.license_id.as_ref().or(self.state.asked.as_ref());
        id.cloned()
            .ok_or_else(|| Failure::Usage("name a license: --license or WRIT_LICENSE".into()))
    }
}

/// Beyond this, our clock is worth a line.
const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// What validations and heartbeats have in common.
fn held(body: &str) -> Option<crate::state::Held> {
    #[derive(serde::Deserialize)]
    struct Common {
        valid: bool,
        code: domain::verdict::Code,
        #[serde(default)]
        state: Option<domain::state::State>,
        run_until: wire::time::Instant,
    }
    let common: Common = serde_json::from_str(body).ok()?;
    let run_until = common.run_until.0;
    Some(crate::state::Held {
        valid: common.valid,
        code: common.code,
        state: common.state,
        run_until,
    })
}

fn components(print: &Fingerprint) -> validate::Fingerprint {
    validate::Fingerprint { components: print.to_parts() }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Local(error.to_string()))
}

fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::unreachable(format!("the answer cannot be read: {error}")))
}

#[cfg(test)]
mod tests;
