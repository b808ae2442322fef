//! What waits for DNS and for the platform: registrations, and domains on their way.

use domain::place::Shard;
use edge::db::{Db, Freshness};
use edge::failure::StoreFailure;
use edge::{Call, hostname, log, registration};
use futures_util::future::join_all;
use store::data::custom_hostnames;
use store::directory::registrations;

/// Registrations per run: each asks every resolver, and one that wins takes a dozen calls.
const REGISTRATIONS: u32 = 20;
/// Domains per shard and run: each asks resolvers or the platform up to four times.
const HOSTNAMES: u32 = 10;

/// Looks again at registrations that are due. One that fails stays due.
///
/// # Errors
/// When the DIRECTORY is away.
pub async fn registrations(call: &Call) -> Result<usize, StoreFailure> {
    let due = registrations::due(call.now, REGISTRATIONS);
    let (rows,) = call.directory(Freshness::Primary).read((due,)).await?;
    let looks = rows.iter().map(|row| async move {
        if let Err(failure) = registration::look(call, row).await {
            log::event("error", "clock.registration", &format!("{}: {failure:?}", row.id));
        }
    });
    join_all(looks).await;
    Ok(rows.len())
}

/// Takes the next steps of domains of `shard` that are due. One that fails stays due.
///
/// # Errors
/// When the shard is away.
pub async fn hostnames(call: &Call, shard: Shard) -> Result<usize, StoreFailure> {
    let due = custom_hostnames::due(call.now, HOSTNAMES);
    let (rows,) = Db::whole(call, shard).read((due,)).await?;
    let found = rows.len();
    let steps = rows.into_iter().map(|row| async move {
        let host = row.host.clone();
        if let Err(failure) = hostname::advance(call, shard, row).await {
            log::event("error", "clock.hostname", &format!("{host}: {failure:?}"));
        }
    });
    join_all(steps).await;
    Ok(found)
}
