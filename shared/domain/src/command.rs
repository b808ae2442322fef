//! Commands that wait for devices and are delivered with validations and heartbeats.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::id::CommandId;
use crate::time::Millis;

/// An instruction for the devices of a license.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Command {
    /// Its id: what a device acknowledges.
    pub id: CommandId,
    /// What to do.
    #[serde(flatten)]
    pub order: Order,
    /// When it was given.
    pub created: Millis,
}

/// What a device is told to do. Seed 1's shape: `{"type": "update_limits", "new_limits": {"max_vms": 60}}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Order {
    /// Limits changed.
    UpdateLimits {
        /// The new limits, named `max_<metric>` as in seed 1.
        new_limits: BTreeMap<String, u64>,
    },
    /// The license text changed: fetch it again.
    RefreshLicense,
    /// Stop: the license was suspended or revoked.
    Stop {
        /// For people.
        reason: String,
    },
    /// Back to work: the license was reinstated.
    Resume,
}
