//! Who is calling, and may they: site, principal and rate limit in one store round, remembered for
//! as long as the staleness bound allows.

use std::cell::RefCell;
use std::rc::Rc;

use domain::id::TenantId;
use domain::license::Standing;
use domain::limiter::Counters;
use domain::time::Millis;
use futures_util::future::{join, join3};
use license::api_key::ApiKeyText;
use license::session::SessionText;
use serde::de::DeserializeOwned;
use store::directory::hostnames::SiteRow;
use store::directory::tenants::TenantIdRow;
use store::directory::{api_keys, hostnames, sessions, tenants};
use store::query::Lookup;
use wire::endpoints::{Access, Endpoint};
use wire::problem::Kind;

use crate::cache::Cache;
use crate::call::Call;
use crate::db::Freshness;
use crate::door::Inbound;
use crate::failure::{Failure, StoreFailure};
use crate::limit::checkouts::{self, Window};
use crate::perimeter;
use crate::principal::{Credentials, Principal};
use crate::refused;
use crate::session;
use crate::site::Site;
use crate::used;
use crate::{limit, watch};

/// Sites held per isolate.
const SITES: usize = 2_048;
/// API keys held per isolate.
const PRINCIPALS: usize = 4_096;

/// What an isolate remembers of the DIRECTORY. Negative answers too: `None` is a host or key that is not there.
#[derive(Debug)]
pub struct Known {
    sites: Cache<String, Option<Rc<Site>>>,
    principals: Cache<String, Option<Rc<Principal>>>,
    suspended: Cache<(), Rc<Vec<TenantId>>>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::new(Known {
        sites: Cache::new(SITES),
        principals: Cache::new(PRINCIPALS),
        suspended: Cache::new(1),
    });
}

/// A caller that was let in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The site that was asked.
    pub site: Rc<Site>,
    /// The key, where the endpoint needs one.
    pub principal: Option<Rc<Principal>>,
    /// What the `RateLimit` headers say.
    pub counters: Option<Counters>,
    /// Other windows that the request was counted in: those of checkouts.
    pub windows: Vec<Window>,
    /// Suspended tenants: issuers whose licenses must not be used.
    pub suspended: Rc<Vec<TenantId>>,
}

impl Caller {
    /// The principal of an endpoint that needs a key.
    ///
    /// # Errors
    /// `credentials-missing` on an endpoint that needs none.
    pub fn principal(&self) -> Result<&Principal, Failure> {
        self.principal.as_deref().ok_or_else(|| Kind::CredentialsMissing.into())
    }
}

/// The standing of `issuer` by the list of suspended tenants.
pub fn issuer_standing(suspended: &[TenantId], issuer: &TenantId) -> Standing {
    if suspended.contains(issuer) { Standing::Suspended } else { Standing::Active }
}

/// What an isolate remembers of a host and a key. The outer `None`: nothing fresh, ask the DIRECTORY.
#[derive(Debug)]
pub struct Remembered {
    /// The site, if the host is anybody's.
    pub site: Option<Option<Rc<Site>>>,
    /// The key, if it is anybody's.
    pub principal: Option<Option<Rc<Principal>>>,
    /// Suspended tenants: issuers whose licenses must not be used.
    pub suspended: Option<Rc<Vec<TenantId>>>,
}

/// What is remembered and at most `staleness_ms` old.
pub fn remembered(
    host: &str,
    key_hash: Option<&str>,
    now: Millis,
    staleness_ms: i64,
) -> Remembered {
    KNOWN.with_borrow_mut(|known| Remembered {
        site: known.sites.fresh(host, now, staleness_ms).cloned(),
        principal: key_hash
            .and_then(|hash| known.principals.fresh(hash, now, staleness_ms).cloned()),
        suspended: known.suspended.fresh(&(), now, staleness_ms).cloned(),
    })
}

/// The hash of what a caller shows, and what it is.
#[derive(Clone, Copy, Debug)]
pub enum Hash<'a> {
    /// Of an API key.
    Key(&'a str),
    /// Of a session's token.
    Session(&'a str),
}

impl<'a> Hash<'a> {
    /// As text.
    pub const fn text(self) -> &'a str {
        match self {
            Self::Key(text) | Self::Session(text) => text,
        }
    }
}

/// Forgets a key or a session that this isolate has just changed.
pub fn forget(hash: &str) {
    KNOWN.with_borrow_mut(|known| known.principals.put(hash.to_owned(), None, Millis(0)));
}

