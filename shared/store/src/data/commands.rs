//! Copies of the commands that wait for devices, for validations.

use domain::command::Command;
use domain::id::{CommandId, DeviceId, LicenseId};
use domain::time::Millis;
use serde::Deserialize;

use crate::query::Change;
use crate::row;

/// A command that waits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CommandRow {
    /// For this device; for every device of the license when missing.
    pub device_id: Option<DeviceId>,
    /// What to do.
    #[serde(deserialize_with = "row::json")]
    pub body: Command,
}

/// Writes the copy of a command; a repeat changes nothing.
pub fn put(license: &LicenseId, device: Option<&DeviceId>, command: &Command) -> Change {
    Change::new(
        "INSERT INTO commands (tenant_id, license_id, id, device_id, body, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (tenant_id, license_id, id) DO NOTHING",
    )
    .bind(license)
    .bind(&command.id)
    .bind(device)
    .bind(&serde_json::json!(command))
    .bind(command.created)
}

/// A command was carried out. The first acknowledgement counts.
pub fn acknowledge(license: &LicenseId, command: &CommandId, now: Millis) -> Change {
    Change::new(
        "UPDATE commands SET acknowledged_ms = ?4
          WHERE tenant_id = ?1 AND license_id = ?2 AND id = ?3 AND acknowledged_ms IS NULL",
    )
    .bind(license)
    .bind(command)
    .bind(now)
}

/// A command became pointless before it was carried out.
pub fn withdraw(license: &LicenseId, command: &CommandId) -> Change {
    Change::new(
        "DELETE FROM commands
          WHERE tenant_id = ?1 AND license_id = ?2 AND id = ?3 AND acknowledged_ms IS NULL",
    )
    .bind(license)
    .bind(command)
}
