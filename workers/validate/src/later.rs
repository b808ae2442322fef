//! The way of a request that memory alone cannot answer: stores are asked, side by side, in one round.

use std::rc::Rc;

use domain::host::{Host, SiteName};
use domain::id::{LicenseId, TenantId};
use domain::license::Standing;
use domain::limiter::Policy;
use domain::place::Shard;
use edge::admit::{self, Caller};
use edge::db::Freshness;
use edge::door::{Inbound, Outbound};
use edge::facts::{self, Facts, Subject};
use edge::failure::StoreFailure;
use edge::keys::Keys;
use edge::principal::{Credentials, Principal};
use edge::watch::{self, User};
use edge::{Call, Failure, limit, pending, serve, signed};
use futures_util::future::join;
use wire::endpoints::{Id, Worker};
use wire::key::RateLimit;
use wire::problem::{Kind, Problem};
use wire::route;
use worker::Env;

use crate::ask::Ask;
use crate::decide::{Case, may_be_outdated};
use crate::degraded;
use crate::now::named;
use crate::presented::Presented;

/// The answer to a request, whatever it takes.
pub async fn answer(inbound: Inbound, too_large: bool, env: Env) -> Outbound {
    let call = Call::new(inbound, env);
    let outcome = if too_large { Err(serve::oversized()) } else { handle(&call).await };
    let (out, caller, code) = match outcome {
        Ok(done) => (done.out, done.caller, done.code),
        Err(failure) => (serve::failed(&call, &failure), call.admitted(), ""),
    };
    let out = serve::finish(&call, out, caller.as_ref());
    serve::write_log(&call, &out, caller.as_ref(), code);
    out
}

/// An answer with what the log and the headers need.
pub struct Done {
    /// The answer.
    pub out: Outbound,
    /// Who asked, where a site could be resolved.
    pub caller: Option<Caller>,
    /// The verdict's code.
    pub code: &'static str,
}

async fn handle(call: &Call) -> Result<Done, Failure> {
    if call.inbound.path().starts_with("/healthz/") {
        return Ok(Done { out: serve::health().out, caller: None, code: "" });
    }
    route::find(Worker::Validate, &call.inbound.method, call.inbound.path())
        .map_err(|error| serve::unrouted(&error))?;
    call.routed(Id::Validate.name());
    serve::expect_json(call)?;
    let keys = Keys::of(&call.env)?;
    let credentials = Credentials::read(call.inbound.header("authorization"))?;
    if matches!(credentials, Credentials::Nobody) {
        return Err(Kind::CredentialsMissing.into());
    }
    let ask = Ask::read(&call.inbound)?;
    if ask.request.strict {
        call.demand_strict();
    }
    let text = match &credentials {
        Credentials::LicenseKey(text) => Some(*text),
        _ => ask.request.license_key.as_deref(),
    };
    let presented = text.map(|text| Presented::check(&keys, text, call.now));
    let request = Request { call, ask: &ask, presented: presented.as_ref(), keys: &keys };
    match &credentials {
        Credentials::ApiKey(key) => request.by_api_key(key.tenant(), key.shard()).await,
        Credentials::LicenseKey(_) | Credentials::Nobody => request.by_license_key().await,
    }
}

/// A request that reads well.
pub struct Request<'a> {
    /// The call.
    pub call: &'a Call,
    /// What is asked.
    pub ask: &'a Ask,
    /// The license key, if one was presented.
    pub presented: Option<&'a Presented>,
    /// The keys.
    pub keys: &'a Rc<Keys>,
}

