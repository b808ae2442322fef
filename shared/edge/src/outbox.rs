//! The outbox: what a change must tell others is written in the change's own transaction, shipped
//! after the answer, and swept by the clock when that did not happen. Every event has an id, so that
//! telling it twice changes nothing.

use domain::app::Policy;
use domain::id::{EventId, LicenseId, ProductId, TenantId};
use domain::place::Shard;
use domain::pool::PoolTerms;
use serde::{Deserialize, Serialize};
use store::data::{app_policies, outbox};
use store::query::Change;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::mail::{self, Mail};
use crate::objects::{
    AuditCall, AuditLog, Fleet, FleetCall, FleetTerms, Parcel, Pool, PoolCall, Watch, WatchCall,
};
use crate::webhook::Webhook;
use crate::{log, object, platform, webhook};

/// What is told, and to whom.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// An entry for the audit log of the tenant concerned.
    Audit {
        /// Where the tenant's records live.
        shard: Shard,
        /// The entry, without its place in the chain.
        draft: domain::audit::Draft,
    },
    /// Commands and the new version for the devices of a license of the tenant concerned.
    Fleet {
        /// The license.
        license: LicenseId,
        /// What holds after the change.
        terms: FleetTerms,
        /// What its devices are to do.
        parcels: Vec<Parcel>,
    },
    /// New terms for the pool of a license of the tenant concerned.
    Pool {
        /// The license.
        license: LicenseId,
        /// What holds after the change.
        terms: PoolTerms,
        /// Where the tenant's records live.
        shard: Shard,
    },
    /// A mail on behalf of the tenant concerned.
    Mail(Mail),
    /// A webhook to the tenant concerned.
    Webhook(Webhook),
    /// Something for the `Watch` of the tenant concerned.
    Watch {
        /// Where the tenant's records live.
        shard: Shard,
        /// What it is told.
        told: Box<WatchCall>,
    },
    /// Which applications of a product the tenant concerned, its issuer, lets in: for another shard than its own.
    Apps {
        /// The shard.
        shard: Shard,
        /// The product.
        product: ProductId,
        /// Counts changes.
        version: i64,
        /// What the issuer wants.
        policy: Box<Policy>,
    },
}

impl Message {
    /// Its kind, as the outbox names it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Audit { .. } => "audit",
            Self::Fleet { .. } => "fleet",
            Self::Pool { .. } => "pool",
            Self::Mail(_) => "mail",
            Self::Webhook(_) => "webhook",
            Self::Watch { .. } => "watch",
            Self::Apps { .. } => "apps",
        }
    }
}

/// Rows younger than this are most likely being shipped by the request that wrote them, in milliseconds.
pub const LEFT_BEHIND_MS: i64 = 30_000;

/// A message with its event's id and the tenant that it concerns.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The tenant that it concerns.
    pub concerns: TenantId,
    /// What is told.
    pub message: Message,
}

/// What an audit entry says.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who did it: a key's id.
    pub actor: &'a str,
    /// What: `license.revoked`.
    pub action: &'a str,
    /// To what: an id.
    pub subject: &'a str,
    /// What is particular to it. No secrets.
    pub detail: serde_json::Value,
}

impl Event {
    /// An entry for the audit log of `tenant`.
    ///
    /// # Errors
    /// When the platform has no entropy.
    pub fn audit(
        call: &Call,
        tenant: &TenantId,
        shard: Shard,
        entry: &Entry<'_>,
    ) -> Result<Self, Failure> {
        let id = EventId::new(platform::entropy().map_err(Failure::internal)?);
        let draft = domain::audit::Draft {
            event: id.clone(),
            at: call.now,
            actor: entry.actor.to_owned(),
            action: entry.action.to_owned(),
            subject: entry.subject.to_owned(),
            request: call.id.to_string(),
            detail: entry.detail.clone(),
        };
        Ok(Self { id, concerns: tenant.clone(), message: Message::Audit { shard, draft } })
    }

    /// A mail on behalf of `tenant`.
    ///
    /// # Errors
    /// When the platform has no entropy.
    pub fn mail(tenant: &TenantId, mail: Mail) -> Result<Self, Failure> {
        Self::new(tenant, Message::Mail(mail))
    }

    /// Something that `tenant` is concerned by.
    ///
    /// # Errors
    /// When the platform has no entropy.
    pub fn new(tenant: &TenantId, message: Message) -> Result<Self, Failure> {
        let id = EventId::new(platform::entropy().map_err(Failure::internal)?);
        Ok(Self { id, concerns: tenant.clone(), message })
    }

