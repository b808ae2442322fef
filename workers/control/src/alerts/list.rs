//! `GET /api/v1/alerts` and `GET /api/v1/alerts/{alert}`.

use domain::id::KeyId;
use domain::watch::{Rule, Severity};
use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use store::data::alerts::{self as table, Filter};
use wire::alert::AlertView;

use crate::alerts::{one, view};
use crate::answer;
use crate::paging::{Asked, wrong};
use crate::tenants::{named, subject};
use crate::turn::records;

/// A page of alerts, newest first.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["tenant_id", "rule", "severity", "state", "key"])?;
    let before = match asked.cursor.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| wrong("cursor", "is not a cursor of this list"))?),
    };
    let key = asked.filter("key").map(KeyId::parse).transpose();
    let key = key.map_err(|error| wrong("key", &error.to_string()))?;
    let filter = Filter { key: key.as_ref(), ..narrowed(&asked)? };
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, caller.principal()?, tenant.as_ref()).await?;
    let page = table::list(&filter, before, asked.fetch());
    let (rows,) = records(call, &subject.tenant, subject.shard).read((page,)).await?;
    // The cursor is the alert's number, which is nobody's business otherwise.
    let numbered = rows.into_iter().map(|row| Numbered { seq: row.seq, view: view(row) });
    answer::page(numbered.collect(), asked.limit, |item: &Numbered| item.seq.to_string())
}

#[derive(serde::Serialize)]
struct Numbered {
    #[serde(skip)]
    seq: u64,
    #[serde(flatten)]
    view: AlertView,
}

fn narrowed(asked: &Asked) -> Result<Filter<'static>, Failure> {
    let rule = asked.filter("rule").map(|name| {
        Rule::from_name(name).ok_or_else(|| wrong("rule", "is not the name of a rule"))
    });
    let severity = asked.filter("severity").map(|name| {
        Severity::from_name(name).ok_or_else(|| wrong("severity", "must be low, medium or high"))
    });
    let acknowledged = match asked.filter("state") {
        None => None,
        Some("open") => Some(false),
        Some("acknowledged") => Some(true),
        Some(_) => return Err(wrong("state", "must be open or acknowledged").into()),
    };
    let (rule, severity) = (rule.transpose()?, severity.transpose()?);
    Ok(Filter { rule, severity, acknowledged, key: None })
}

/// One alert.
pub async fn get(call: &Call, caller: &Caller, alert: &str) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, caller.principal()?, tenant.as_ref()).await?;
    answer::json(200, &view(one(call, &subject, alert).await?))
}