impl Request<'_> {
    /// The key names its tenant and hints at the shard, so everything is asked at once; the directory
    /// has the last word on whether the answer is told.
    async fn by_api_key(&self, tenant: &TenantId, shard: Shard) -> Result<Done, Failure> {
        let license = named(self.ask, self.presented).or_else(|| self.presented.map(|_| ""));
        let license = license
            .ok_or_else(|| Problem::field("", "name the license by license_id or license_key"))?;
        let subject = self.ask.subject(tenant, shard, license);
        let admitted = admit::admit(self.call, Id::Validate.endpoint());
        let (caller, facts) = join(admitted, self.facts(&subject)).await;
        self.finish(caller, facts, subject).await
    }

    /// A license key is its own credential: it names holder and license, and its signature says so.
    async fn by_license_key(&self) -> Result<Done, Failure> {
        let claims =
            self.presented.and_then(|p| p.claims.as_deref()).ok_or(Kind::CredentialsUnknown)?;
        let holder = &claims.writ.holder.tenant;
        let shard = claims.sub.shard_hint().ok_or(Kind::CredentialsUnknown)?;
        if self.is_on_anothers_host(holder) {
            return Err(Kind::WrongHost.into());
        }
        let license = self.ask.request.license_id.as_deref().unwrap_or(claims.sub.as_str());
        let subject = self.ask.subject(holder, shard, license);
        let admitted = self.admit_license(holder, shard, &claims.sub);
        let (caller, facts) = join(admitted, self.facts(&subject)).await;
        let caller = caller.and_then(|caller| {
            if caller.site.tenant == *holder { Ok(caller) } else { Err(Kind::WrongHost.into()) }
        });
        self.finish(caller, facts, subject).await
    }

    /// Told by the host's name alone, so that it holds without a directory too.
    fn is_on_anothers_host(&self, holder: &TenantId) -> bool {
        let apex = Host::parse(&self.call.config.apex).ok();
        let name = self.call.host().zip(apex).map(|(host, apex)| SiteName::of(&host, &apex));
        match name {
            Some(SiteName::Tenant(tenant)) => tenant != *holder,
            Some(SiteName::Foreign) | None => false,
            Some(_) => true,
        }
    }

    async fn admit_license(
        &self,
        holder: &TenantId,
        shard: Shard,
        license: &LicenseId,
    ) -> Result<Caller, Failure> {
        let key = limit::Key { tenant: holder, shard, name: license.as_str() };
        let (caller, spent) =
            join(admit::site(self.call), limit::spend(self.call, Some(key))).await;
        let mut caller = caller?;
        let default = RateLimit::default();
        let policy =
            Policy { limit: default.requests, window_ms: i64::from(default.window_seconds) * 1000 };
        caller.counters = limit::settle(self.call, key, policy, spent).await?;
        Ok(caller)
    }

    /// What memory holds where it is fresh, else what the holder's shard answers. A refusal that another
    /// worker may just have mended is neither told from memory nor from a replica.
    async fn facts(&self, subject: &Subject) -> Result<Rc<Facts>, StoreFailure> {
        let call = self.call;
        let held = facts::remembered(&subject.key())
            .filter(|held| held.is_fresh(call.now, call.staleness_ms()));
        if let Some(held) = held.filter(|held| !self.is_outdated_refusal(&held.value, subject)) {
            return Ok(held.value);
        }
        if !call.is_strict() {
            let nearest = facts::load(call, subject, Freshness::Nearest).await?;
            if !self.is_outdated_refusal(&nearest, subject) {
                return Ok(nearest);
            }
        }
        facts::load(call, subject, Freshness::Primary).await
    }

    fn is_outdated_refusal(&self, facts: &Facts, subject: &Subject) -> bool {
        let case = self.case(Some(facts), subject, Standing::Active, &[], Vec::new());
        may_be_outdated(case.decide().0.code)
    }

    /// The case with what is known.
    pub fn case<'b>(
        &'b self,
        facts: Option<&'b Facts>,
        subject: &'b Subject,
        holder: Standing,
        suspended: &'b [TenantId],
        unconfirmed: Vec<&'static str>,
    ) -> Case<'b> {
        let (ask, presented, now) = (self.ask, self.presented, self.call.now);
        let app = watch::app_of(&self.call.inbound);
        Case { ask, app, subject, facts, presented, holder, suspended, unconfirmed, now }
    }

    async fn finish(
        &self,
        caller: Result<Caller, Failure>,
        facts: Result<Rc<Facts>, StoreFailure>,
        subject: Subject,
    ) -> Result<Done, Failure> {
        let (caller, facts) = match (caller, facts) {
            (Ok(caller), Ok(facts)) => (caller, facts),
            (Err(failure), _) if failure.problem.status != 503 => return Err(failure),
            (caller, facts) => return degraded::answer(self, caller.ok(), facts.ok(), &subject),
        };
        let home = caller.principal.as_ref().map_or(subject.shard, |principal| principal.shard);
        let (subject, facts) = if home == subject.shard {
            (subject, facts)
        } else {
            // The hint was wrong: the tenant's records have moved since the key was made.
            let subject = Subject { shard: home, ..subject };
            let facts = facts::load(self.call, &subject, Freshness::Nearest).await?;
            (subject, facts)
        };
        let limited = if caller.counters.is_some() { Vec::new() } else { vec!["rate_limit"] };
        let case =
            self.case(Some(&facts), &subject, caller.site.standing, &caller.suspended, limited);
        let (verdict, out) = case.decide();
        let work_waits = pending::note(&subject, &facts, &self.ask.reported, true, self.call.now);
        let user = Self::user(&subject, caller.principal.as_deref());
        watch::app(user, &facts, &self.call.inbound, self.call.now);
        self.signed(Outbound { work_waits, ..out }, Some(caller), verdict.code.name())
    }

    /// Who uses the license.
    pub fn user<'b>(subject: &'b Subject, principal: Option<&'b Principal>) -> User<'b> {
        let key = principal.and_then(Principal::key);
        User { tenant: &subject.tenant, shard: subject.shard, key }
    }

    /// The answer, signed where that is wanted.
    pub fn signed(
        &self,
        mut out: Outbound,
        caller: Option<Caller>,
        code: &'static str,
    ) -> Result<Done, Failure> {
        signed::at_the_door(
            self.keys,
            &mut out,
            &self.call.inbound,
            self.ask.nonce(),
            self.call.now,
        )?;
        Ok(Done { out, caller, code })
    }
}