/// Asks the DIRECTORY for a host, a key or a session, and the suspended tenants, and remembers the answers.
///
/// # Errors
/// When the DIRECTORY is away or late.
pub async fn look_up(
    call: &Call,
    host: &str,
    shown: Option<Hash<'_>>,
    freshness: Freshness,
) -> Result<Remembered, StoreFailure> {
    let key_hash = shown.map(Hash::text);
    let (sites, principal, suspended) = if let Some(Hash::Session(hash)) = shown {
        let asked = sessions::principal(hash);
        let (sites, found, suspended) = ask(call, host, asked, freshness).await?;
        (sites, found.and_then(Principal::from_session), suspended)
    } else {
        // A hash that no key has stands in where no key was shown: one shape of batch for all.
        let asked = api_keys::principal(key_hash.unwrap_or(""));
        let (sites, found, suspended) = ask(call, host, asked, freshness).await?;
        (sites, found.and_then(Principal::from_row), suspended)
    };
    let apex = &call.config.apex;
    let site = sites.into_iter().next().and_then(|row| Site::from_row(row, apex)).map(Rc::new);
    let principal = principal.map(Rc::new);
    let suspended: Rc<Vec<_>> = Rc::new(suspended.into_iter().map(|row| row.id).collect());
    KNOWN.with_borrow_mut(|known| {
        known.sites.put(host.to_owned(), site.clone(), call.now);
        if let Some(hash) = key_hash {
            known.principals.put(hash.to_owned(), principal.clone(), call.now);
        }
        known.suspended.put((), Rc::clone(&suspended), call.now);
    });
    Ok(Remembered {
        site: Some(site),
        principal: key_hash.map(|_| principal),
        suspended: Some(suspended),
    })
}

type Found<R> = (Vec<SiteRow>, Option<R>, Vec<TenantIdRow>);

/// One batch: the host, whoever calls, the suspended tenants.
async fn ask<R: DeserializeOwned>(
    call: &Call,
    host: &str,
    caller: Lookup<R>,
    freshness: Freshness,
) -> Result<Found<R>, StoreFailure> {
    let reads = (hostnames::site(host), caller, tenants::suspended());
    let (sites, found, suspended) = call.directory(freshness).read(reads).await?;
    Ok((sites, found.into_iter().next(), suspended))
}

/// Lets a caller of `endpoint` in.
///
/// # Errors
/// The first of: `unknown-host`, `credentials-*`, `cross-site-request`, `wrong-host`, `tenant-suspended`, what the layers of
/// the key say ([`perimeter::check`]), `role-not-allowed`, `scope-missing`, `rate-limited`; `store-unavailable` when the
/// DIRECTORY cannot be asked.
pub async fn admit(call: &Call, endpoint: &Endpoint) -> Result<Caller, Failure> {
    let credentials = credentials_for(call, endpoint)?;
    let digest = credentials.as_ref().map(Shown::digest);
    let shown = credentials.as_ref().zip(digest.as_deref());
    let key = shown.map(|(shown, hash)| shown.named(hash));
    let hash = shown.map(|(shown, hash)| shown.hash(hash));
    let (held, spent, asked) =
        join3(known(call, hash), limit::spend(call, key), checkouts::spend(call, key, endpoint))
            .await;
    let held = held?;
    let site = held.site.flatten().ok_or(Kind::UnknownHost)?;
    let principal = held.principal.flatten();
    let suspended = held.suspended.unwrap_or_default();
    let caller = Caller { site, principal, counters: None, windows: Vec::new(), suspended };
    let outcome =
        within(call, credentials.is_some(), caller.clone(), endpoint, key, (spent, asked)).await;
    if let Some(principal) = &caller.principal {
        match &outcome {
            Ok(_) => {
                used::note(principal, &call.inbound, call.now);
                watch::admitted(principal, &call.inbound, call.now);
            }
            Err(failure) => refused::note(call, principal, &failure.problem.code),
        }
    }
    outcome.map_err(|failure| watch::refused(caller.principal.as_deref(), call, failure))
}

/// The caller, if it may call `endpoint` and has not done so too often.
async fn within(
    call: &Call,
    shown: bool,
    mut caller: Caller,
    endpoint: &Endpoint,
    key: Option<limit::Key<'_>>,
    (spent, asked): (Option<limit::Spent>, checkouts::Asked),
) -> Result<Caller, Failure> {
    check(&caller.site, shown, caller.principal.as_deref(), endpoint, &call.inbound, call.now)?;
    call.admit(&caller);
    if let (Some(principal), Some(key)) = (&caller.principal, key) {
        session::note_use(call, principal, key.name);
        let (requests, windows) = join(
            limit::settle(call, key, limit::policy(principal), spent),
            checkouts::settle(call, key, principal, asked),
        )
        .await;
        caller.counters = requests?;
        call.admit(&caller);
        caller.windows = windows?;
        call.admit(&caller);
    }
    Ok(caller)
}

/// Resolves the site for a caller whose credentials the endpoint checks itself: a license key.
///
/// # Errors
/// `unknown-host`, `tenant-suspended`; `store-unavailable` when the DIRECTORY cannot be asked.
pub async fn site(call: &Call) -> Result<Caller, Failure> {
    let held = known(call, None).await?;
    let site = held.site.flatten().ok_or(Kind::UnknownHost)?;
    Ok(Caller {
        site,
        principal: None,
        counters: None,
        windows: Vec::new(),
        suspended: held.suspended.unwrap_or_default(),
    })
}

/// What memory holds may be this old in an outage: longer, and a revocation could be missed for too long.
pub const OUTAGE_STALENESS_MS: i64 = 3_600_000;

