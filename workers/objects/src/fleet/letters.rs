//! What was decided in a fleet and must still reach D1 or an audit log: written with the change.

use domain::audit::Draft;
use domain::command::Command;
use domain::id::{CommandId, DeviceId, EventId, LicenseId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use edge::objects::FleetTerms;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::disk::{Disk, DiskError, params, text};
use crate::fleet::rows::{self, Kept};

/// Rows that go to D1 in one batch.
pub const BATCH: u32 = 40;

/// One thing to tell.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// To D1: a command waits.
    Waits {
        /// For this device; for any caller when missing.
        device: Option<DeviceId>,
        /// The command.
        command: Command,
    },
    /// To D1: a command waits no longer.
    Settled {
        /// Which.
        command: CommandId,
        /// Since when.
        at: Millis,
    },
    /// To the audit log of a tenant.
    Audit {
        /// Whose.
        tenant: TenantId,
        /// Where that tenant's records live.
        shard: Shard,
        /// The entry.
        draft: Draft,
    },
}

/// A letter in the outbox.
#[derive(Clone, Debug, Deserialize)]
pub struct Posted {
    /// Its place in the row.
    pub place: i64,
    /// What it says.
    #[serde(deserialize_with = "text::json")]
    pub body: Letter,
}

/// What is to be shipped next.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Devices whose copy is old.
    pub devices: Vec<Kept>,
    /// Letters in the order in which they were written.
    pub letters: Vec<Posted>,
}

impl Batch {
    /// Whether there is nothing to ship.
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.letters.is_empty()
    }
}

/// Puts a letter into the outbox.
pub fn post(disk: &impl Disk, letter: &Letter) -> Result<(), DiskError> {
    let body = serde_json::to_string(letter).map_err(DiskError::new)?;
    disk.run("INSERT INTO outbox (body) VALUES (?1)", params![body])
}

/// What is to be shipped next. `audit`: letters to audit logs as well as what goes to D1.
pub fn next(disk: &impl Disk, audit: bool) -> Result<Batch, DiskError> {
    let sql = "SELECT place, body FROM outbox
                WHERE ?1 = 1 OR json_extract(body, '$.audit') IS NULL ORDER BY place LIMIT ?2";
    Ok(Batch {
        devices: rows::uncopied(disk, BATCH)?,
        letters: disk.rows(sql, params![audit, BATCH])?,
    })
}

/// Everything in the batch has arrived.
pub fn arrived(disk: &impl Disk, batch: &Batch) -> Result<(), DiskError> {
    for kept in &batch.devices {
        rows::copied(disk, kept)?;
    }
    for posted in &batch.letters {
        disk.run("DELETE FROM outbox WHERE place = ?1", params![posted.place])?;
    }
    Ok(())
}

/// What happened to a device, for the audit logs of holder and issuer.
pub struct Happening<'a> {
    /// Who did it.
    pub actor: &'a str,
    /// In which request; empty when in none.
    pub request: &'a str,
    /// What: `device.activated`.
    pub action: &'a str,
    /// Why, where somebody said.
    pub reason: Option<&'a str>,
    /// To which device.
    pub kept: &'a Kept,
}

/// Posts the audit entries of a happening: one for the holder and one for the issuer, where that is
/// another tenant. Their event ids follow from license, device, action and revision, so that
/// nothing is recorded twice.
pub fn record(
    disk: &impl Disk,
    name: &(TenantId, LicenseId),
    terms: Option<&FleetTerms>,
    happening: &Happening<'_>,
    now: Millis,
) -> Result<(), DiskError> {
    let Some(fleet) = rows::fleet(disk)? else { return Ok(()) };
    let (holder, license) = name;
    let issuer = terms.filter(|terms| terms.issuer != *holder);
    let concerned =
        [Some((holder, fleet.shard)), issuer.map(|terms| (&terms.issuer, terms.issuer_shard))];
    for (tenant, shard) in concerned.into_iter().flatten() {
        let Happening { actor, request, action, reason, kept } = happening;
        let device = &kept.device;
        let revision = kept.revision.to_string();
        let parts =
            ["event", license.as_str(), tenant.as_str(), action, device.id.as_str(), &revision];
        let mut detail = serde_json::json!({
            "license_id": license, "holder": holder, "name": device.name, "last_seen_ms": device.last_seen,
        });
        if let (Some(reason), Some(detail)) = (reason, detail.as_object_mut()) {
            detail.insert("reason".to_owned(), (*reason).into());
        }
        let draft = Draft {
            event: EventId::new(derived(&parts)),
            at: now,
            actor: (*actor).to_owned(),
            action: (*action).to_owned(),
            subject: device.id.to_string(),
            request: (*request).to_owned(),
            detail,
        };
        post(disk, &Letter::Audit { tenant: tenant.clone(), shard, draft })?;
    }
    Ok(())
}

/// Sixteen bytes that follow from the parts, for ids that must come out the same again.
pub fn derived(parts: &[&str]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    std::array::from_fn(|place| digest.get(place).copied().unwrap_or_default())
}
