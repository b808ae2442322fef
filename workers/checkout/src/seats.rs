//! The Pool of a license: one hop, and nobody else counts seats.

use domain::id::LicenseId;
use domain::license::{License, Standing};
use domain::pool::{Ask, PoolTerms};
use edge::failure::StoreFailure;
use edge::objects::{Pool, PoolCall, PoolReply, PoolView};
use edge::{Call, Failure, object};

use crate::product::Place;

/// What the pool must know of the license: it gives seats out unless the license is suspended or revoked.
pub fn terms(license: &License) -> PoolTerms {
    edge::pool::terms(license, license.standing == Standing::Active)
}

/// Asks the pool of `license` of the holder in `holder`. Its name begins with the holder, so that nobody reaches another
/// tenant's pool, whatever ids are sent.
///
/// # Errors
/// When the pool is away, or it is not known what it did.
pub async fn ask(
    call: &Call,
    holder: Place<'_>,
    license: &LicenseId,
    terms: Option<PoolTerms>,
    ask: Ask,
) -> Result<PoolReply, StoreFailure> {
    let (terms, ask) = (terms.map(Box::new), Box::new(ask));
    let message = PoolCall::Ask { shard: holder.shard, terms, ask };
    object::send::<Pool>(call, &Pool::name(holder.tenant, license), holder.shard, &message).await
}

/// How the pool of `license` stands, with at most `limit` leases granted after number `after`.
///
/// # Errors
/// When the pool is away or answers something else.
pub async fn look(
    call: &Call,
    holder: Place<'_>,
    license: &License,
    after: u64,
    limit: u32,
) -> Result<PoolView, Failure> {
    let terms = Box::new(terms(license));
    let message = PoolCall::View { shard: holder.shard, terms, after, limit };
    let name = Pool::name(holder.tenant, &license.id);
    match object::send::<Pool>(call, &name, holder.shard, &message).await? {
        PoolReply::View(view) => Ok(*view),
        other => Err(unexpected(&other)),
    }
}

/// A reply to something else than what was asked.
pub fn unexpected(reply: &PoolReply) -> Failure {
    Failure::internal(format!("the pool answered {reply:?} to something else"))
}
