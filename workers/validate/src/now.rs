//! The warm path: everything is in memory and fresh, so the answer needs no store and no waiting.

use domain::time::Millis;
use edge::config::Config;
use edge::door::{Inbound, Outbound};
use edge::keys::Keys;
use edge::limit::Spent;
use edge::principal::{Credentials, Principal};
use edge::{admit, facts, limit, pending, platform, serve, signed, used, watch};
use license::api_key::ApiKeyText;
use wire::endpoints::Id;

use crate::ask::Ask;
use crate::decide::{Case, may_be_outdated};
use crate::later::Request;
use crate::presented::Presented;

/// A refusal is told from memory only while it is this young: an activation may have mended it.
const REFUSAL_MS: i64 = 100;

/// The answer, or nothing when a store must be asked or something is wrong with the request: the
/// asynchronous path finds out what.
pub fn answer(inbound: &Inbound, now: Millis) -> Option<Outbound> {
    let (config, keys) = (Config::known()?, Keys::known()?);
    if config.faults && !inbound.header("writ-fault").is_empty() {
        return None;
    }
    let endpoint = Id::Validate.endpoint();
    if inbound.method != endpoint.method || inbound.path() != endpoint.path || !is_json(inbound) {
        return None;
    }
    let Ok(Credentials::ApiKey(key)) = Credentials::read(inbound.header("authorization")) else {
        return None;
    };
    let hash = key.digest();
    let host = domain::host::Host::parse(inbound.authority()).ok()?;
    let held = admit::remembered(host.as_str(), Some(&hash), now, config.staleness_ms);
    let (site, principal, suspended) = (held.site??, held.principal??, held.suspended?);
    admit::check(&site, true, Some(&principal), endpoint, inbound, now).ok()?;
    let ask = Ask::read(inbound).ok().filter(|ask| !ask.request.strict)?;
    let presented =
        ask.request.license_key.as_deref().map(|text| Presented::check(&keys, text, now));
    let license = named(&ask, presented.as_ref())?;
    let subject = ask.subject(&principal.tenant, principal.shard, license);
    let remembered =
        facts::remembered(&subject.key()).filter(|held| held.is_fresh(now, config.staleness_ms))?;
    let case = Case {
        ask: &ask,
        app: watch::app_of(inbound),
        subject: &subject,
        facts: Some(&remembered.value),
        presented: presented.as_ref(),
        holder: site.standing,
        suspended: &suspended,
        unconfirmed: Vec::new(),
        now,
    };
    let (verdict, mut out) = case.decide();
    if may_be_outdated(verdict.code) && !remembered.is_fresh(now, REFUSAL_MS) {
        return None;
    }
    let Some(Spent::Granted(counters)) = limit::spend_held(&hash, now) else { return None };
    out.work_waits = pending::note(&subject, &remembered.value, &ask.reported, true, now);
    out.work_waits |= used::note(&principal, inbound, now);
    watch::admitted(&principal, inbound, now);
    watch::app(Request::user(&subject, Some(&principal)), &remembered.value, inbound, now);
    out.work_waits |= watch::waits();
    limit::tell(&mut out, &counters, &[]);
    out.set("x-request-id", platform::request_id().to_string());
    signed::at_the_door(&keys, &mut out, inbound, ask.nonce(), now).ok()?;
    log(&config, inbound, &principal, &key, &out, verdict.code.name(), now);
    Some(out)
}

fn is_json(inbound: &Inbound) -> bool {
    let media = inbound.header("content-type");
    media == "application/json" || serve::is_json(media)
}

/// The license that is asked about: by name, or by what a genuine key says.
pub fn named<'a>(ask: &'a Ask, presented: Option<&'a Presented>) -> Option<&'a str> {
    let by_key = || presented.and_then(|p| p.claims.as_deref()).map(|claims| claims.sub.as_str());
    ask.request.license_id.as_deref().or_else(by_key)
}

/// Of warm answers one in `log_every` is logged, told apart by the request's own random id.
fn log(
    config: &Config,
    inbound: &Inbound,
    principal: &Principal,
    key: &ApiKeyText,
    out: &Outbound,
    code: &str,
    now: Millis,
) {
    if !pending::is_sampled(config.log_every) {
        return;
    }
    let id = out
        .headers
        .iter()
        .find(|(name, _)| *name == "x-request-id")
        .map_or("", |(_, id)| id.as_str());
    edge::log::Line {
        level: "info",
        event: "request",
        request_id: id,
        route: Id::Validate.name(),
        host: inbound.authority(),
        tenant: key.tenant().as_str(),
        principal_kind: principal.who.name(),
        principal: principal.actor(),
        status: out.status,
        code,
        duration_ms: platform::now().since(now),
        ..Default::default()
    }
    .write();
}
