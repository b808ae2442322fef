//! `POST /api/v1/signing-keys/rotate`: the next key signs from now on, and a new next one is published.
//!
//! What the retired key signed stays good: it remains published, and texts carry its certificate.

use edge::admit::admit;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::idempotency::Ticket;
use edge::outbox::{Entry, Event, ship_later};
use edge::principal::Principal;
use edge::serve::Answer;
use edge::{Call, Failure, answer, log};
use store::data::outbox;
use store::directory::issuer_keys::{self, IssuerKeyRow, KeyState};
use store::query;
use wire::endpoints::Endpoint;
use wire::signing::RotateAnswer;

use crate::commit::{once, own};
use crate::new_key::{self, NewKey};
use crate::signer;

/// Who: an issuer. Load: its keys. Commit: first the new private halves with the audit entry, then the DIRECTORY.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let principal = caller.principal()?;
    let rotated = once(call, principal, endpoint, async |ticket: Option<&Ticket>| {
        rotate(call, principal, ticket).await
    });
    let out = rotated.await?;
    Ok(Answer::to(caller, out))
}

async fn rotate(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
) -> Result<Outbound, Failure> {
    signer::active(call, &principal.tenant, principal.shard).await?;
    let directory = call.directory(Freshness::Primary);
    let (keys,) = directory.read((issuer_keys::of_tenant(&principal.tenant),)).await?;
    let plan = Plan::of(call, principal, &keys)?;
    let out = answer::json(200, &plan.told)?;
    let event = audit(call, principal, &plan.told)?;
    let records = own(call, principal);
    let mut private = plan.private;
    private.push(event.row(call)?);
    records.write(private).await?;
    if let Err(failure) = directory.write(plan.public).await {
        // Only a refusal says for certain that nothing was rotated.
        if matches!(failure, StoreFailure::Refused(..)) {
            records.write(vec![outbox::delete(&event.id)]).await?;
        }
        return Err(failure.into());
    }
    signer::forget(&principal.tenant);
    ship_later(call, &principal.tenant, principal.shard, vec![event]);
    if let Some(ticket) = ticket
        && let Err(failure) = records.write(vec![ticket.finish(&out)?]).await
    {
        log::event("warn", "idempotency.finish", &failure.to_string());
    }
    Ok(out)
}

/// What a rotation changes.
struct Plan {
    private: Vec<query::Change>,
    public: Vec<query::Entry>,
    told: RotateAnswer,
}

impl Plan {
    /// Retiring goes first: at no point may two keys be active.
    fn of(call: &Call, principal: &Principal, keys: &[IssuerKeyRow]) -> Result<Self, Failure> {
        let tenant = &principal.tenant;
        let kid = |state| keys.iter().find(|key| key.state == state).map(|key| key.kid.clone());
        let retired = kid(KeyState::Active);
        let (mut private, mut public) = (Vec::new(), Vec::new());
        let mut add = |key: NewKey, public: &mut Vec<query::Entry>| {
            public.push(issuer_keys::insert(&key.public));
            private.push(key.private);
            key.public.kid
        };
        public.extend(retired.as_ref().map(|kid| issuer_keys::retire(tenant, kid, call.now)));
        let active = match kid(KeyState::Next) {
            Some(next) => {
                public.push(issuer_keys::activate(tenant, &next));
                next
            }
            None => add(new_key::make(call, tenant, KeyState::Active)?, &mut public),
        };
        let next = add(new_key::make(call, tenant, KeyState::Next)?, &mut public);
        Ok(Self { private, public, told: RotateAnswer { active, next, retired } })
    }
}

fn audit(call: &Call, principal: &Principal, told: &RotateAnswer) -> Result<Event, Failure> {
    let entry = Entry {
        actor: principal.actor(),
        action: "signing_key.rotated",
        subject: told.active.as_str(),
        detail: serde_json::json!({"next": told.next, "retired": told.retired}),
    };
    Event::audit(call, &principal.tenant, principal.shard, &entry)
}
