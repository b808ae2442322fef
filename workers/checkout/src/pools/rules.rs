//! `PUT /api/v1/pools/{license}/rules`: the holder's rules for a pool.

use domain::license::License;
use domain::pool::{Ask, Rules};
use edge::admit::admit;
use edge::objects::PoolReply;
use edge::outbox::Entry;
use edge::pool::floats;
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, find};
use serde_json::{Value, json};
use wire::body;
use wire::problem::Kind;

use crate::letters::{Done, noted};
use crate::product::Place;
use crate::{pools::check, refusal, seats};

/// Who: a key of the holder. What: all rules, made on the version seen. Commit: in the pool, with the next version, which it
/// takes from one caller only.
pub async fn set_rules(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let asked: Rules = body::read(&call.inbound.body)?;
    let principal = caller.principal()?;
    let found = find::held(call, principal, target.param).await?;
    let license = found.row.license();
    if !floats(&license.terms) {
        return Err(Kind::NoSeatsLicensed.into());
    }
    check::rules(&asked, seats::terms(&license).seats())?;
    let place = Place { tenant: &license.holder, shard: found.shard };
    let seen = seats::look(call, place, &license, 0, 1).await?.rules.version;
    if asked.version != seen {
        return Err(conflict(seen));
    }
    let rules = Rules { version: seen.saturating_add(1), ..asked };
    let entry = Entry {
        actor: principal.actor(),
        action: "pool.rules_changed",
        subject: license.id.as_str(),
        detail: summary(&rules, &license),
    };
    let out = noted(call, principal, &entry, adopt(call, place, &license, rules)).await?;
    Ok(Answer::to(caller, out))
}

async fn adopt(
    call: &Call,
    place: Place<'_>,
    license: &License,
    rules: Rules,
) -> Result<Done, Failure> {
    let body = answer::json(200, &rules)?;
    let (terms, ask) = (Some(seats::terms(license)), Ask::SetRules(rules));
    match seats::ask(call, place, &license.id, terms, ask).await? {
        PoolReply::Adopted { changed: true, .. } => Ok(Done { out: body, changed: true }),
        PoolReply::Adopted { version, changed: false } => Err(conflict(version)),
        PoolReply::Refused(refusal) => Err(refusal::failure(&refusal, place.tenant, call.now)),
        other => Err(seats::unexpected(&other)),
    }
}

fn conflict(version: i64) -> Failure {
    Failure::new(Kind::VersionConflict, format!("The rules are at version {version}."))
}

/// Enough to see what changed. People's names are left out: the log is for ever.
fn summary(rules: &Rules, license: &License) -> Value {
    let groups: Vec<_> = rules
        .groups
        .iter()
        .map(|group| {
            json!({
                "name": group.name, "priority": group.priority, "reserve": group.reserve, "cap": group.cap,
                "members": group.users.len() + group.hosts.len(),
            })
        })
        .collect();
    json!({
        "code": license.code, "version": rules.version, "groups": groups, "max_per_user": rules.max_per_user,
        "only_included": rules.include.is_some(), "borrow": rules.borrow,
    })
}
