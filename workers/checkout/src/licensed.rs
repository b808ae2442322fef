//! The license that an ask is about, as memory or the holder's shard has it.

use std::rc::Rc;

use domain::id::TenantId;
use domain::license::License;
use domain::place::Shard;
use edge::db::Freshness;
use edge::facts::{self, Facts, Subject};
use edge::failure::StoreFailure;
use edge::principal::Credentials;
use edge::watch::{self, User};
use edge::{Call, Failure};

use crate::ask::{Asked, Named};
use crate::product::{self, Place};
use crate::usable::{self, Parties};

/// A license with what the stores know of it and of the device that asks.
pub struct Held {
    subject: Subject,
    facts: Rc<Facts>,
    /// Whether the primary said so, in this request.
    pub is_newest: bool,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    Memory,
    Shard(Freshness),
}

impl Held {
    /// The license, when seats may be given out.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(
        &self,
        call: &Call,
        asked: &Asked,
        parties: Parties<'_>,
    ) -> Result<&License, Failure> {
        let app = watch::app_of(&call.inbound);
        let user =
            User { tenant: &self.subject.tenant, shard: self.subject.shard, key: parties.key };
        watch::app(user, &self.facts, &call.inbound, call.now);
        Ok(usable::check(&self.facts, &self.subject, asked, app, parties, call.now)?)
    }

    fn promises(&self, call: &Call, asked: &Asked) -> bool {
        let app = watch::app_of(&call.inbound);
        usable::check(&self.facts, &self.subject, asked, app, Parties::UNKNOWN, call.now).is_ok()
    }
}

/// The license while its caller is still being let in: the key names its tenant and hints at the shard. Nothing where no key
/// was shown, or nothing readable was asked.
pub async fn early(
    call: &Call,
    asked: Option<&Asked>,
) -> Option<(Shard, Result<Held, StoreFailure>)> {
    let header = call.inbound.header("authorization");
    let Ok(Credentials::ApiKey(key)) = Credentials::read(header) else { return None };
    let place = Place { tenant: key.tenant(), shard: key.shard() };
    Some((key.shard(), find(call, place, asked?).await))
}

/// What memory holds where it is fresh, else what the nearest replica says. Neither is believed when it speaks against the
/// ask, for another worker may just have mended that: then the primary has the last word.
///
/// # Errors
/// When the shard is away or late: nothing is guessed.
pub async fn find(call: &Call, place: Place<'_>, asked: &Asked) -> Result<Held, StoreFailure> {
    for source in [Source::Memory, Source::Shard(Freshness::Nearest)] {
        let held = look(call, place, asked, source).await?;
        if let Some(held) = held.filter(|held| held.promises(call, asked)) {
            return Ok(held);
        }
    }
    newest(call, place, asked).await
}

/// What the primary says.
///
/// # Errors
/// When it is away or late.
pub async fn newest(call: &Call, place: Place<'_>, asked: &Asked) -> Result<Held, StoreFailure> {
    let held = look(call, place, asked, Source::Shard(Freshness::Primary)).await?;
    Ok(held.unwrap_or_else(|| nothing(asked, place.tenant, place.shard)))
}

/// `None` when the source knows nothing: of a license that it knows not to be there it says so.
async fn look(
    call: &Call,
    place: Place<'_>,
    asked: &Asked,
    source: Source,
) -> Result<Option<Held>, StoreFailure> {
    let reference = match &asked.named {
        Named::License(reference) | Named::Capacity(reference) => Some(reference.clone()),
        Named::Product(product) => {
            let chosen = match source {
                Source::Memory => product::remembered(call, place, product),
                Source::Shard(freshness) => product::load(call, place, product, freshness).await?,
            };
            chosen.map(|id| id.to_string())
        }
    };
    let Some(reference) = reference else { return Ok(None) };
    let subject = asked.subject(place.tenant, place.shard, &reference);
    let facts = match source {
        Source::Memory => remembered(call, &subject),
        Source::Shard(freshness) => Some(facts::load(call, &subject, freshness).await?),
    };
    let is_newest = source == Source::Shard(Freshness::Primary);
    Ok(facts.map(|facts| Held { subject, facts, is_newest }))
}

fn remembered(call: &Call, subject: &Subject) -> Option<Rc<Facts>> {
    let held = facts::remembered(&subject.key())?;
    let held = held.is_fresh(call.now, call.staleness_ms()).then_some(held)?;
    facts::used(call, subject, &held.value, held.at);
    Some(held.value)
}

fn nothing(asked: &Asked, tenant: &TenantId, shard: Shard) -> Held {
    let subject = asked.subject(tenant, shard, "");
    Held { subject, facts: Rc::default(), is_newest: true }
}
