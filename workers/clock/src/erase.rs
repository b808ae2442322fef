//! Tenants whose time of grace is over are erased, part by part: first what objects hold, then the tables, as the
//! inventory says (`store::inventory`). What outlives that, accounts and the log, is deleted ten years later. Every part may be
//! repeated, so a run that dies in between is taken up by the next.

use domain::id::{EventId, LicenseId};
use edge::db::Freshness;
use edge::objects::{Allocation, AuditLog, Fleet, Pool, Watch};
use edge::outbox::{Entry, Event, ship};
use edge::{Call, Failure, log, object, platform};
use serde_json::json;
use store::data::{licenses, outbox};
use store::directory::erasures::{self, ErasureRow};
use store::inventory::{Home, KEPT_MS, TABLES, Table};

/// Tenants per run.
const TENANTS: u32 = 3;
/// Licenses per tenant and run: each is three calls.
const LICENSES: u32 = 50;
/// Rows per statement, and statements per table and run.
const ROWS: u32 = 500;
const STATEMENTS: u32 = 20;
/// Outbox rows that are looked at, and how long they are waited for, in milliseconds.
const WAITING: u32 = 100;
const PATIENCE_MS: i64 = 86_400_000;

/// Erases those that are due, and ends those whose accounts were kept long enough.
///
/// # Errors
/// When the DIRECTORY is away. A tenant whose stores are away waits for the next run.
pub async fn run(call: &Call) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    let long_ago = call.now.plus(-KEPT_MS);
    let asked = (erasures::due(call.now, TENANTS), erasures::ending(long_ago, TENANTS));
    let (due, ending) = directory.read(asked).await?;
    for row in due {
        told("erase", &row, tenant(call, &row).await);
    }
    for row in ending {
        told("end", &row, end(call, &row).await);
    }
    Ok(())
}

/// How far it came with a tenant.
fn told(what: &str, row: &ErasureRow, outcome: Result<bool, Failure>) {
    let tenant = row.tenant.as_str();
    match outcome {
        Ok(true) => log::event("info", &format!("clock.{what}.done"), tenant),
        Ok(false) => log::event("info", &format!("clock.{what}.goes_on"), tenant),
        Err(failure) => {
            let reason = failure.reason.unwrap_or_default();
            log::event("error", &format!("clock.{what}"), &format!("{tenant}: {reason}"));
        }
    }
}

/// Whether nothing outlives the erasure any more.
async fn end(call: &Call, row: &ErasureRow) -> Result<bool, Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    for change in TABLES.iter().filter_map(|table| table.end(ROWS)) {
        if !until_few(async || Ok(records.write(vec![change.clone()]).await?)).await? {
            return Ok(false);
        }
    }
    object::erase::<AuditLog>(call, &AuditLog::name(&row.tenant), row.shard).await?;
    let directory = call.directory(Freshness::Primary);
    directory.write(vec![erasures::ended(&row.tenant, call.now)]).await?;
    Ok(true)
}

/// Whether everything is erased.
async fn tenant(call: &Call, row: &ErasureRow) -> Result<bool, Failure> {
    if on_its_way(call, row).await? || !objects(call, row).await? {
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

/// Whether something that others must hear is still in the outbox. After a day nobody waits for it any more.
async fn on_its_way(call: &Call, row: &ErasureRow) -> Result<bool, Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    let (waiting,) = records.read((outbox::list(WAITING),)).await?;
    Ok(waiting.iter().any(|row| call.now.since(row.created_ms) < PATIENCE_MS))
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
    match (table.home, table.erase(ROWS), table.strike(&row.tenant, ROWS)) {
        (Home::Shard, Some(change), _) => {
            until_few(async || Ok(records.write(vec![change.clone()]).await?)).await
        }
        (Home::Directory, _, Some(change)) => {
            until_few(async || Ok(directory.write(vec![change.clone()]).await?)).await
        }
        _ => Ok(true),
    }
}

/// Repeats what changes at most [`ROWS`] rows until it changes fewer; tells whether it came to that.
async fn until_few(change: impl AsyncFn() -> Result<Vec<u64>, Failure>) -> Result<bool, Failure> {
    for _ in 0..STATEMENTS {
        if change().await?.iter().sum::<u64>() < u64::from(ROWS) {
            return Ok(true);
        }
    }
    Ok(false)
}
