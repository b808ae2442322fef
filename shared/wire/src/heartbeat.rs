//! `POST /api/v1/licenses/heartbeat` and `/api/v1/heartbeat`: signs of life in, commands out.

use std::collections::BTreeMap;

use domain::id::CommandId;
use domain::state::State;
use domain::verdict::{Code, Warning};
use serde::{Deserialize, Serialize};

use crate::time::Instant;
use crate::validate::{CommandView, Gauge};

/// A sign of life of one device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HeartbeatRequest {
    /// License id or license code.
    pub license_id: String,
    /// The device's id, from its activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Composite fingerprint, where the device does not know its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
    /// Random text made when the agent starts: two of them in turn betray a clone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The device's own clock.
    #[serde(skip_serializing_if = "Option::is_none", alias = "timestamp")]
    pub time: Option<Instant>,
    /// Health in one word, as the product defines it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Newest gauges.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", alias = "usage")]
    pub metrics: BTreeMap<String, Gauge>,
    /// Health by service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_health: BTreeMap<String, String>,
    /// Alerts that are active on the device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
    /// SHA-256 of the product's binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary_checksum: Option<String>,
    /// SHA-256 of its configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_checksum: Option<String>,
    /// SHA-256 of the license text that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_checksum: Option<String>,
    /// Commands that were carried out since the last heartbeat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acknowledge: Vec<CommandId>,
    /// 1 to 128 characters, echoed in the answer, which is then signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// What a device is told in return.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeartbeatAnswer {
    /// Whether the heartbeat was recorded; if not, send it again after `next_heartbeat_in`.
    pub recorded: bool,
    /// The verdict in short.
    pub valid: bool,
    /// Its code.
    pub code: Code,
    /// The license's state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Counts the changes of the license: fetch its text again when it grew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_version: Option<i64>,
    /// Until when the product may run without another answer.
    pub run_until: Instant,
    /// Seconds until the next heartbeat is expected.
    pub next_heartbeat_in: u32,
    /// What to show or act on.
    pub warnings: Vec<Warning>,
    /// Commands that wait for this device; acknowledge them on the next heartbeat.
    pub commands: Vec<CommandView>,
    /// Whether a store could not be asked.
    pub degraded: bool,
    /// The request's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// When the answer was made.
    pub time: Instant,
}