    /// The row that goes into the change's transaction.
    ///
    /// # Errors
    /// When the message cannot be written as JSON.
    pub fn row(&self, call: &Call) -> Result<Change, Failure> {
        let payload = serde_json::to_value(&self.message).map_err(Failure::internal)?;
        Ok(outbox::put(&self.id, &self.concerns, self.message.kind(), &payload, call.now))
    }
}

/// Ships events once the answer is out. Their rows are in the outbox of `tenant` on `shard`.
pub fn ship_later(call: &Call, tenant: &TenantId, shard: Shard, events: Vec<Event>) {
    let work = Call::internal(call.env.clone());
    let tenant = tenant.clone();
    call.later(async move {
        for event in events {
            ship(&work, &tenant, shard, &event).await;
        }
    });
}

/// Ships one event and takes its row out of the outbox of `tenant` on `shard`. A failure is logged:
/// the clock will ship it.
pub async fn ship(call: &Call, tenant: &TenantId, shard: Shard, event: &Event) {
    let records = call.records(tenant, shard, Freshness::Primary);
    let outcome = match deliver(call, event).await {
        Ok(()) => records.write(vec![outbox::delete(&event.id)]).await,
        Err(failure) => {
            log::event("warn", "outbox.deliver", &failure.to_string());
            records.write(vec![outbox::failed(&event.id)]).await
        }
    };
    if let Err(failure) = outcome {
        log::event("warn", "outbox.settle", &failure.to_string());
    }
}

async fn deliver(call: &Call, event: &Event) -> Result<(), StoreFailure> {
    match &event.message {
        Message::Audit { shard, draft } => {
            let append = AuditCall::Append { shard: *shard, drafts: vec![draft.clone()] };
            let name = AuditLog::name(&event.concerns);
            object::tell::<AuditLog>(call, &name, *shard, &append).await
        }
        Message::Fleet { license, terms, parcels } => {
            let name = Fleet::name(&event.concerns, license);
            let shard = terms.shard;
            let terms = FleetCall::SetTerms { terms: terms.clone() };
            object::tell::<Fleet>(call, &name, shard, &terms).await?;
            let enqueue = FleetCall::Enqueue { shard, parcels: parcels.clone() };
            object::tell::<Fleet>(call, &name, shard, &enqueue).await
        }
        Message::Pool { license, terms, shard } => {
            let name = Pool::name(&event.concerns, license);
            let terms = PoolCall::SetTerms { terms: Box::new(terms.clone()) };
            object::tell::<Pool>(call, &name, *shard, &terms).await
        }
        Message::Mail(mail) => mail::send(call, mail, &event.id).await,
        Message::Webhook(it) => webhook::send(call, &event.concerns, it, &event.id).await,
        Message::Watch { shard, told } => {
            let name = Watch::name(&event.concerns);
            object::tell::<Watch>(call, &name, *shard, told).await
        }
        Message::Apps { shard, product, version, policy } => {
            let change = app_policies::put(product, *version, policy, call.now);
            let records = call.records(&event.concerns, *shard, Freshness::Primary);
            records.write(vec![change]).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_to_a_pool_v1_still_reads() {
        let bytes = r#"{"kind":"pool","license":"lic_e00000000000000000000000000","terms":{"version":2,"commit":5,"max_overage":1,"open":false,"ends":9},"shard":"us"}"#;
        let Message::Pool { terms, shard, .. } = serde_json::from_str(bytes).unwrap() else {
            panic!("{bytes}")
        };
        assert_eq!((terms.version, terms.open, shard), (2, false, Shard::Us));
    }

    #[test]
    fn what_a_watch_an_application_list_and_a_webhook_are_told_survives_its_row() {
        let rules = domain::watch::Rules::default().spelled_out();
        let set = WatchCall::SetRules { shard: Shard::Us, version: 3, rules: Box::new(rules) };
        let product = ProductId::parse("tool").unwrap();
        let webhook = Webhook {
            channel: domain::id::ChannelId::new([1; 16]),
            shard: Shard::Eu,
            body: r#"{"type":"alert.raised"}"#.to_owned(),
            until: domain::time::Millis(9),
        };
        let messages = [
            Message::Watch { shard: Shard::Us, told: Box::new(set) },
            Message::Apps { shard: Shard::Eu, product, version: 2, policy: Box::default() },
            Message::Webhook(webhook),
        ];
        for message in messages {
            let row = serde_json::to_value(&message).unwrap();
            assert_eq!(row["kind"], message.kind());
            let read: Message = serde_json::from_value(row.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), row);
        }
    }
}