/// The caller as memory has it, for when the DIRECTORY is away; nothing when memory has none.
///
/// # Errors
/// What speaks against the credentials, as far as they are remembered.
pub fn outage(call: &Call, endpoint: &Endpoint) -> Result<Option<Caller>, Failure> {
    let host = call.host().ok_or(Kind::UnknownHost)?;
    let hash = match Credentials::read(call.inbound.header("authorization"))? {
        Credentials::ApiKey(key) => Some(key.digest()),
        _ => None,
    };
    let held = remembered(host.as_str(), hash.as_deref(), call.now, OUTAGE_STALENESS_MS);
    let Some(site) = held.site.flatten() else { return Ok(None) };
    let principal = held.principal.flatten();
    if hash.is_some() {
        if principal.is_none() {
            return Ok(None);
        }
        check(&site, true, principal.as_deref(), endpoint, &call.inbound, call.now)?;
    }
    Ok(Some(Caller {
        site,
        principal,
        counters: None,
        windows: Vec::new(),
        suspended: held.suspended.unwrap_or_default(),
    }))
}

/// What is known of the call's host and key: from memory where it is fresh, else from the DIRECTORY.
async fn known(call: &Call, shown: Option<Hash<'_>>) -> Result<Remembered, Failure> {
    let host = call.host().ok_or(Kind::UnknownHost)?;
    let key_hash = shown.map(Hash::text);
    let held = remembered(host.as_str(), key_hash, call.now, call.staleness_ms());
    if held.is_complete(key_hash) {
        return Ok(held);
    }
    let freshness = if call.is_strict() { Freshness::Primary } else { Freshness::Nearest };
    Ok(look_up(call, host.as_str(), shown, freshness).await?)
}

impl Remembered {
    /// Whether nothing has to be asked.
    pub const fn is_complete(&self, key_hash: Option<&str>) -> bool {
        self.site.is_some()
            && self.suspended.is_some()
            && (key_hash.is_none() || self.principal.is_some())
    }
}

/// Credentials that can be looked up.
enum Shown {
    Key(Box<ApiKeyText>),
    Session(Box<SessionText>),
}

impl Shown {
    fn digest(&self) -> String {
        match self {
            Self::Key(text) => text.digest(),
            Self::Session(text) => text.digest(),
        }
    }

    const fn hash<'a>(&self, digest: &'a str) -> Hash<'a> {
        match self {
            Self::Key(_) => Hash::Key(digest),
            Self::Session(_) => Hash::Session(digest),
        }
    }

    /// What its limiter is called.
    const fn named<'a>(&'a self, name: &'a str) -> limit::Key<'a> {
        let (tenant, shard) = match self {
            Self::Key(text) => (text.tenant(), text.shard()),
            Self::Session(text) => (text.tenant(), text.shard()),
        };
        limit::Key { tenant, shard, name }
    }
}

fn credentials_for(call: &Call, endpoint: &Endpoint) -> Result<Option<Shown>, Failure> {
    if endpoint.access == Access::Public {
        return Ok(None);
    }
    match Credentials::read(call.inbound.header("authorization"))? {
        Credentials::ApiKey(key) => Ok(Some(Shown::Key(key))),
        Credentials::LicenseKey(_) => Err(Kind::CredentialsMalformed.into()),
        // Verdicts are for applications: browsers ask for none.
        Credentials::Nobody if endpoint.tells_verdicts() => Ok(None),
        Credentials::Nobody => Ok(session::shown(&call.inbound)?.map(Shown::Session)),
    }
}

/// Whether the principal may call `endpoint` on `site`. `shown`: whether there were credentials at all.
///
/// # Errors
/// As [`admit`], without stores and limits.
pub fn check(
    site: &Site,
    shown: bool,
    principal: Option<&Principal>,
    endpoint: &Endpoint,
    inbound: &Inbound,
    now: Millis,
) -> Result<(), Failure> {
    let (scope, kinds) = match endpoint.access {
        Access::Public => return Ok(()),
        Access::Key(scope, kinds) => (Some(scope), Some(kinds)),
        Access::KeyOrLicense(scope) => (Some(scope), None),
        Access::Person => (None, None),
    };
    if !shown {
        return Err(Kind::CredentialsMissing.into());
    }
    let principal = principal.ok_or(Kind::CredentialsUnknown)?;
    principal.admit(site, inbound.header("x-vendor-id"), now)?;
    let suspended =
        principal.standing != Some(Standing::Active) || site.standing != Standing::Active;
    if suspended && !endpoint.tells_verdicts() {
        return Err(Kind::TenantSuspended.into());
    }
    perimeter::check(principal, inbound, now)?;
    if let Some(kinds) = kinds.filter(|kinds| !kinds.contains(&principal.kind)) {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        return Err(Failure::new(Kind::RoleNotAllowed, format!("Only: {}.", names.join(", "))));
    }
    match scope {
        None if principal.session.is_none() => Err(Kind::SessionNeeded.into()),
        Some(scope) if !principal.scopes.allow(scope) => {
            Err(Failure::new(Kind::ScopeMissing, format!("Needs the scope {}.", scope.name())))
        }
        _ => Ok(()),
    }
}
