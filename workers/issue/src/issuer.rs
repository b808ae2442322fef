//! Where an issuer's records live. That never changes, so an isolate asks once.

use std::cell::RefCell;

use domain::id::TenantId;
use domain::place::Shard;
use edge::cache::Cache;
use edge::db::Freshness;
use edge::{Call, Failure, admit};
use store::directory::tenants;

/// Issuers held per isolate.
const HELD: usize = 4_096;

thread_local! {
    static SHARDS: RefCell<Cache<TenantId, Shard>> = RefCell::new(Cache::new(HELD));
}

/// An issuer and where its records live.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuer {
    /// Its id.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
}

/// The issuer `tenant`.
///
/// # Errors
/// When the DIRECTORY is away.
pub async fn find(call: &Call, tenant: &TenantId) -> Result<Issuer, Failure> {
    let held = SHARDS.with_borrow_mut(|shards| shards.get(tenant).map(|held| held.value));
    if let Some(shard) = held.filter(|_| !call.faults.cold) {
        return Ok(Issuer { tenant: tenant.clone(), shard });
    }
    let row = call.directory(Freshness::Nearest).first(tenants::by_id(tenant)).await?;
    let row = row.ok_or_else(|| Failure::internal(format!("the issuer {tenant} is nobody")))?;
    SHARDS.with_borrow_mut(|shards| shards.put(tenant.clone(), row.shard, call.now));
    Ok(Issuer { tenant: row.id, shard: row.shard })
}

/// Whether `tenant` was suspended when the caller was let in: [`admit::admit`] asked, or knew, a moment ago.
pub fn is_suspended(call: &Call, tenant: &TenantId) -> bool {
    let staleness = call.config.staleness_ms.max(1);
    let known = admit::remembered("", None, call.now, staleness).suspended;
    known.is_some_and(|suspended| suspended.contains(tenant))
}
