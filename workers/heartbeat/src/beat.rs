//! The way of a heartbeat: who, what, the license's facts, the Fleet, the verdict, the answer.

use std::rc::Rc;

use domain::fleet::{DeviceStatus, Suspect};
use domain::judge::{DeviceFact, Facts as Evidence, KeyCheck, Question, judge};
use domain::license::License;
use domain::verdict::Code;
use edge::admit::{self, Caller};
use edge::db::Freshness;
use edge::door::{Inbound, Outbound};
use edge::facts::{self, Facts, Subject};
use edge::failure::StoreFailure;
use edge::keys::Keys;
use edge::objects::{BeatReply, Fleet, FleetCall, FleetReply};
use edge::principal::{Credentials, Principal};
use edge::watch::{self, User};
use edge::{Call, Failure, object, pending, serve, signed};
use futures_util::future::join;
use wire::endpoints::{Id, Worker};
use wire::heartbeat::HeartbeatAnswer;
use wire::problem::Kind;
use wire::route;
use worker::Env;

use crate::report::Report;

/// When the Fleet could not be asked the device comes back this soon, in seconds.
const REPEAT_SECONDS: u32 = 60;

/// The answer to a heartbeat, whatever it takes.
pub async fn answer(inbound: Inbound, too_large: bool, env: Env) -> Outbound {
    let call = Call::new(inbound, env);
    let outcome = if too_large { Err(serve::oversized()) } else { handle(&call).await };
    let (out, caller, code) = match outcome {
        Ok((out, caller, code)) => (out, caller, code),
        Err(failure) => (serve::failed(&call, &failure), call.admitted(), ""),
    };
    let out = serve::finish(&call, out, caller.as_ref());
    // A million devices beat all day: of those that are well one in `log_every` is logged.
    if out.status >= 400 || code != Code::Valid.name() || pending::is_sampled(call.config.log_every)
    {
        serve::write_log(&call, &out, caller.as_ref(), code);
    }
    out
}

async fn handle(call: &Call) -> Result<(Outbound, Option<Caller>, &'static str), Failure> {
    if call.inbound.path().starts_with("/healthz/") {
        return Ok((serve::health().out, None, ""));
    }
    route::find(Worker::Heartbeat, &call.inbound.method, call.inbound.path())
        .map_err(|error| serve::unrouted(&error))?;
    call.routed(Id::Heartbeat.name());
    serve::expect_json(call)?;
    let keys = Keys::of(&call.env)?;
    let key = match Credentials::read(call.inbound.header("authorization"))? {
        Credentials::ApiKey(key) => key,
        Credentials::LicenseKey(_) => return Err(Kind::CredentialsMalformed.into()),
        Credentials::Nobody => return Err(Kind::CredentialsMissing.into()),
    };
    let report = Report::read(&call.inbound)?;
    let subject = report.subject(key.tenant(), key.shard());
    let known =
        join(admit::admit(call, Id::Heartbeat.endpoint()), remembered_or_loaded(call, &subject))
            .await;
    let heard = match known {
        (Ok(caller), Ok(facts)) => {
            Heard { call, report: &report, subject, caller, facts, confirmed: true }
        }
        (Err(failure), _) if failure.problem.status != 503 => return Err(failure),
        (caller, facts) => from_memory(call, &report, subject, caller.ok(), facts.ok())?,
    };
    let (mut out, code) = heard.answer().await?;
    signed::at_the_door(&keys, &mut out, &call.inbound, report.request.nonce.as_deref(), call.now)?;
    Ok((out, Some(heard.caller), code))
}

/// What memory holds where it is fresh, else what the holder's shard answers.
async fn remembered_or_loaded(call: &Call, subject: &Subject) -> Result<Rc<Facts>, StoreFailure> {
    let held = facts::remembered(&subject.key())
        .filter(|held| held.is_fresh(call.now, call.staleness_ms()));
    match held {
        // A license or device that is not there is asked for again: it may just have been made.
        Some(held) if !held.value.exact.is_empty() => Ok(held.value),
        _ => facts::load(call, subject, Freshness::Nearest).await,
    }
}

/// With a store away, memory stands in for it, however old.
fn from_memory<'a>(
    call: &'a Call,
    report: &'a Report,
    subject: Subject,
    caller: Option<Caller>,
    facts: Option<Rc<Facts>>,
) -> Result<Heard<'a>, Failure> {
    let away = || Failure::from(Kind::StoreUnavailable).with("retry-after", "2");
    let caller = match caller {
        Some(caller) => caller,
        None => admit::outage(call, Id::Heartbeat.endpoint())?.ok_or_else(away)?,
    };
    let old = || {
        facts::remembered(&subject.key())
            .filter(|held| held.is_fresh(call.now, admit::OUTAGE_STALENESS_MS))
    };
    let facts = facts.or_else(|| old().map(|held| held.value)).ok_or_else(away)?;
    Ok(Heard { call, report, subject, caller, facts, confirmed: false })
}

