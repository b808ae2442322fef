//! `GET` and `PUT /api/v1/alert-rules`.

use domain::watch::Rules;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::WatchCall;
use edge::outbox::Entry;
use edge::{Call, Failure, zone};
use serde_json::json;
use store::data::alert_settings as table;
use wire::body;
use wire::problem::Problem;

use crate::alerts::commit;
use crate::answer;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::{named, subject};
use crate::turn::records;

/// What raises alerts, every setting said.
pub async fn rules(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, caller.principal()?, tenant.as_ref()).await?;
    let row = records(call, &subject.tenant, subject.shard).first(table::rules()).await?;
    answer::json(200, &row.map(|row| row.rules).unwrap_or_default().spelled_out())
}

/// Makes the rules. What is not said is as usual.
pub async fn set_rules(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &["tenant_id"])?;
    let rules: Rules = body::read(&call.inbound.body)?;
    rules.check().map_err(|error| Problem::field(error.pointer, error.reason))?;
    let zone = rules.business_hours.as_ref().map(|hours| hours.zone.as_str());
    if zone.is_some_and(|zone| zone::local(zone, call.now).is_none()) {
        return Err(Problem::field("/business_hours/zone", "is not a time zone").into());
    }
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, principal, tenant.as_ref()).await?;
    let held = records(call, &subject.tenant, subject.shard).first(table::rules()).await?;
    let version = held.map_or(1, |row| row.version.saturating_add(1));
    let told =
        WatchCall::SetRules { shard: subject.shard, version, rules: Box::new(rules.clone()) };
    let deed = Deed {
        place: subject.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "alert_rules.changed",
            subject: subject.tenant.as_str(),
            detail: json!({ "version": version, "rules": rules }),
        },
        changes: vec![table::set_rules(version, &rules, call.now)],
        events: Vec::new(),
    };
    let out = answer::json(200, &rules.clone().spelled_out())?;
    commit(call, principal, deed, Some(told), out).await
}
