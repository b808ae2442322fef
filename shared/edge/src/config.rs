//! What wrangler.toml and the installation's secrets say, read once per isolate.

use std::cell::RefCell;
use std::rc::Rc;

use worker::Env;

/// The settings of an installation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The domain under which every tenant has its default host: `writ.localhost`.
    pub apex: String,
    /// How links to sites begin: `https`, or `http` in development.
    pub scheme: String,
    /// The port in links, where it is not the scheme's own: `:8787` in development, else empty.
    pub port: String,
    /// How old what the caches hold may be.
    pub staleness_ms: i64,
    /// How long a store may take before the answer goes on without it.
    pub store_deadline_ms: u64,
    /// How long a pool gathers what it ships to the ledger.
    pub gather_ms: i64,
    /// Whether `Writ-Fault` acts: never in production.
    pub faults: bool,
    /// Of warm, good answers one in this many is logged; everything else always is.
    pub log_every: u32,
}

thread_local! {
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

impl Config {
    /// The settings of this isolate, read from `env` the first time.
    pub fn of(env: &Env) -> Rc<Self> {
        if let Some(config) = Self::known() {
            return config;
        }
        let config = Rc::new(Self::read(env));
        CONFIG.with_borrow_mut(|slot| *slot = Some(Rc::clone(&config)));
        config
    }

    /// The settings, if this isolate has read them.
    pub fn known() -> Option<Rc<Self>> {
        CONFIG.with_borrow(Clone::clone)
    }

    fn read(env: &Env) -> Self {
        Self {
            apex: text(env, "APEX").unwrap_or_else(|| "writ.localhost".to_owned()),
            scheme: text(env, "SCHEME").unwrap_or_else(|| "https".to_owned()),
            port: text(env, "PORT").unwrap_or_default(),
            staleness_ms: number(env, "STALENESS_MS").unwrap_or(5_000),
            store_deadline_ms: number(env, "STORE_DEADLINE_MS").unwrap_or(800),
            gather_ms: number(env, "LEDGER_GATHER_MS").unwrap_or(30_000),
            faults: text(env, "WRIT_FAULTS").as_deref() == Some("on"),
            log_every: number(env, "LOG_EVERY").unwrap_or(100),
        }
    }

    /// The address of a tenant's default site.
    pub fn tenant_url(&self, tenant: &domain::id::TenantId) -> String {
        format!("{}://{tenant}.{}{}", self.scheme, self.apex, self.port)
    }
}

/// A variable, where it is set.
pub fn text(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}

/// A variable that is a number, where it is set to one.
pub fn number<T: std::str::FromStr>(env: &Env, name: &str) -> Option<T> {
    text(env, name)?.parse().ok()
}
