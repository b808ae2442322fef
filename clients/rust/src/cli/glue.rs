//! What only the command knows: clock, entropy, environment, files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::id::TenantId;
use domain::time::Millis;
use license::fingerprint::{Component, Environment, salt};
use license::keys::{PublicKey, SigningSeed};
use wire::validate::Gauge;
use writ::agent::{Agent, Config};
use writ::failure::Failure;
use writ::http::Http;
use writ::identity::{self, Identity};
use writ::machine::{self, Machine};
use writ::reference::Reference;
use writ::state::AgentState;
use writ::store::Store;
use writ::trust;
use writ::world::{random, wall};

use super::args::{Args, Ask, Command};

/// The clock here, and one that cannot be set.
pub struct Clock {
    last: Instant,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Self { last: Instant::now() }
    }

    /// The clock here.
    pub fn wall() -> Millis {
        wall()
    }

    /// The clock here, and the agent's time.
    pub fn tick(&mut self, state: &mut AgentState) -> (Millis, Millis) {
        let now = Instant::now();
        let elapsed = i64::try_from(now.duration_since(self.last).as_millis()).unwrap_or(i64::MAX);
        self.last = now;
        let wall = Self::wall();
        (wall, state.time.tick(wall, elapsed))
    }
}

/// The state's folder.
pub fn store(args: &Args) -> Result<Store, Failure> {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    let folder =
        args.state.clone().or_else(|| Store::default_folder(path("XDG_STATE_HOME"), path("HOME")));
    folder
        .map(Store::new)
        .ok_or_else(|| Failure::Usage("name a folder for the state: --state".into()))
}

/// This device's key, which is made on first use.
pub fn device_key(store: &Store) -> Result<SigningSeed, Failure> {
    Ok(SigningSeed::from_bytes(&store.device_key(random)?))
}

/// This machine; in a container with its device key, which is made on first use.
pub fn machine(store: &Store) -> Result<Machine, Failure> {
    let mut machine = Machine::read(Path::new("/"));
    if machine.environment == Environment::Container {
        let key = device_key(store)?;
        machine.add(Component::ContainerKey, Some(key.public().thumbprint()));
    }
    Ok(machine)
}

/// The license that the arguments name.
pub fn reference(args: &Args) -> Result<Option<Reference>, Failure> {
    let read = |named: &String| Reference::parse(&text_or_file(named)?);
    args.license.as_ref().filter(|named| !named.is_empty()).map(read).transpose()
}

/// `named` itself, or what the file of this name holds.
pub fn text_or_file(named: &str) -> Result<String, Failure> {
    let path = Path::new(named);
    // A license key is far longer than a file's name may be.
    if named.len() > 1024 || !path.is_file() {
        return Ok(named.to_owned());
    }
    fs::read_to_string(path).map_err(|error| Failure::Local(format!("{named}: {error}")))
}

/// The root keys in the file that the arguments name, and its text.
pub fn root_file(args: &Args) -> Result<Option<(Vec<PublicKey>, String)>, Failure> {
    let read = |path: &PathBuf| {
        let local =
            |error: &dyn std::fmt::Display| Failure::Local(format!("{}: {error}", path.display()));
        let pem = fs::read_to_string(path).map_err(|error| local(&error))?;
        let roots = trust::read_roots(&pem).map_err(|error| local(&error))?;
        Ok((roots, pem))
    };
    args.root.as_ref().map(read).transpose()
}

/// The agent that the arguments describe, with the state from its folder.
pub fn agent(args: &Args, ask: &Ask, every: Option<u32>) -> Result<(Agent<Http>, Store), Failure> {
    let store = store(args)?;
    let mut state = store.load()?;
    if let Some((_, pem)) = root_file(args)?
        && state.root_pem.as_ref() != Some(&pem)
    {
        // What another root vouched for counts no longer.
        (state.root_pem, state.answer_certs, state.proof) = (Some(pem), Vec::new(), None);
    }
    let reference = reference(args)?;
    let http = http(args, reference.as_ref(), &state)?;
    let config = Config {
        machine: machine(&store)?,
        every,
        product: ask.product.clone(),
        version: ask.version.clone(),
        feature: ask.feature.clone(),
        strict: ask.strict,
        usage: usage(&ask.usage)?,
    };
    let mut agent = Agent::new(state, http, config, Box::new(random))?;
    if let Some(reference) = &reference {
        agent.use_license(reference);
    }
    if let Some(issuer) = &args.issuer {
        let issuer =
            TenantId::parse(issuer).map_err(|error| Failure::Usage(format!("--issuer {error}")))?;
        agent.state.salt.get_or_insert_with(|| salt(&issuer));
    }
    Ok((agent, store))
}

/// The service that the arguments name, with their credentials.
pub fn http(
    args: &Args,
    reference: Option<&Reference>,
    state: &AgentState,
) -> Result<Http, Failure> {
    let authorization = authorization(args, reference, state)?;
    let url = args
        .url
        .as_deref()
        .ok_or_else(|| Failure::Usage("name the service: --url or WRIT_URL".into()))?;
    Http::showing(url, authorization, Duration::from_secs(args.timeout), identity(args)?)
}

/// What is shown besides the key.
fn identity(args: &Args) -> Result<Identity, Failure> {
    let shown = &args.shown;
    let bytes = |path: &PathBuf| {
        fs::read(path).map_err(|error| Failure::Local(format!("{}: {error}", path.display())))
    };
    let certificate = match (&shown.client_cert, &shown.client_key) {
        (Some(chain), Some(key)) => Some(identity::certificate(&bytes(chain)?, &bytes(key)?)?),
        _ => None,
    };
    Ok(Identity {
        hostname: shown.hostname.clone().or_else(|| machine::hostname(Path::new("/"))),
        app_fingerprint: shown.app_fingerprint.clone(),
        signing: shown.sign.then(|| device_key(&store(args)?)).transpose()?,
        certificate,
    })
}

/// An API key; for `validate` the license key will do.
fn authorization(
    args: &Args,
    reference: Option<&Reference>,
    state: &AgentState,
) -> Result<String, Failure> {
    if let Some(key) = args.api_key.as_ref().filter(|key| !key.is_empty()) {
        return Ok(format!("Bearer {}", key.trim()));
    }
    if !matches!(args.command, Command::Validate(_)) {
        return Err(Failure::Usage(
            "this needs an API key: --api-key or WRIT_API_KEY (a license key is enough for validate only)".into(),
        ));
    }
    let key = match reference {
        Some(Reference::Key(key)) => Some(&key.text),
        _ => state.license_key.as_ref(),
    };
    let key = key.ok_or_else(|| {
        Failure::Usage("name an API key (--api-key or WRIT_API_KEY) or a license key".into())
    })?;
    // Keys may be pasted in lines; a header has one.
    Ok(format!("License {}", key.split_ascii_whitespace().collect::<String>()))
}

fn usage(gauges: &[String]) -> Result<BTreeMap<String, Gauge>, Failure> {
    let read = |gauge: &String| {
        let (name, count) = gauge.split_once('=')?;
        Some((
            name.to_owned(),
            Gauge::Count(count.parse().ok().filter(|count| *count <= wire::validate::MAX_COUNT)?),
        ))
    };
    let bad = |gauge: &String| Failure::Usage(format!("--usage {gauge:?} is not NAME=COUNT"));
    gauges.iter().map(|gauge| read(gauge).ok_or_else(|| bad(gauge))).collect()
}
