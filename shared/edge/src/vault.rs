//! What is secret of a tenant, sealed under the tenant's own data key: client secrets of its identity provider,
//! secrets of its webhooks. A text opens for its tenant, in its field, and nowhere else.
//!
//! Only workers with the secret `KEK` can do this (`issue`, `control`, `clock`).

use std::cell::RefCell;
use std::rc::Rc;

use domain::id::TenantId;
use domain::place::Shard;
use license::vault::{DataKey, version};
use store::data::data_keys::{self, DataKeyRow};
use zeroize::Zeroizing;

use crate::cache::Cache;
use crate::call::Call;
use crate::db::Freshness;
use crate::failure::Failure;
use crate::{kek, platform};

/// Data keys held per isolate.
const HELD: usize = 256;
/// How long an isolate holds a data key, in milliseconds: an erased tenant's key is gone everywhere after that.
const HELD_MS: i64 = 60_000;

thread_local! {
    static LATEST: RefCell<Cache<TenantId, Rc<DataKey>>> = RefCell::new(Cache::new(HELD));
    static KEYS: RefCell<Cache<(TenantId, u32), Rc<DataKey>>> = RefCell::new(Cache::new(HELD));
}

/// Seals `secret` for `field` of `tenant`, whose records are on `shard`. The tenant's first data key is made on the way.
///
/// `field` names what it is, and which one where there are several: `identity_provider.secret`.
///
/// # Errors
/// When the shard is away, a secret of the worker is missing, or the field has no good name.
pub async fn seal(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    field: &str,
    secret: &[u8],
) -> Result<String, Failure> {
    let key = latest(call, tenant, shard).await?;
    let nonce = platform::entropy().map_err(Failure::internal)?;
    key.seal(nonce, tenant, field, secret).map_err(Failure::internal)
}

/// Opens what [`seal`] wrote for the same tenant and field.
///
/// # Errors
/// When the shard is away, the data key is gone (the tenant was erased), or the text was sealed for somebody or
/// something else.
pub async fn open(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    field: &str,
    sealed: &str,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let version = version(sealed).ok_or_else(|| Failure::internal("is not a sealed text"))?;
    let key = by_version(call, tenant, shard, version).await?;
    key.open(tenant, field, sealed).map_err(Failure::internal)
}

/// The key that seals at present, made if there is none.
async fn latest(call: &Call, tenant: &TenantId, shard: Shard) -> Result<Rc<DataKey>, Failure> {
    let held = LATEST.with_borrow_mut(|keys| keys.fresh(tenant, call.now, HELD_MS).cloned());
    if let Some(key) = held {
        return Ok(key);
    }
    let records = call.records(tenant, shard, Freshness::Primary);
    let row = if let Some(row) = records.first(data_keys::latest()).await? {
        row
    } else {
        records.write(vec![first(call, tenant)?]).await?;
        // Another request may have been faster: what counts is what is there.
        let made = records.first(data_keys::latest()).await?;
        made.ok_or_else(|| Failure::internal(format!("{tenant} has no data key")))?
    };
    let key = unseal(call, tenant, &row)?;
    LATEST.with_borrow_mut(|keys| keys.put(tenant.clone(), Rc::clone(&key), call.now));
    Ok(key)
}

fn first(call: &Call, tenant: &TenantId) -> Result<store::Change, Failure> {
    const FIRST: u32 = 1;
    let key = Zeroizing::new(platform::entropy::<32>().map_err(Failure::internal)?);
    let nonce = platform::entropy().map_err(Failure::internal)?;
    let kid = DataKey::kid(FIRST).map_err(Failure::internal)?;
    let sealed = kek::ring(call)?.active().seal(nonce, tenant, &kid, key.as_slice());
    Ok(data_keys::add(FIRST, &sealed.map_err(Failure::internal)?, call.now))
}

async fn by_version(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    version: u32,
) -> Result<Rc<DataKey>, Failure> {
    let name = (tenant.clone(), version);
    let held = KEYS.with_borrow_mut(|keys| keys.fresh(&name, call.now, HELD_MS).cloned());
    if let Some(key) = held {
        return Ok(key);
    }
    let records = call.records(tenant, shard, Freshness::Primary);
    let row = records.first(data_keys::by_version(version)).await?;
    let gone = || Failure::internal(format!("{tenant} has no data key {version}"));
    unseal(call, tenant, &row.ok_or_else(gone)?)
}

/// The key of a row, remembered.
fn unseal(call: &Call, tenant: &TenantId, row: &DataKeyRow) -> Result<Rc<DataKey>, Failure> {
    let kid = DataKey::kid(row.version).map_err(Failure::internal)?;
    let opened = kek::ring(call)?.open(tenant, &kid, &row.sealed).map_err(Failure::internal)?;
    let bytes: &[u8; 32] = opened.as_slice().try_into().map_err(Failure::internal)?;
    let key = Rc::new(DataKey::new(row.version, bytes));
    let name = (tenant.clone(), row.version);
    KEYS.with_borrow_mut(|keys| keys.put(name, Rc::clone(&key), call.now));
    Ok(key)
}
