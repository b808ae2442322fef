//! Changes with what must be told of them: one transaction, then the outbox is shipped after the answer.

use domain::command::{Command, Order};
use domain::fleet::ActivationRules;
use domain::id::{CommandId, EventId, TenantId};
use domain::license::License;
use domain::place::Shard;
use edge::objects::{FleetTerms, Parcel};
use edge::outbox::{Entry, Event, Message, ship_later};
use edge::principal::Principal;
use edge::{Call, Failure, platform};
use store::Change;

use crate::turn::records;

/// A tenant and where its records live.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// Its shard.
    pub shard: Shard,
}

impl<'a> Place<'a> {
    /// The caller's own place.
    pub const fn of(principal: &'a Principal) -> Self {
        Self { tenant: &principal.tenant, shard: principal.shard }
    }
}

/// Writes `changes` to the records of `place` together with an audit entry for each of `concerned`, and
/// `more` events. A tenant that is concerned twice gets one entry.
///
/// # Errors
/// When the transaction was refused or its database is away.
pub async fn commit(
    call: &Call,
    place: Place<'_>,
    concerned: &[Place<'_>],
    entry: &Entry<'_>,
    mut changes: Vec<Change>,
    more: Vec<Event>,
) -> Result<(), Failure> {
    let mut events = more;
    let mut told: Vec<&TenantId> = Vec::new();
    for other in concerned {
        if !told.contains(&other.tenant) {
            told.push(other.tenant);
            events.push(Event::audit(call, other.tenant, other.shard, entry)?);
        }
    }
    for event in &events {
        changes.push(event.row(call)?);
    }
    records(call, place.tenant, place.shard).write(changes).await?;
    ship_later(call, place.tenant, place.shard, events);
    Ok(())
}

/// Tells the devices of a license what changed. `license` is as it will be after the change.
///
/// # Errors
/// When the platform has no entropy.
pub fn fleet(
    call: &Call,
    license: &License,
    at: Shard,
    issuer: Shard,
    orders: Vec<Order>,
) -> Result<Event, Failure> {
    let terms = FleetTerms {
        version: license.version,
        issuer: license.issuer.clone(),
        issuer_shard: issuer,
        shard: at,
        rules: ActivationRules {
            limit: license.terms.device_limit(),
            mode: license.terms.binding.mode,
            migrations: license.terms.binding.migrations,
        },
        heartbeat_seconds: license.terms.report.heartbeat_seconds,
    };
    let parcels = orders
        .into_iter()
        .map(|order| {
            let id = CommandId::new(platform::entropy().map_err(Failure::internal)?);
            Ok(Parcel { device: None, command: Command { id, order, created: call.now } })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok(Event {
        id: EventId::new(platform::entropy().map_err(Failure::internal)?),
        concerns: license.holder.clone(),
        message: Message::Fleet { license: license.id.clone(), terms, parcels },
    })
}
