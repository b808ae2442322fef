//! The rows of a fleet: the license's terms and its devices.

use std::collections::BTreeMap;

use domain::fleet::{Device, DeviceStatus, Slots, Suspect};
use domain::id::DeviceId;
use domain::place::Shard;
use domain::time::Millis;
use edge::objects::{DeviceNamed, FleetTerms};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::disk::{Disk, DiskError, params, text};

/// A device as it rests, with what only the object keeps of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The device.
    pub device: Device,
    /// When it gave up the place that it may still come back to.
    pub vacated: Option<Millis>,
    /// When it was found overdue, until it is heard of again.
    pub missed: Option<Millis>,
    /// Whether the license's issuer blocked it.
    pub issuer_block: bool,
    /// Grows with every change.
    pub revision: i64,
}

/// What the fleet knows of its license.
#[derive(Clone, Debug, Deserialize)]
pub struct FleetRow {
    /// Where the holder's records live.
    pub shard: Shard,
    /// The license, once somebody told.
    #[serde(deserialize_with = "text::maybe_json")]
    pub terms: Option<FleetTerms>,
    /// Migrations so far.
    pub migrations_used: u32,
}

#[derive(Deserialize)]
struct Row {
    id: DeviceId,
    fingerprint: String,
    #[serde(deserialize_with = "text::json")]
    components: BTreeMap<String, String>,
    name: Option<String>,
    status: DeviceStatus,
    public_key: Option<String>,
    suspect: Option<Suspect>,
    activated_ms: Millis,
    last_seen_ms: Option<Millis>,
    instance: Option<String>,
    #[serde(deserialize_with = "text::json")]
    retired_instances: Vec<String>,
    sequence: Option<u64>,
    #[serde(deserialize_with = "text::maybe_json")]
    status_report: Option<Json>,
    vacated_ms: Option<Millis>,
    missed_ms: Option<Millis>,
    issuer_block: u32,
    revision: i64,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        let device = Device {
            id: row.id,
            fingerprint: row.fingerprint,
            components: row.components,
            name: row.name,
            status: row.status,
            activated: row.activated_ms,
            last_seen: row.last_seen_ms,
            public_key: row.public_key,
            suspect: row.suspect,
            instance: row.instance,
            retired_instances: row.retired_instances,
            sequence: row.sequence,
            status_report: row.status_report,
            vacated: row.vacated_ms.is_some(),
        };
        Self {
            device,
            vacated: row.vacated_ms,
            missed: row.missed_ms,
            issuer_block: row.issuer_block != 0,
            revision: row.revision,
        }
    }
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, fingerprint, components, name, status, public_key, suspect, activated_ms, last_seen_ms,
                    instance, retired_instances, sequence, status_report, vacated_ms, missed_ms, issuer_block,
                    revision
               FROM devices ",
            $tail
        )
    };
}

fn kept(rows: Vec<Row>) -> Vec<Kept> {
    rows.into_iter().map(Kept::from).collect()
}

/// The device of a name.
pub fn find(disk: &impl Disk, named: &DeviceNamed) -> Result<Option<Kept>, DiskError> {
    let rows: Vec<Row> = match named {
        DeviceNamed::Id(id) => disk.rows(select!("WHERE id = ?1"), params![id])?,
        DeviceNamed::Fingerprint(print) => {
            disk.rows(select!("WHERE fingerprint = ?1"), params![print])?
        }
    };
    Ok(kept(rows).into_iter().next())
}

/// A page of devices in the order of their ids.
pub fn list(
    disk: &impl Disk,
    after: Option<&DeviceId>,
    limit: u32,
) -> Result<Vec<Kept>, DiskError> {
    let after = after.map_or("", DeviceId::as_str);
    disk.rows(select!("WHERE id > ?1 ORDER BY id LIMIT ?2"), params![after, limit]).map(kept)
}

/// Devices that D1 has no copy or an old copy of.
pub fn uncopied(disk: &impl Disk, limit: u32) -> Result<Vec<Kept>, DiskError> {
    disk.rows(select!("WHERE copied < revision LIMIT ?1"), params![limit]).map(kept)
}

/// D1 has this revision of the device.
pub fn copied(disk: &impl Disk, kept: &Kept) -> Result<(), DiskError> {
    let sql = "UPDATE devices SET copied = MAX(copied, ?2) WHERE id = ?1";
    disk.run(sql, params![&kept.device.id, kept.revision])
}

/// Active devices whose silence was not noted yet, the longest silent first.
pub fn silent(disk: &impl Disk, limit: u32) -> Result<Vec<Kept>, DiskError> {
    let sql = select!(
        "WHERE status = 'active' AND missed_ms IS NULL
         ORDER BY MAX(activated_ms, COALESCE(last_seen_ms, 0)), id LIMIT ?1"
    );
    disk.rows(sql, params![limit]).map(kept)
}

/// The device was found overdue.
pub fn missed(disk: &impl Disk, device: &DeviceId, now: Millis) -> Result<(), DiskError> {
    disk.run("UPDATE devices SET missed_ms = ?2 WHERE id = ?1", params![device, now])
}

impl Kept {
    /// A device that is not on the disk yet.
    pub const fn new(device: Device) -> Self {
        Self { device, vacated: None, missed: None, issuer_block: false, revision: 0 }
    }

