//! After a change of the key-encryption key: what the others have sealed is sealed anew under the active one, part by part.
//!
//! Nothing waits for it, for all of them open. Each key is replaced only as it was read, so that runs may overlap and
//! repeat; when nothing is left the others can be taken away.

use domain::id::{Kid, TenantId};
use domain::place::Shard;
use edge::db::{Db, Freshness};
use edge::{Call, Failure, kek, log, platform};
use license::vault::{DataKey, KekRing};
use store::data::{data_keys, signing_keys};
use store::query::Change;

/// Keys of each kind per shard, key-encryption key and run.
const PER_RUN: u32 = 100;

/// Seals anew on `shard` what is sealed under another key-encryption key that this worker can read. Tells how many.
///
/// # Errors
/// When the shard is away or a secret is missing. A key that does not open is logged and stays as it is.
pub async fn shard(call: &Call, shard: Shard) -> Result<u64, Failure> {
    let ring = kek::ring(call)?;
    let whole = Db::whole(call, shard);
    let mut done = 0;
    for other in ring.others() {
        let found = (data_keys::under(other, PER_RUN), signing_keys::under(other, PER_RUN));
        let (data, signing) = whole.read(found).await?;
        for key in data {
            let kid = DataKey::kid(key.version).map_err(Failure::internal)?;
            if let Some(new) = anew(&ring, &key.tenant_id, &kid, &key.sealed)? {
                let change = data_keys::reseal(key.version, &key.sealed, &new);
                done += replace(call, &key.tenant_id, shard, change).await?;
            }
        }
        for key in signing {
            if let Some(new) = anew(&ring, &key.tenant_id, &key.kid, &key.sealed)? {
                let change = signing_keys::reseal(&key.kid, &key.sealed, &new);
                done += replace(call, &key.tenant_id, shard, change).await?;
            }
        }
    }
    Ok(done)
}

/// The key sealed anew. One that does not open stays as it is, and the log says so.
fn anew(
    ring: &KekRing,
    tenant: &TenantId,
    kid: &Kid,
    sealed: &str,
) -> Result<Option<String>, Failure> {
    let nonce = platform::entropy().map_err(Failure::internal)?;
    let outcome = ring.reseal(nonce, tenant, kid, sealed);
    Ok(outcome.unwrap_or_else(|error| {
        log::event("error", "reseal.stays", &format!("{tenant}/{kid} {error}"));
        None
    }))
}

async fn replace(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    change: Change,
) -> Result<u64, Failure> {
    let records = call.records(tenant, shard, Freshness::Primary);
    Ok(records.write(vec![change]).await?.iter().sum())
}
