//! `POST /api/v1/licenses/activate` and `/deactivate`: binding devices to licenses and freeing them.

use domain::id::DeviceId;
use serde::{Deserialize, Serialize};

use crate::time::Instant;
use crate::validate::Fingerprint;

/// Binds a device to a license. The same fingerprint again is the same device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ActivateRequest {
    /// License id or license code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_id: Option<String>,
    /// The signed license, instead of `license_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_key: Option<String>,
    /// Composite fingerprint of the machine; computed from `fingerprint` when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
    /// Hashed hardware components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// For people, up to 200 bytes: host name, workstation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 1 to 128 characters, echoed in the answer, which is then signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// An activated device, with the license text to run on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActivateAnswer {
    /// The device's id: name it in validations and heartbeats.
    pub device_id: DeviceId,
    /// The license's id.
    pub license_id: String,
    /// Whether this request made the activation (or found it made before).
    pub created: bool,
    /// When the device was activated.
    pub activated_at: Instant,
    /// Devices activated now.
    pub devices: u64,
    /// How many may be; unlimited when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_limit: Option<u64>,
    /// The signed license as a product key.
    pub license_key: String,
    /// The salt for this issuer's fingerprints.
    pub fingerprint_salt: String,
    /// Seconds between heartbeats.
    pub heartbeat_seconds: u32,
    /// Seconds between validations.
    pub validate_seconds: u32,
    /// The request's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// Frees a device.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeactivateRequest {
    /// License id or license code.
    pub license_id: String,
    /// The device's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Composite fingerprint, where the device does not know its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
}

/// A freed device.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeactivateAnswer {
    /// The device.
    pub device_id: DeviceId,
    /// Devices activated now.
    pub devices: u64,
}

/// Names a device to block or unblock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceRequest {
    /// The device's id.
    pub device_id: DeviceId,
    /// For people, up to 500 bytes; in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A device of a license, as administrators see it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeviceView {
    /// Its id.
    pub device_id: DeviceId,
    /// Composite fingerprint.
    pub hardware_id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `active`, `deactivated` or `blocked`.
    pub status: String,
    /// When it was activated.
    pub activated_at: Instant,
    /// Last sign of life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Instant>,
    /// `clone` or `clock`, when suspected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect: Option<String>,
}