    /// The last sign of life, activation included.
    pub fn seen(&self) -> Millis {
        self.device.last_seen.map_or(self.device.activated, |seen| seen.max(self.device.activated))
    }

    /// Writes what a heartbeat changes: one row, no index. The revision grows as in [`Kept::save`].
    pub fn touch(&mut self, disk: &impl Disk, now: Millis) -> Result<(), DiskError> {
        self.revision = now.0.max(self.revision.saturating_add(1));
        let device = &self.device;
        disk.run(
            "UPDATE devices SET suspect = ?2, last_seen_ms = ?3, instance = ?4, retired_instances = ?5, sequence = ?6,
                                status_report = ?7, missed_ms = ?8, revision = ?9
              WHERE id = ?1",
            params![
                &device.id,
                device.suspect.map(Suspect::name),
                device.last_seen,
                device.instance.as_deref(),
                &serde_json::json!(device.retired_instances),
                device.sequence.filter(|n| *n < 1 << 53),
                device.status_report.as_ref(),
                self.missed,
                self.revision,
            ],
        )
    }

    /// Writes the device. The revision grows also when two changes fall into one millisecond.
    pub fn save(&mut self, disk: &impl Disk, now: Millis) -> Result<(), DiskError> {
        self.revision = now.0.max(self.revision.saturating_add(1));
        let device = &self.device;
        disk.run(
            "INSERT INTO devices (id, fingerprint, components, name, status, public_key, suspect, activated_ms,
                                  last_seen_ms, instance, retired_instances, sequence, status_report, vacated_ms,
                                  missed_ms, revision, issuer_block)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (id) DO UPDATE
                SET components = ?3, name = ?4, status = ?5, public_key = ?6, suspect = ?7, activated_ms = ?8,
                    last_seen_ms = ?9, instance = ?10, retired_instances = ?11, sequence = ?12,
                    status_report = ?13, vacated_ms = ?14, missed_ms = ?15, revision = ?16,
                    issuer_block = ?17",
            params![
                &device.id,
                &device.fingerprint,
                &serde_json::json!(device.components),
                device.name.as_deref(),
                device.status.name(),
                device.public_key.as_deref(),
                device.suspect.map(Suspect::name),
                device.activated,
                device.last_seen,
                device.instance.as_deref(),
                &serde_json::json!(device.retired_instances),
                device.sequence.filter(|n| *n < 1 << 53),
                device.status_report.as_ref(),
                self.vacated,
                self.missed,
                self.revision,
                self.issuer_block,
            ],
        )
    }
}

/// How the places of the license stand.
pub fn slots(disk: &impl Disk) -> Result<Slots, DiskError> {
    #[derive(Deserialize)]
    struct Counts {
        active: u64,
        vacated: u64,
    }
    let sql = "SELECT COUNT(*) FILTER (WHERE status = 'active') AS active, COUNT(vacated_ms) AS vacated FROM devices";
    let counts = disk.rows::<Counts>(sql, params![])?.into_iter().next();
    let (active, vacated) = counts.map_or((0, 0), |counts| (counts.active, counts.vacated));
    Ok(Slots {
        active,
        vacated,
        migrations_used: fleet(disk)?.map_or(0, |fleet| fleet.migrations_used),
    })
}

/// The device that vacated its place the longest ago may not come back to it any more.
pub fn displace(disk: &impl Disk) -> Result<(), DiskError> {
    disk.run(
        "UPDATE devices SET vacated_ms = NULL WHERE id = (
           SELECT id FROM devices WHERE vacated_ms IS NOT NULL ORDER BY vacated_ms, id LIMIT 1)",
        params![],
    )
}

/// One more migration.
pub fn migrated(disk: &impl Disk) -> Result<(), DiskError> {
    disk.run("UPDATE fleet SET migrations_used = migrations_used + 1 WHERE one = 1", params![])
}

/// What is known of the license.
pub fn fleet(disk: &impl Disk) -> Result<Option<FleetRow>, DiskError> {
    let rows =
        disk.rows("SELECT shard, terms, migrations_used FROM fleet WHERE one = 1", params![])?;
    Ok(rows.into_iter().next())
}

/// Where the holder's records live, when nothing else is known yet.
pub fn placed(disk: &impl Disk, shard: Shard) -> Result<(), DiskError> {
    let sql = "INSERT INTO fleet (one, shard) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
    disk.run(sql, params![shard.name()])
}

/// Keeps the terms if they are newer than those kept, and returns those in force. Writes only then.
pub fn adopt(disk: &impl Disk, terms: FleetTerms) -> Result<FleetTerms, DiskError> {
    match fleet(disk)?.and_then(|fleet| fleet.terms) {
        Some(known) if known.version >= terms.version => Ok(known),
        _ => {
            let text = serde_json::to_string(&terms).map_err(DiskError::new)?;
            disk.run(
                "INSERT INTO fleet (one, shard, terms) VALUES (1, ?1, ?2)
                 ON CONFLICT (one) DO UPDATE SET shard = ?1, terms = ?2",
                params![terms.shard.name(), text],
            )?;
            Ok(terms)
        }
    }
}
