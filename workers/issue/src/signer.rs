//! The key with which an issuer signs: found, unsealed, remembered; made when the issuer signs for the first time.

use std::cell::RefCell;
use std::rc::Rc;

use domain::id::{Kid, TenantId};
use domain::place::Shard;
use edge::cache::Cache;
use edge::db::Freshness;
use edge::failure::StoreFailure;
use edge::outbox::{Entry, Event, ship_later};
use edge::{Call, Failure};
use futures_util::future::join;
use license::keys::SigningSeed;
use store::data::outbox;
use store::data::signing_keys::{self, SigningKeyRow};
use store::directory::issuer_keys::{self, IssuerKeyRow, KeyState};
use store::error::Refusal;

use crate::new_key;
use crate::secrets::Secrets;

/// Seeds and active keys held per isolate.
const HELD: usize = 512;
/// Private halves read before it is known which is active: it, the next, and two that a rotation in between may add.
const LATEST: u32 = 4;

thread_local! {
    static ACTIVE: RefCell<Cache<TenantId, Rc<IssuerKeyRow>>> = RefCell::new(Cache::new(HELD));
    static SEEDS: RefCell<Cache<Kid, Rc<SigningSeed>>> = RefCell::new(Cache::new(HELD));
}

/// An issuer's key, ready to sign.
#[derive(Debug)]
pub struct Signer {
    /// The public half with its certificate.
    pub key: Rc<IssuerKeyRow>,
    /// The private half.
    pub seed: Rc<SigningSeed>,
}

/// The signer of `issuer`, whose records are on `shard`.
///
/// # Errors
/// When a store is away, or a secret is missing.
pub async fn of(call: &Call, issuer: &TenantId, shard: Shard) -> Result<Signer, Failure> {
    let staleness = if call.faults.cold { 0 } else { call.config.staleness_ms };
    let held = ACTIVE.with_borrow_mut(|keys| keys.fresh(issuer, call.now, staleness).cloned());
    if let Some(key) = held {
        let seed = seed(call, issuer, shard, &key.kid).await?;
        return Ok(Signer { key, seed });
    }
    // Which key is active is not known yet, but it is one of the latest: so both halves take one round.
    let records = call.records(issuer, shard, Freshness::Primary);
    let sealed = records.read((signing_keys::latest(LATEST),));
    let (key, sealed) = join(active(call, issuer, shard), sealed).await;
    let (key, (sealed,)) = (key?, sealed?);
    let row = sealed.into_iter().find(|row| row.kid == key.kid);
    let seed = match row {
        Some(row) => open(call, issuer, &row)?,
        None => seed(call, issuer, shard, &key.kid).await?,
    };
    Ok(Signer { key, seed })
}

/// Forgets which key of `issuer` is active: it was rotated.
pub fn forget(issuer: &TenantId) {
    ACTIVE.with_borrow_mut(|keys| keys.forget(issuer));
}

/// The active key as the DIRECTORY has it, made if there is none.
///
/// # Errors
/// As [`of`].
pub async fn active(
    call: &Call,
    issuer: &TenantId,
    shard: Shard,
) -> Result<Rc<IssuerKeyRow>, Failure> {
    let found = call.directory(Freshness::Primary).first(issuer_keys::active(issuer)).await?;
    let key = match found {
        Some(key) => Rc::new(key),
        None => Rc::new(make_first(call, issuer, shard).await?),
    };
    ACTIVE.with_borrow_mut(|keys| keys.put(issuer.clone(), Rc::clone(&key), call.now));
    Ok(key)
}

/// The first two keys of an issuer. Of two requests that make them at once one wins, because at most one key of an
/// issuer is active; the seeds of the other stay behind sealed and unused.
async fn make_first(call: &Call, issuer: &TenantId, shard: Shard) -> Result<IssuerKeyRow, Failure> {
    let first = new_key::make(call, issuer, KeyState::Active)?;
    let next = new_key::make(call, issuer, KeyState::Next)?;
    let detail = serde_json::json!({"next": next.public.kid});
    let subject = first.public.kid.as_str();
    let entry = Entry { actor: "system", action: "signing_key.created", subject, detail };
    let event = Event::audit(call, issuer, shard, &entry)?;
    let records = call.records(issuer, shard, Freshness::Primary);
    records.write(vec![first.private, next.private, event.row(call)?]).await?;
    let directory = call.directory(Freshness::Primary);
    let published = vec![issuer_keys::insert(&first.public), issuer_keys::insert(&next.public)];
    match directory.write(published).await {
        Ok(_) => {
            ship_later(call, issuer, shard, vec![event]);
            Ok(first.public)
        }
        Err(StoreFailure::Refused(Refusal::Duplicate, _)) => {
            records.write(vec![outbox::delete(&event.id)]).await?;
            let winner = directory.first(issuer_keys::active(issuer)).await?;
            winner.ok_or_else(|| Failure::internal("no key is active, and none can be made"))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// The private half of `kid`.
async fn seed(
    call: &Call,
    issuer: &TenantId,
    shard: Shard,
    kid: &Kid,
) -> Result<Rc<SigningSeed>, Failure> {
    // A seed never changes, so that it is held for as long as there is room, unless a test wants to see a cold isolate.
    let held = SEEDS.with_borrow_mut(|seeds| seeds.get(kid).map(|held| Rc::clone(&held.value)));
    if let Some(seed) = held.filter(|_| !call.faults.cold) {
        return Ok(seed);
    }
    let row =
        call.records(issuer, shard, Freshness::Primary).first(signing_keys::by_kid(kid)).await?;
    let row =
        row.ok_or_else(|| Failure::internal(format!("the private half of {kid} is missing")))?;
    open(call, issuer, &row)
}

/// Unseals a private half, and remembers it.
fn open(call: &Call, issuer: &TenantId, row: &SigningKeyRow) -> Result<Rc<SigningSeed>, Failure> {
    let keks = &Secrets::of(call)?.keks;
    let opened = keks.open(issuer, &row.kid, &row.sealed).map_err(Failure::internal)?;
    let bytes: &[u8; 32] = opened.as_slice().try_into().map_err(Failure::internal)?;
    let seed = Rc::new(SigningSeed::from_bytes(bytes));
    SEEDS.with_borrow_mut(|seeds| seeds.put(row.kid.clone(), Rc::clone(&seed), call.now));
    Ok(seed)
}
