//! A company on its way to being a tenant: looked at when it asks, and by the clock.
//!
//! First the DIRECTORY decides who wins, in one transaction; then the winner's shard is told, once; then it is in
//! service. Whoever dies in between leaves a row that is due, and the clock goes on from there.

mod settle;

use domain::host::Host;
use domain::proof::{self, Heard, Patience};
use domain::time::Millis;
use store::Refusal;
use store::data::registrations as infos;
use store::directory::hostnames::{self, HostKind, HostStatus};
use store::directory::registrations::{self, RegistrationRow, RegistrationStatus};
use store::directory::tenants;
use wire::tenant::TenantKind;

pub use settle::first_key;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::{dns, patience};

/// Where a registration has come to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Looked {
    /// The record was not seen.
    Pending {
        /// What the resolvers say.
        found: &'static str,
        /// When it is looked for again.
        next: Millis,
    },
    /// The tenant is in service.
    Done,
    /// Somebody else has the tenant id or the domain.
    Lost,
    /// The record never came.
    Expired,
}

/// Looks for the record of a registration, and makes the tenant when it is there.
///
/// # Errors
/// When a store is away; then the clock goes on.
pub async fn look(call: &Call, row: &RegistrationRow) -> Result<Looked, Failure> {
    match row.status {
        RegistrationStatus::Pending => pending(call, row).await,
        RegistrationStatus::Verified => settle::settle(call, row).await.map(|()| Looked::Done),
        RegistrationStatus::Done => Ok(Looked::Done),
        RegistrationStatus::Lost => Ok(Looked::Lost),
        RegistrationStatus::Expired => Ok(Looked::Expired),
    }
}

async fn pending(call: &Call, row: &RegistrationRow) -> Result<Looked, Failure> {
    if is_taken(call, row).await? {
        return end(call, row, RegistrationStatus::Lost).await.map(|()| Looked::Lost);
    }
    let domain = Host::parse(&row.domain).map_err(Failure::internal)?;
    let value = proof::record_value(&row.proof);
    let heard = dns::heard(call, &proof::record_name(&domain), &value).await;
    if proof::holds(&heard) {
        return win(call, row).await;
    }
    not_yet(call, row, &heard, patience::of(call)).await
}

/// Whether the tenant id or the domain is somebody's by now.
///
/// # Errors
/// When the DIRECTORY is away.
async fn is_taken(call: &Call, row: &RegistrationRow) -> Result<bool, Failure> {
    let reads = (tenants::by_id(&row.tenant), registrations::owner(&row.domain));
    let (tenants, owners) = call.directory(Freshness::Primary).read(reads).await?;
    Ok(!tenants.is_empty() || !owners.is_empty())
}

async fn not_yet(
    call: &Call,
    row: &RegistrationRow,
    heard: &[Heard],
    patience: Patience,
) -> Result<Looked, Failure> {
    let Some(next) = patience.next(row.created_ms, row.attempts, call.now) else {
        return end(call, row, RegistrationStatus::Expired).await.map(|()| Looked::Expired);
    };
    let looked = registrations::looked(&row.id, row.attempts.saturating_add(1), next);
    call.directory(Freshness::Primary).write(vec![looked]).await?;
    Ok(Looked::Pending { found: proof::found(heard), next })
}

/// The first whose record holds gets id, host and domain, or nothing at all.
async fn win(call: &Call, row: &RegistrationRow) -> Result<Looked, Failure> {
    let host = format!("{}.{}", row.tenant, call.config.apex);
    let kind = TenantKind::Customer.name();
    let entries = vec![
        registrations::verified(&row.id, call.now),
        tenants::create(&row.tenant, kind, None, row.region, row.shard, call.now),
        tenants::set_plan(&row.tenant, 1, row.plan),
        hostnames::add(&host, &row.tenant, HostKind::Default, HostStatus::Active),
        registrations::own(&row.domain, &row.tenant),
    ];
    match call.directory(Freshness::Primary).write(entries).await {
        Ok(_) => settle::settle(call, row).await.map(|()| Looked::Done),
        Err(StoreFailure::Refused(Refusal::Stale, _)) => overtaken(call, row).await,
        Err(StoreFailure::Refused(Refusal::Duplicate, _)) => {
            end(call, row, RegistrationStatus::Lost).await.map(|()| Looked::Lost)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Somebody else looks at the same registration at the same time, and was faster.
async fn overtaken(call: &Call, row: &RegistrationRow) -> Result<Looked, Failure> {
    let found = registrations::by_proof(&row.tenant, &row.proof);
    let now = call.directory(Freshness::Primary).first(found).await?;
    match now.map(|now| now.status) {
        Some(RegistrationStatus::Verified | RegistrationStatus::Done) => {
            settle::settle(call, row).await.map(|()| Looked::Done)
        }
        Some(RegistrationStatus::Expired) => Ok(Looked::Expired),
        _ => Ok(Looked::Lost),
    }
}

/// Ends a registration that came to nothing: what the company said of itself goes first.
async fn end(
    call: &Call,
    row: &RegistrationRow,
    status: RegistrationStatus,
) -> Result<(), Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    records.write(vec![infos::forget(&row.id)]).await?;
    let ended = registrations::ended(&row.id, status);
    call.directory(Freshness::Primary).write(vec![ended]).await?;
    Ok(())
}
