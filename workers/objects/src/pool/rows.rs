//! The rows of a pool: its journal, and the head and leases that the journal is folded into.

use domain::place::Shard;
use domain::pool::{Entry, Head, Lease};
use domain::time::Millis;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::disk::{Disk, DiskError, params, text};

/// The tables of a pool.
const SCHEMA: &str = include_str!("../../../../schema/objects/pool.sql");

/// How many those are. A pool wakes often: it looks whether they are there, and makes them only when they are not.
const TABLES: u32 = 3;

#[derive(Deserialize)]
struct Tables {
    tables: u32,
}

/// What the pool knows of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct PoolRow {
    /// Where the holder's records live.
    pub shard: Shard,
    /// The book without its leases; none before the journal was folded for the first time.
    #[serde(deserialize_with = "text::maybe_json")]
    pub head: Option<Head>,
    /// The entry up to which head and leases tell everything.
    pub folded: u64,
    /// The entry up to which D1 has everything.
    pub shipped: u64,
}

/// The place of an entry.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct Mark {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at_ms: Millis,
}

/// What is to leave the journal.
#[derive(Clone, Copy, Debug)]
pub struct Purge {
    /// Nothing after this entry.
    pub last: u64,
    /// What happened before.
    pub before: Millis,
    /// What is as old as this entry.
    pub below: u64,
}

/// A page as one JSON array: a row that crosses into Wasm by itself costs more than its text.
#[derive(Deserialize)]
struct Page {
    bodies: Option<String>,
}

fn page<T: DeserializeOwned>(rows: Vec<Page>) -> Result<Vec<T>, DiskError> {
    let bodies = rows.into_iter().find_map(|row| row.bodies);
    bodies.map_or(Ok(Vec::new()), |json| serde_json::from_str(&json).map_err(DiskError::new))
}

fn json(value: &impl Serialize) -> Result<String, DiskError> {
    serde_json::to_string(value).map_err(DiskError::new)
}

/// The pool, if a seat was ever asked for. Where none was, nothing is written.
pub fn pool(disk: &impl Disk) -> Result<Option<PoolRow>, DiskError> {
    let sql = "SELECT count(*) AS tables FROM sqlite_master
                WHERE type = 'table' AND name IN ('journal', 'pool', 'leases')";
    let there = disk.rows::<Tables>(sql, params![])?.first().map_or(0, |count| count.tables);
    if there == 0 {
        return Ok(None);
    }
    // Tables that a later version has added.
    if there < TABLES {
        disk.script(SCHEMA)?;
    }
    let sql = "SELECT shard, head, folded, shipped FROM pool WHERE one = 1";
    Ok(disk.rows(sql, params![])?.into_iter().next())
}

/// The first seat is asked for.
pub fn found(disk: &impl Disk, shard: Shard) -> Result<(), DiskError> {
    disk.script(SCHEMA)?;
    disk.run("INSERT INTO pool (one, shard) VALUES (1, ?1)", params![shard.name()])
}

/// The holder's records live elsewhere now.
pub fn moved(disk: &impl Disk, shard: Shard) -> Result<(), DiskError> {
    disk.run("UPDATE pool SET shard = ?1 WHERE one = 1", params![shard.name()])
}

/// Journals an entry: one statement, one row.
pub fn note(disk: &impl Disk, entry: &Entry) -> Result<(), DiskError> {
    let sql = "INSERT INTO journal (seq, at_ms, body) VALUES (?1, ?2, ?3)";
    disk.run(sql, params![entry.seq, entry.at, json(entry)?])
}

/// At most `limit` entries after the entry `after`, in order.
pub fn entries(disk: &impl Disk, after: u64, limit: u32) -> Result<Vec<Entry>, DiskError> {
    let sql = "SELECT '[' || group_concat(body, ',' ORDER BY seq) || ']' AS bodies
                 FROM (SELECT seq, body FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2)";
    page(disk.rows(sql, params![after, limit])?)
}

/// The oldest entry in the journal.
pub fn oldest(disk: &impl Disk) -> Result<Option<Mark>, DiskError> {
    let sql = "SELECT seq, at_ms FROM journal ORDER BY seq LIMIT 1";
    Ok(disk.rows(sql, params![])?.into_iter().next())
}

/// Takes entries out of the journal.
pub fn purge(disk: &impl Disk, purge: &Purge) -> Result<(), DiskError> {
    let sql = "DELETE FROM journal WHERE seq <= ?1 AND (at_ms < ?2 OR seq <= ?3)";
    disk.run(sql, params![purge.last, purge.before, purge.below])
}

/// D1 has everything up to `seq`.
pub fn shipped(disk: &impl Disk, seq: u64) -> Result<(), DiskError> {
    disk.run("UPDATE pool SET shipped = MAX(shipped, ?1) WHERE one = 1", params![seq])
}

/// The rows of leases are as of this head.
pub fn folded(disk: &impl Disk, head: &Head) -> Result<(), DiskError> {
    let sql = "UPDATE pool SET head = ?1, folded = ?2 WHERE one = 1";
    disk.run(sql, params![json(head)?, head.seq])
}

/// At most `limit` leases after the lease `after`, in the order of their numbers.
pub fn leases(disk: &impl Disk, after: u64, limit: u32) -> Result<Vec<Lease>, DiskError> {
    let sql = "SELECT '[' || group_concat(body, ',' ORDER BY number) || ']' AS bodies
                 FROM (SELECT number, body FROM leases WHERE number > ?1 ORDER BY number LIMIT ?2)";
    page(disk.rows(sql, params![after, limit])?)
}

/// Writes leases as they are.
pub fn keep<'a>(
    disk: &impl Disk,
    leases: impl Iterator<Item = &'a Lease>,
) -> Result<(), DiskError> {
    let rows = leases.map(|lease| Ok((lease.number, json(lease)?)));
    let rows = rows.collect::<Result<Vec<_>, DiskError>>()?;
    // The WHERE tells SQLite that ON is not a join's.
    let sql = "INSERT INTO leases (number, body)
               SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1) WHERE true
               ON CONFLICT (number) DO UPDATE SET body = excluded.body";
    in_parts(&rows, |part| disk.run(sql, params![part]))
}

/// The leases are forgotten.
pub fn forget(disk: &impl Disk, numbers: &[u64]) -> Result<(), DiskError> {
    let sql = "DELETE FROM leases WHERE number IN (SELECT value FROM json_each(?1))";
    in_parts(numbers, |part| disk.run(sql, params![part]))
}

/// Leases that go into one statement: some 250 KB of JSON, an eighth of what a parameter may have.
const PART: usize = 500;

fn in_parts<T: Serialize>(
    rows: &[T],
    mut write: impl FnMut(String) -> Result<(), DiskError>,
) -> Result<(), DiskError> {
    rows.chunks(PART).try_for_each(|part| write(json(&part)?))
}
