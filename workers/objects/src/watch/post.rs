//! Alerts on their way to D1: numbered when they are raised, sent again as they go on.

use domain::id::AlertId;
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::{Alert, Called};
use serde::Deserialize;

use crate::disk::{Disk, DiskError, params, text};

/// Alerts that one round of shipping takes.
const ROUND: u32 = 20;
/// How long the number of an alert is kept: longer than an episode can be quiet.
const NUMBERED_MS: i64 = 2 * 86_400_000;

/// An alert that D1 has not, or not its newest.
#[derive(Clone, Debug, Deserialize)]
pub struct Posted {
    /// Counts alerts of the tenant.
    pub seq: u64,
    /// What it tells.
    #[serde(deserialize_with = "text::json")]
    pub body: Alert,
    /// 1 where D1 does not have it at all.
    pub raised: u32,
    /// Grows with every change.
    pub revision: i64,
}

#[derive(Deserialize)]
struct Number {
    seq: u64,
}

/// Puts an alert into the outbox, or its newest in the place of what still waits there.
pub fn put(disk: &impl Disk, called: &Called, now: Millis) -> Result<(), DiskError> {
    let (alert, raised) = match called {
        Called::Raised(alert) => (alert, true),
        Called::Went(alert) => (alert, false),
    };
    let seq = if raised { next(disk, alert, now)? } else { known(disk, alert)? };
    // Its number is forgotten only when its episode cannot go on.
    let Some(seq) = seq else { return Ok(()) };
    let body = serde_json::to_string(alert).map_err(DiskError::new)?;
    disk.run(
        "INSERT INTO outbox (alert, seq, body, raised, revision) VALUES (?1, ?2, ?3, ?4, 1)
         ON CONFLICT (alert) DO UPDATE SET body = ?3, revision = revision + 1",
        params![&alert.id, seq, body, raised],
    )
}

fn next(disk: &impl Disk, alert: &Alert, now: Millis) -> Result<Option<u64>, DiskError> {
    let sql = "UPDATE watch SET alerts = alerts + 1 WHERE one = 1 RETURNING alerts AS seq";
    let rows: Vec<Number> = disk.rows(sql, params![])?;
    let Some(Number { seq }) = rows.into_iter().next() else { return Ok(None) };
    disk.run("DELETE FROM numbers WHERE last_ms < ?1", params![now.plus(-NUMBERED_MS)])?;
    let sql = "INSERT INTO numbers (alert, seq, last_ms) VALUES (?1, ?2, ?3)";
    disk.run(sql, params![&alert.id, seq, now])?;
    Ok(Some(seq))
}

fn known(disk: &impl Disk, alert: &Alert) -> Result<Option<u64>, DiskError> {
    let sql = "UPDATE numbers SET last_ms = MAX(last_ms, ?2) WHERE alert = ?1 RETURNING seq";
    let rows: Vec<Number> = disk.rows(sql, params![&alert.id, alert.last])?;
    Ok(rows.into_iter().next().map(|number| number.seq))
}

#[derive(Deserialize)]
struct Place {
    shard: Shard,
}

/// What is to be shipped next, the oldest first, and where to; nothing when D1 has it all.
pub fn unshipped(disk: &impl Disk) -> Result<Option<(Shard, Vec<Posted>)>, DiskError> {
    let places: Vec<Place> = disk.rows("SELECT shard FROM watch WHERE one = 1", params![])?;
    let Some(Place { shard }) = places.into_iter().next() else { return Ok(None) };
    let sql = "SELECT seq, body, raised, revision FROM outbox ORDER BY seq LIMIT ?1";
    let posted: Vec<Posted> = disk.rows(sql, params![ROUND])?;
    Ok((!posted.is_empty()).then_some((shard, posted)))
}

/// D1 has `posted`. What has come since stays, and need not be told as new any more.
pub fn shipped(disk: &impl Disk, posted: &Posted) -> Result<(), DiskError> {
    let id: &AlertId = &posted.body.id;
    disk.run("UPDATE outbox SET raised = 0 WHERE alert = ?1", params![id])?;
    disk.run("DELETE FROM outbox WHERE alert = ?1 AND revision = ?2", params![id, posted.revision])
}
