//! One device of a license.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::DeviceId;
use crate::time::Millis;

/// How many earlier instances of a device are remembered.
pub const RETIRED_INSTANCES: usize = 4;

/// One device of a license.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Device {
    /// Its id, kept for as long as its fingerprint is known.
    pub id: DeviceId,
    /// What it is recognised by.
    pub fingerprint: String,
    /// Its hashed hardware components by name.
    pub components: BTreeMap<String, String>,
    /// For people.
    pub name: Option<String>,
    /// Whether it may be used.
    pub status: DeviceStatus,
    /// Its latest activation.
    pub activated: Millis,
    /// Its last heartbeat.
    pub last_seen: Option<Millis>,
    /// The public half of its device key.
    pub public_key: Option<String>,
    /// What speaks against it.
    pub suspect: Option<Suspect>,
    /// The installation that sent the last heartbeat: an id that the agent makes at every start.
    pub instance: Option<String>,
    /// Installations before that, latest last; at most [`RETIRED_INSTANCES`].
    pub retired_instances: Vec<String>,
    /// The counter of the last heartbeat of this instance.
    pub sequence: Option<u64>,
    /// What the last heartbeat said of its health.
    pub status_report: Option<Value>,
    /// Deactivated, and no other fingerprint has taken its place yet: it may come back for free.
    pub vacated: bool,
}

/// Whether a device may be used.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    /// Holds one of the license's places.
    Active,
    /// Has given its place up.
    Deactivated,
    /// Shut out by an administrator.
    Blocked,
}

impl DeviceStatus {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Blocked => "blocked",
        }
    }

    /// The status of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Deactivated, Self::Blocked].into_iter().find(|s| s.name() == name)
    }
}

/// What speaks against a device.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Suspect {
    /// Two installations seem to use its identity.
    Clone,
    /// Its clock is far off.
    Clock,
}

impl Suspect {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::Clock => "clock",
        }
    }

    /// The suspicion of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Clone, Self::Clock].into_iter().find(|s| s.name() == name)
    }
}
