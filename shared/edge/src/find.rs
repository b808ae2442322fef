//! Where a license is: on its holder's shard, whoever asks.

use domain::id::LicenseId;
use domain::place::Shard;
use futures_util::future::{join, join_all};
use store::data::licenses::{self, LicenseRow};
use wire::problem::Kind;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::principal::Principal;

/// A license and the shard of its holder.
#[derive(Clone, Debug)]
pub struct Found {
    /// The row.
    pub row: LicenseRow,
    /// Where it is.
    pub shard: Shard,
}

/// A license that the caller holds (by id or code) or has issued (by id).
///
/// # Errors
/// `license-not-found`, also for licenses of others: nobody learns that they exist.
pub async fn seen(call: &Call, principal: &Principal, reference: &str) -> Result<Found, Failure> {
    let held = find_held(call, principal, reference);
    let (held, issued) = join(held, find_issued(call, principal, reference)).await;
    if let Some(found) = held? {
        return Ok(found);
    }
    issued?.ok_or_else(|| Kind::LicenseNotFound.into())
}

/// A license that the caller holds, by id or code.
///
/// # Errors
/// `license-not-found`, also for licenses of others.
pub async fn held(call: &Call, principal: &Principal, reference: &str) -> Result<Found, Failure> {
    let found = find_held(call, principal, reference).await?;
    found.ok_or_else(|| Kind::LicenseNotFound.into())
}

/// A license that the caller has issued.
///
/// # Errors
/// `license-not-found`, also for licenses of others.
pub async fn issued(call: &Call, principal: &Principal, reference: &str) -> Result<Found, Failure> {
    let found = find_issued(call, principal, reference).await?;
    found.ok_or_else(|| Kind::LicenseNotFound.into())
}

/// What decides a write, or what only its owners see: the primary is asked.
async fn find_held(
    call: &Call,
    principal: &Principal,
    reference: &str,
) -> Result<Option<Found>, StoreFailure> {
    let records = call.records(&principal.tenant, principal.shard, Freshness::Primary);
    let row = records.first(licenses::by_ref(reference)).await?;
    let row = row.filter(|_| principal.customers().is_none());
    Ok(row.map(|row| Found { row, shard: principal.shard }))
}

/// Asks every shard at once: an id's hint is only a hint, and one round is one round.
async fn find_issued(
    call: &Call,
    principal: &Principal,
    reference: &str,
) -> Result<Option<Found>, StoreFailure> {
    let Ok(id) = LicenseId::parse(reference) else { return Ok(None) };
    if !principal.kind.issues() {
        return Ok(None);
    }
    let asked = Shard::ALL.map(|shard| {
        let records = call.records(&principal.tenant, shard, Freshness::Primary);
        let query = licenses::issued_by_id(&id);
        async move { records.first(query).await.map(|row| row.map(|row| Found { row, shard })) }
    });
    let mut missing = Ok(None);
    for outcome in join_all(asked).await {
        match outcome {
            Ok(Some(found)) if !principal.looks_after(&found.row.tenant_id) => {}
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {}
            Err(failure) => missing = Err(failure),
        }
    }
    missing
}
