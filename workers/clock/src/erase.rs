//! Tenants whose time of grace is over are erased, part by part: first what objects hold, then the tables, as the
//! inventory says (`store::inventory`). Every part may be repeated, so a run that dies in between is taken up by the next.

use domain::id::{EventId, LicenseId};
use edge::db::Freshness;
use edge::objects::{Allocation, Fleet, Pool, Watch};
use edge::outbox::{Entry, Event, ship};
use edge::{Call, Failure, log, object, platform};
use serde_json::json;
use store::data::licenses;
use store::directory::erasures::{self, ErasureRow};
use store::inventory::{Home, TABLES, Table};

/// Tenants per run.
const TENANTS: u32 = 3;
/// Licenses per tenant and run: each is three calls.
const LICENSES: u32 = 50;
/// Rows per statement, and statements per table and run.
const ROWS: u32 = 500;
const STATEMENTS: u32 = 20;

/// Erases those that are due.
///
/// # Errors
/// When the DIRECTORY is away. A tenant whose stores are away waits for the next run.
pub async fn run(call: &Call) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    let (due,) = directory.read((erasures::due(call.now, TENANTS),)).await?;
    for row in due {
        match tenant(call, &row).await {
            Ok(true) => log::event("info", "clock.erased", row.tenant.as_str()),
            Ok(false) => log::event("info", "clock.erasing", row.tenant.as_str()),
            Err(failure) => {
                let reason = failure.reason.unwrap_or_default();
                log::event("error", "clock.erase", &format!("{}: {reason}", row.tenant));
            }
        }
    }
    Ok(())
}

/// Whether everything is erased.
async fn tenant(call: &Call, row: &ErasureRow) -> Result<bool, Failure> {
    if !objects(call, row).await? {
        return Ok(false);
    }
    for table in TABLES {
        if !rows(call, row, table).await? {
            return Ok(false);
        }
    }
    object::erase::<Watch>(call, &Watch::name(&row.tenant), row.shard).await?;
    let entry = Entry {
        actor: "system",
        action: "tenant.erased",
        subject: row.tenant.as_str(),
        detail: json!({ "asked_at": row.asked_ms.0 }),
    };
    let id = EventId::new(platform::entropy().map_err(Failure::internal)?);
    let event = Event { id, ..Event::audit(call, &row.tenant, row.shard, &entry)? };
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    records.write(vec![event.row(call)?]).await?;
    ship(call, &row.tenant, row.shard, &event).await;
    let directory = call.directory(Freshness::Primary);
    directory.write(vec![erasures::done(&row.tenant, call.now)]).await?;
    Ok(true)
}

/// Empties the objects of some licenses; tells whether those of all are empty.
async fn objects(call: &Call, row: &ErasureRow) -> Result<bool, Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    let (page,) = records.read((licenses::list(&row.objects_done, LICENSES),)).await?;
    for license in &page {
        empty(call, row, &license.id).await?;
    }
    if let Some(last) = page.last() {
        let done = erasures::objects_done(&row.tenant, last.id.as_str());
        call.directory(Freshness::Primary).write(vec![done]).await?;
    }
    Ok((page.len() as u64) < u64::from(LICENSES))
}

async fn empty(call: &Call, row: &ErasureRow, license: &LicenseId) -> Result<(), Failure> {
    let (tenant, shard) = (&row.tenant, row.shard);
    object::erase::<Fleet>(call, &Fleet::name(tenant, license), shard).await?;
    object::erase::<Pool>(call, &Pool::name(tenant, license), shard).await?;
    object::erase::<Allocation>(call, &Allocation::name(tenant, license), shard).await?;
    Ok(())
}

/// Erases rows of a table; tells whether none is left.
async fn rows(call: &Call, row: &ErasureRow, table: &Table) -> Result<bool, Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    let directory = call.directory(Freshness::Primary);
    for _ in 0..STATEMENTS {
        let changed = match table.home {
            Home::Shard => match table.erase(ROWS) {
                Some(change) => records.write(vec![change]).await?,
                None => return Ok(true),
            },
            Home::Directory => match table.strike(&row.tenant, ROWS) {
                Some(change) => directory.write(vec![change]).await?,
                None => return Ok(true),
            },
        };
        if changed.iter().sum::<u64>() < u64::from(ROWS) {
            return Ok(true);
        }
    }
    Ok(false)
}
