//! `POST /api/v1/licenses/checkout`: seats of a license of the caller, or a place in the line for them.

use domain::license::License;
use domain::pool::{Ask, Borrow, Key};
use edge::admit::{Caller, admit};
use edge::door::Outbound;
use edge::idempotency::pool_key;
use edge::objects::PoolReply;
use edge::platform::entropy;
use edge::principal::Principal;
use edge::serve::Answer;
use edge::{Call, Failure, answer};
use futures_util::future::join;
use wire::endpoints::Endpoint;

use crate::ask::{Asked, Draw};
use crate::borrow::borrowed;
use crate::licensed::{Held, early, find, newest};
use crate::product::Place;
use crate::sign::Signer;
use crate::usable::Parties;
use crate::{refusal, seats, view};

/// Who: a key of the holder. What: seats. Decide: the license here, the seats in the pool. Commit: in the pool.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let asked = Asked::read(&call.inbound.body);
    let (caller, early) = join(admit(call, endpoint), early(call, asked.as_ref().ok())).await;
    let caller = caller?;
    let asked = asked?;
    let key = pool_key(&call.inbound)?;
    let principal = caller.principal()?;
    let place = home(principal);
    let held = match early {
        Some((shard, held)) if shard == principal.shard => held?,
        // The key's hint was wrong: the tenant's records have moved since it was made.
        _ => find(call, place, &asked).await?,
    };
    let way = Way::Checkout;
    let out = Request { call, asked: &asked, caller: &caller, place, key, way }.seats(held).await?;
    Ok(Answer::to(caller, out))
}

/// The caller's own place.
pub const fn home(principal: &Principal) -> Place<'_> {
    Place { tenant: &principal.tenant, shard: principal.shard }
}

/// How seats are taken.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// For as long as the holder says that it still needs them.
    Checkout,
    /// For work without a network: so many seconds, as a text signed with this.
    Borrow(u32, &'a Signer),
}

/// An ask of somebody who was let in.
pub struct Request<'a> {
    /// The request.
    pub call: &'a Call,
    /// What is asked.
    pub asked: &'a Asked,
    /// Who asks.
    pub caller: &'a Caller,
    /// Where the caller's records live.
    pub place: Place<'a>,
    /// Recognises a repeat.
    pub key: Option<Key>,
    /// How.
    pub way: Way<'a>,
}

impl Request<'_> {
    /// Takes the seats. A refusal that newer terms could change is told once the primary has none.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn seats(&self, held: Held) -> Result<Outbound, Failure> {
        let license = self.usable(&held)?;
        let reply = self.ask(license).await?;
        let PoolReply::Refused(refusal) = &reply else { return self.granted(reply, license) };
        if refusal::rests_on_terms(refusal) && !held.is_newest {
            let newer = newest(self.call, self.place, self.asked).await?;
            let newer = self.usable(&newer)?;
            if newer.version > license.version {
                let reply = self.ask(newer).await?;
                return self.tell(reply, newer);
            }
        }
        self.tell(reply, license)
    }

    fn usable<'h>(&self, held: &'h Held) -> Result<&'h License, Failure> {
        let caller = self.caller;
        let key = caller.principal()?.key();
        let parties = Parties { holder: caller.site.standing, suspended: &caller.suspended, key };
        let license = held.usable(self.call, self.asked, parties)?;
        self.asked.check_ticket(license)?;
        Ok(license)
    }

    async fn ask(&self, license: &License) -> Result<PoolReply, Failure> {
        let owner = self.caller.principal()?.actor();
        let draw = Draw {
            lease: entropy().map_err(Failure::internal)?,
            ticket: entropy().map_err(Failure::internal)?,
            key: self.key.clone(),
        };
        let checkout = self.asked.for_pool(&license.id, owner, draw);
        let ask = match self.way {
            Way::Checkout => Ask::Checkout(checkout),
            Way::Borrow(until_seconds, _) => Ask::Borrow(Borrow { checkout, until_seconds }),
        };
        let terms = Some(seats::terms(license));
        Ok(seats::ask(self.call, self.place, &license.id, terms, ask).await?)
    }

    fn tell(&self, reply: PoolReply, license: &License) -> Result<Outbound, Failure> {
        match reply {
            PoolReply::Refused(refusal) => {
                Err(refusal::failure(&refusal, self.place.tenant, self.call.now))
            }
            reply => self.granted(reply, license),
        }
    }

    fn granted(&self, reply: PoolReply, license: &License) -> Result<Outbound, Failure> {
        match (self.way, reply) {
            (Way::Checkout, reply) => told(reply, license),
            (Way::Borrow(_, signer), PoolReply::Granted { lease, replayed }) => {
                borrowed(*lease, license, signer, replayed)
            }
            (Way::Borrow(..), other) => Err(seats::unexpected(&other)),
        }
    }
}

fn told(reply: PoolReply, license: &License) -> Result<Outbound, Failure> {
    match reply {
        PoolReply::Granted { lease, replayed } => {
            let mut out = answer::json(201, &view::lease(*lease, license))?;
            if replayed {
                out.set("idempotent-replayed", "true");
            }
            Ok(out)
        }
        PoolReply::Queued { ticket, position, estimate, reserved_until } => {
            let claim = license.terms.floating.claim_seconds;
            let view = view::queued(ticket, position, estimate, reserved_until, claim);
            let mut out = answer::json(202, &view)?;
            out.set("retry-after", view.come_back_in.to_string());
            Ok(out)
        }
        other => Err(seats::unexpected(&other)),
    }
}
