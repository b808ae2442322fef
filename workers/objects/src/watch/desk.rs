//! The watch of one tenant on its disk: books, applications, rules, and what D1 does not have yet.

use domain::app::Ruling;
use domain::id::{AlertId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::{Book, Called, Issue, Local, Rule, Rules, Sighting};
use edge::objects::{AppUse, WatchCall, WatchReply};
use serde::Deserialize;
use serde_json::json;

use crate::disk::{Disk, DiskError, params, text};
use crate::watch::{apps, post};

/// The tables of a watch.
pub const SCHEMA: &str = include_str!("../../../../schema/objects/watch.sql");

/// What a desk needs of the world.
pub struct World<'a> {
    /// What the clock on the wall shows in a zone.
    pub local: &'a dyn Fn(&str, Millis) -> Option<Local>,
    /// A new id.
    pub new_id: &'a mut dyn FnMut() -> AlertId,
    /// Now.
    pub now: Millis,
}

/// What a call came to.
#[derive(Debug)]
pub struct Done {
    /// The answer.
    pub reply: WatchReply,
    /// Whether D1 lacks something.
    pub unshipped: bool,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(deserialize_with = "text::maybe_json")]
    rules: Option<Rules>,
}

/// Decides a call.
///
/// # Errors
/// When the storage fails.
pub fn handle(
    disk: &impl Disk,
    tenant: &TenantId,
    call: WatchCall,
    world: &mut World<'_>,
) -> Result<Done, DiskError> {
    let called = match call {
        WatchCall::See { shard, sightings } => {
            open(disk, shard)?;
            see(disk, sightings, world)?
        }
        WatchCall::Used { shard, uses } => {
            open(disk, shard)?;
            used(disk, uses, world)?
        }
        WatchCall::SetRules { shard, version, rules } => {
            open(disk, shard)?;
            let rules = serde_json::to_string(&rules).map_err(DiskError::new)?;
            let newer = "UPDATE watch SET rules = ?1, version = ?2 WHERE one = 1 AND version < ?2";
            disk.run(newer, params![rules, version])?;
            Vec::new()
        }
        WatchCall::Trust { key, rule, value } => {
            let mut book = book(disk, key.as_str())?;
            if !book.trust(rule, &value) {
                edge::log::event("warn", "watch.trust", &format!("{tenant}: no room for {value}"));
            }
            save(disk, key.as_str(), &book, world.now)?;
            Vec::new()
        }
        WatchCall::Apps { product } => {
            let reply = WatchReply::Apps(apps::list(disk, &product)?);
            return Ok(Done { reply, unshipped: false });
        }
    };
    let raised = called.iter().filter(|called| matches!(called, Called::Raised(_))).count();
    for called in &called {
        post::put(disk, called, world.now)?;
    }
    let raised = u32::try_from(raised).unwrap_or(u32::MAX);
    Ok(Done { reply: WatchReply::Noted { raised }, unshipped: !called.is_empty() })
}

fn open(disk: &impl Disk, shard: Shard) -> Result<(), DiskError> {
    let sql =
        "INSERT INTO watch (one, shard) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET shard = ?1";
    disk.run(sql, params![shard.name()])
}

fn rules(disk: &impl Disk) -> Result<Rules, DiskError> {
    let rows: Vec<Settings> = disk.rows("SELECT rules FROM watch WHERE one = 1", params![])?;
    Ok(rows.into_iter().next().and_then(|row| row.rules).unwrap_or_default())
}

#[derive(Deserialize)]
struct BookRow {
    #[serde(deserialize_with = "text::json")]
    body: Book,
}

fn book(disk: &impl Disk, name: &str) -> Result<Book, DiskError> {
    let rows: Vec<BookRow> =
        disk.rows("SELECT body FROM books WHERE name = ?1", params![name.to_owned()])?;
    Ok(rows.into_iter().next().map(|row| row.body).unwrap_or_default())
}

fn save(disk: &impl Disk, name: &str, book: &Book, now: Millis) -> Result<(), DiskError> {
    let body = serde_json::to_string(book).map_err(DiskError::new)?;
    disk.run(
        "INSERT INTO books (name, body, used_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET body = ?2, used_ms = ?3",
        params![name.to_owned(), body, now],
    )
}

fn see(
    disk: &impl Disk,
    mut sightings: Vec<Sighting>,
    world: &mut World<'_>,
) -> Result<Vec<Called>, DiskError> {
    let rules = rules(disk)?;
    sightings.sort_by(|a, b| (&a.key, a.at).cmp(&(&b.key, b.at)));
    let mut called = Vec::new();
    for of_key in sightings.chunk_by(|a, b| a.key == b.key) {
        let Some(key) = of_key.first().map(|sighting| sighting.key.as_str()) else { continue };
        let mut book = book(disk, key)?;
        for sighting in of_key {
            let hours = rules.business_hours.as_ref();
            let local = hours.and_then(|hours| (world.local)(&hours.zone, sighting.at));
            called.extend(book.see(&rules, sighting, local, world.new_id));
        }
        save(disk, key, &book, world.now)?;
    }
    Ok(called)
}

/// Of applications that the tenant, an issuer, does not know it is told as of anything else.
fn used(
    disk: &impl Disk,
    uses: Vec<AppUse>,
    world: &mut World<'_>,
) -> Result<Vec<Called>, DiskError> {
    let rules = rules(disk)?;
    let mut called = Vec::new();
    for used in uses {
        apps::count(disk, &used)?;
        if used.ruling != Ruling::Reported {
            continue;
        }
        let name = format!("product/{}", used.product);
        let mut book = book(disk, &name)?;
        let issue = Issue {
            rule: Rule::UnknownFingerprint,
            value: format!("{}: {}", used.product, used.fingerprint),
            detail: json!({
                "product": used.product, "customer": used.customer,
                "fingerprint": used.fingerprint, "lib_version": used.lib_version,
            }),
        };
        called.extend(book.raise(&rules, None, issue, used.calls, used.at, world.new_id));
        save(disk, &name, &book, world.now)?;
    }
    Ok(called)
}
