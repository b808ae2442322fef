//! Alerts about API keys: seen and acknowledged, what raises them, where they go; for the caller's tenant or one below it.

mod acknowledge;
mod channels;
mod list;
mod rules;

pub use acknowledge::acknowledge;
pub use channels::{channels, set_channels};
pub use list::{get, list};
pub use rules::{rules, set_rules};

use domain::id::AlertId;
use edge::door::Outbound;
use edge::objects::{Watch, WatchCall};
use edge::outbox::{Event, Message};
use edge::principal::Principal;
use edge::{Call, Failure, log, object};
use store::data::alerts::{self as table, AlertRow};
use wire::alert::{AlertState, AlertView};
use wire::problem::Kind;

use crate::commit::{Deed, Place};
use crate::tenants::Subject;
use crate::turn::records;

/// An alert of the tenant.
///
/// # Errors
/// `alert-not-found`, also for alerts of others.
async fn one(call: &Call, subject: &Subject, alert: &str) -> Result<AlertRow, Failure> {
    let id = AlertId::parse(alert).map_err(|_| Kind::AlertNotFound)?;
    let records = records(call, &subject.tenant, subject.shard);
    let row = records.first(table::by_id(&id)).await?;
    row.ok_or_else(|| Kind::AlertNotFound.into())
}

/// Makes a change with what the tenant's watch is told of it. The watch is told before the answer, so that the change is in
/// force; where it is away the outbox will tell it, and what it is told twice counts once.
async fn commit(
    call: &Call,
    principal: &Principal,
    mut deed: Deed<'_>,
    told: Option<WatchCall>,
    out: Outbound,
) -> Result<Outbound, Failure> {
    let Place { tenant, shard } = deed.place;
    if let Some(told) = &told {
        let message = Message::Watch { shard, told: Box::new(told.clone()) };
        deed.events.push(Event::new(tenant, message)?);
    }
    let done = deed.commit(call, principal, None, out).await?;
    if let Some(told) = &told {
        let sent = object::send_soon::<Watch>(call, &Watch::name(tenant), shard, told).await;
        if let Err(failure) = sent {
            log::event("warn", "watch.told", &failure.to_string());
        }
    }
    Ok(done.out)
}

fn view(row: AlertRow) -> AlertView {
    let state =
        if row.acknowledged_ms.is_some() { AlertState::Acknowledged } else { AlertState::Open };
    AlertView {
        alert_id: row.id,
        rule: row.rule,
        severity: row.severity,
        key_id: row.key_id,
        value: row.value,
        detail: row.detail,
        calls: row.calls,
        first_at: row.first_ms.into(),
        last_at: row.last_ms.into(),
        state,
        acknowledged_at: row.acknowledged_ms.map(Into::into),
        acknowledged_by: row.acknowledged_by,
        note: row.note,
        trusted: row.trusted,
    }
}