/// A heartbeat with what is known about its license.
struct Heard<'a> {
    call: &'a Call,
    report: &'a Report,
    subject: Subject,
    caller: Caller,
    facts: Rc<Facts>,
    confirmed: bool,
}

impl Heard<'_> {
    async fn answer(&self) -> Result<(Outbound, &'static str), Failure> {
        let license = self.facts.license.as_ref().ok_or(Kind::LicenseNotFound)?;
        let beat = self.beat(license).await;
        let facts = self
            .at_version(license, beat.as_ref().ok().and_then(|reply| reply.license_version))
            .await;
        let license = facts.license.as_ref().ok_or(Kind::LicenseNotFound)?;
        Ok(self.tell(&facts, license, beat.as_ref().ok()))
    }

    /// Records the beat in the license's Fleet. The holder's object is named after the license that the
    /// shard has confirmed, so that nobody can make objects up.
    async fn beat(&self, license: &License) -> Result<BeatReply, StoreFailure> {
        let message = FleetCall::Beat {
            device: self.report.device.clone(),
            beat: self.report.beat(),
            acknowledge: self.report.request.acknowledge.clone(),
            terms: None,
        };
        let name = Fleet::name(&license.holder, &license.id);
        match object::send_soon::<Fleet>(self.call, &name, self.subject.shard, &message).await? {
            FleetReply::Beat(reply) => Ok(reply),
            _ => Err(StoreFailure::Unreadable("another reply than to a heartbeat".to_owned())),
        }
    }

    /// The Fleet hears of every change of its license: facts of an older version are read again.
    async fn at_version(&self, license: &License, version: Option<i64>) -> Rc<Facts> {
        if version.is_some_and(|version| version > license.version) {
            let newer = facts::load(self.call, &self.subject, Freshness::Primary).await;
            return newer.unwrap_or_else(|_| Rc::clone(&self.facts));
        }
        Rc::clone(&self.facts)
    }

    fn tell(
        &self,
        facts: &Facts,
        license: &License,
        beat: Option<&BeatReply>,
    ) -> (Outbound, &'static str) {
        let now = self.call.now;
        let usage = facts.usage_with(&self.report.reported);
        let evidence = Evidence {
            license: Some(license),
            holder: self.caller.site.standing,
            issuer: admit::issuer_standing(&self.caller.suspended, &license.issuer),
            key: KeyCheck::NotPresented,
            device: device(facts, &self.subject, beat, now),
            app: facts.app(watch::app_of(&self.call.inbound)),
            usage: &usage,
            confirmed: self.confirmed,
        };
        let verdict = judge(&evidence, &Question::default(), now);
        let recorded = beat.is_some_and(|reply| reply.known);
        let answer = HeartbeatAnswer {
            recorded,
            valid: verdict.valid,
            code: verdict.code,
            state: verdict.state,
            license_version: Some(license.version),
            run_until: verdict.run_until.into(),
            next_heartbeat_in: match beat {
                Some(_) => license.terms.report.heartbeat_seconds,
                None => license.terms.report.heartbeat_seconds.min(REPEAT_SECONDS),
            },
            warnings: verdict.warnings,
            commands: beat
                .map(|reply| reply.commands.clone())
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            degraded: beat.is_none() || !self.confirmed,
            nonce: self.report.request.nonce.clone(),
            time: now.into(),
        };
        // Plain text and numbers: it always serializes.
        let mut out = Outbound::json(200, serde_json::to_string(&answer).unwrap_or_default());
        out.work_waits = pending::note(&self.subject, facts, &self.report.reported, false, now);
        let key = self.caller.principal.as_deref().and_then(Principal::key);
        let user = User { tenant: &self.subject.tenant, shard: self.subject.shard, key };
        watch::app(user, facts, &self.call.inbound, now);
        (out, verdict.code.name())
    }
}

/// The device as the Fleet has just heard it, which is newer than the copy. A heartbeat does not judge the
/// hardware: that takes the components that a validation sends.
fn device<'a>(
    facts: &'a Facts,
    subject: &Subject,
    beat: Option<&BeatReply>,
    now: domain::time::Millis,
) -> DeviceFact<'a> {
    let Some(reply) = beat else { return facts.device_fact(subject) };
    let gone = !reply.known || reply.status == Some(DeviceStatus::Deactivated);
    match facts.device(subject) {
        Some((row, _)) if !gone => {
            let mut device = row.known(true);
            device.blocked = reply.status == Some(DeviceStatus::Blocked);
            device.clone = reply.suspect == Some(Suspect::Clone);
            device.clock = reply.suspect == Some(Suspect::Clock);
            device.last_seen = now;
            DeviceFact::Known(device)
        }
        _ => DeviceFact::Unknown,
    }
}
