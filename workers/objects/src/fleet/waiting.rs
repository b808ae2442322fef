//! Commands that wait in a fleet: each device has its own list.

use domain::command::Command;
use domain::fleet::{Waiting, acknowledge, deliver, enqueue, overtaken, switches};
use domain::id::{CommandId, DeviceId};
use domain::time::Millis;
use edge::objects::Parcel;
use serde::Deserialize;

use crate::disk::{Disk, DiskError, params, text};
use crate::fleet::letters::{Letter, derived, post};

/// How long a parcel is remembered, in seconds: far longer than any outbox repeats.
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

/// The list of commands for any caller: they came when no device was active.
const ANYBODY: &str = "";

#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "text::json")]
    body: Command,
    delivered_ms: Option<Millis>,
}

fn load(disk: &impl Disk, list: &str) -> Result<Vec<Waiting>, DiskError> {
    let sql = "SELECT body, delivered_ms FROM commands WHERE device_id = ?1 ORDER BY place";
    read(disk, sql, params![list])
}

fn read(disk: &impl Disk, sql: &str, params: Vec<store::Value>) -> Result<Vec<Waiting>, DiskError> {
    let rows: Vec<Row> = disk.rows(sql, params)?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting { command: row.body, delivered: row.delivered_ms })
        .collect())
}

/// Whether a command waits for anybody.
pub fn any(disk: &impl Disk) -> Result<bool, DiskError> {
    let rows: Vec<serde_json::Value> =
        disk.rows("SELECT place FROM commands LIMIT 1", params![])?;
    Ok(!rows.is_empty())
}

/// Takes a parcel in: for its device, for every active one, or for any caller when none is active.
/// The same parcel again changes nothing; one for a device that is not active is dropped, and so is a stop or resume
/// that was given before the newest one seen for the device or the license.
pub fn take_in(disk: &impl Disk, parcel: &Parcel, now: Millis) -> Result<(), DiskError> {
    let command = &parcel.command;
    let known = disk
        .rows::<serde_json::Value>("SELECT id FROM parcels WHERE id = ?1", params![&command.id])?;
    if !known.is_empty() {
        return Ok(());
    }
    disk.run("INSERT INTO parcels (id, at_ms) VALUES (?1, ?2)", params![&command.id, now])?;
    let active = active(disk)?;
    match &parcel.device {
        Some(device) if active.contains(device) => add(disk, Some(device), command.clone(), now)?,
        Some(_) => {}
        None if active.is_empty() => add(disk, None, command.clone(), now)?,
        None => active
            .iter()
            .try_for_each(|device| add(disk, Some(device), for_device(command, device), now))?,
    }
    switched(disk, parcel)
}

/// When the newest stop or resume was given that was seen for a list or for the whole license.
fn newest_switch(disk: &impl Disk, list: &str) -> Result<Option<Millis>, DiskError> {
    #[derive(Deserialize)]
    struct Newest {
        given_ms: Option<Millis>,
    }
    let sql = "SELECT MAX(given_ms) AS given_ms FROM switches WHERE device_id IN (?1, ?2)";
    let rows: Vec<Newest> = disk.rows(sql, params![ANYBODY, list])?;
    Ok(rows.into_iter().next().and_then(|row| row.given_ms))
}

/// Remembers when a stop or resume was given.
fn switched(disk: &impl Disk, parcel: &Parcel) -> Result<(), DiskError> {
    if !switches(&parcel.command.order) {
        return Ok(());
    }
    let list = parcel.device.as_ref().map_or(ANYBODY, DeviceId::as_str);
    let sql = "INSERT INTO switches (device_id, given_ms) VALUES (?1, ?2)
               ON CONFLICT (device_id) DO UPDATE SET given_ms = MAX(given_ms, excluded.given_ms)";
    disk.run(sql, params![list, parcel.command.created])
}

fn active(disk: &impl Disk) -> Result<Vec<DeviceId>, DiskError> {
    #[derive(Deserialize)]
    struct IdRow {
        id: DeviceId,
    }
    let rows: Vec<IdRow> =
        disk.rows("SELECT id FROM devices WHERE status = 'active' ORDER BY id", params![])?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The device's own copy of a command for all: acknowledged by itself.
fn for_device(command: &Command, device: &DeviceId) -> Command {
    let id = CommandId::new(derived(&["command", command.id.as_str(), device.as_str()]));
    Command { id, ..command.clone() }
}

fn add(
    disk: &impl Disk,
    device: Option<&DeviceId>,
    command: Command,
    now: Millis,
) -> Result<(), DiskError> {
    let list = device.map_or(ANYBODY, DeviceId::as_str);
    if switches(&command.order) && overtaken(&command, newest_switch(disk, list)?) {
        return Ok(());
    }
    let mut waiting = load(disk, list)?;
    for dropped in enqueue(&mut waiting, command.clone()) {
        settle(disk, &dropped, now)?;
    }
    let body = serde_json::to_string(&command).map_err(DiskError::new)?;
    let sql = "INSERT INTO commands (id, device_id, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    disk.run(sql, params![&command.id, list, body])?;
    post(disk, &Letter::Waits { device: device.cloned(), command })
}

fn settle(disk: &impl Disk, command: &CommandId, now: Millis) -> Result<(), DiskError> {
    disk.run("DELETE FROM commands WHERE id = ?1", params![command])?;
    post(disk, &Letter::Settled { command: command.clone(), at: now })
}

/// Removes what a device (or a caller without one) has carried out, and tells whether that was anything.
pub fn done(
    disk: &impl Disk,
    device: Option<&DeviceId>,
    ids: &[CommandId],
    now: Millis,
) -> Result<bool, DiskError> {
    let mut any = false;
    if ids.is_empty() {
        return Ok(any);
    }
    for list in lists(device) {
        for gone in acknowledge(&mut load(disk, list)?, ids) {
            settle(disk, &gone, now)?;
            any = true;
        }
    }
    Ok(any)
}

/// What waits for a device, or for a caller without one, oldest first; marked as told.
pub fn hand_over(
    disk: &impl Disk,
    device: Option<&DeviceId>,
    now: Millis,
) -> Result<Vec<Command>, DiskError> {
    let own = device.map_or(ANYBODY, DeviceId::as_str);
    let sql = "SELECT body, delivered_ms FROM commands WHERE device_id IN (?1, ?2) ORDER BY place";
    let mut waiting = read(disk, sql, params![ANYBODY, own])?;
    for new in waiting.iter().filter(|waiting| waiting.delivered.is_none()) {
        disk.run(
            "UPDATE commands SET delivered_ms = ?2 WHERE id = ?1",
            params![&new.command.id, now],
        )?;
    }
    Ok(deliver(&mut waiting, now))
}

fn lists(device: Option<&DeviceId>) -> impl Iterator<Item = &str> {
    std::iter::once(ANYBODY).chain(device.map(DeviceId::as_str))
}

/// Nothing waits for a device any more: it was freed, or starts afresh.
pub fn clear(disk: &impl Disk, device: &DeviceId, now: Millis) -> Result<(), DiskError> {
    load(disk, device.as_str())?
        .iter()
        .try_for_each(|waiting| settle(disk, &waiting.command.id, now))
}

/// Forgets parcels that nobody will repeat any more.
pub fn forget(disk: &impl Disk, now: Millis) -> Result<(), DiskError> {
    disk.run("DELETE FROM parcels WHERE at_ms < ?1", params![now.plus_seconds(-REMEMBERED_SECONDS)])
}
