//! Changes with what must be told of them: one transaction, then the outbox is shipped after the answer.

use domain::command::{Command, Order};
use domain::fleet::ActivationRules;
use domain::id::{CommandId, EventId, TenantId};
use domain::license::{License, Standing};
use domain::place::Shard;
use edge::db::Db;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::Ticket;
use edge::objects::{FleetTerms, Parcel};
use edge::outbox::{Entry, Event, Message, ship_later};
use edge::principal::Principal;
use edge::{Call, Failure, platform};
use store::query::Tenant;
use store::{Change, Refusal};

use crate::turn::{Done, records};

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

/// A change with what must be told of it.
pub struct Deed<'a> {
    /// Whose records it changes.
    pub place: Place<'a>,
    /// What the logs of that tenant and of the caller say.
    pub entry: Entry<'a>,
    /// What changes.
    pub changes: Vec<Change>,
    /// What else must be told.
    pub events: Vec<Event>,
}

impl Deed<'_> {
    /// Makes the change, its log entries and the answer for repeats in one transaction.
    ///
    /// # Errors
    /// When the transaction was refused or its database is away.
    pub async fn commit(
        self,
        call: &Call,
        principal: &Principal,
        ticket: Option<&Ticket>,
        out: Outbound,
    ) -> Result<Done, Failure> {
        let Place { tenant, shard } = self.place;
        let own = *tenant == principal.tenant;
        let (mut changes, mut events) = (self.changes, self.events);
        events.push(Event::audit(call, tenant, shard, &self.entry)?);
        if !own {
            events.push(Event::audit(call, &principal.tenant, principal.shard, &self.entry)?);
        }
        for event in &events {
            changes.push(event.row(call)?);
        }
        if let Some(ticket) = ticket {
            changes.push(if own { ticket.finish(&out)? } else { ticket.record(call, &out)? });
        }
        let records = records(call, tenant, shard);
        match records.write(changes).await {
            Ok(_) => ship_later(call, tenant, shard, events),
            Err(StoreFailure::Refused(Refusal::Duplicate, reason)) => {
                return before(&records, ticket, reason).await;
            }
            Err(failure) => return Err(failure.into()),
        }
        Ok(Done { out, kept: own && ticket.is_some() })
    }
}

/// The answer of the same request, if it died between its change and its answer.
async fn before(
    records: &Db<Tenant>,
    ticket: Option<&Ticket>,
    reason: String,
) -> Result<Done, Failure> {
    let recorded = match ticket {
        Some(ticket) => ticket.recorded(records).await?,
        None => None,
    };
    let refused = || StoreFailure::Refused(Refusal::Duplicate, reason).into();
    recorded.map(Done::new).ok_or_else(refused)
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

/// Tells the pool of a license what changed, where it has floating seats or had them before (`floated`). `license` is as
/// it will be after the change.
///
/// # Errors
/// When the platform has no entropy.
pub fn pool(license: &License, at: Shard, floated: bool) -> Result<Option<Event>, Failure> {
    if !floated && !edge::pool::floats(&license.terms) {
        return Ok(None);
    }
    let id = EventId::new(platform::entropy().map_err(Failure::internal)?);
    Ok(Some(Event { id, concerns: license.holder.clone(), message: to_pool(license, at) }))
}

fn to_pool(license: &License, at: Shard) -> Message {
    Message::Pool {
        license: license.id.clone(),
        terms: edge::pool::terms(license, license.standing == Standing::Active),
        shard: at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_gives_out_seats_while_its_license_is_active() {
        let rows =
            [(Standing::Active, true), (Standing::Suspended, false), (Standing::Revoked, false)];
        for (standing, want) in rows {
            let license = License { standing, version: 3, ..testkit::license(1) };
            let Message::Pool { license: id, terms, shard } = to_pool(&license, Shard::Us) else {
                panic!("{standing:?}")
            };
            assert_eq!((id, terms.version, shard), (license.id, 3, Shard::Us));
            assert_eq!(terms.open, want, "{standing:?}");
        }
    }
}
