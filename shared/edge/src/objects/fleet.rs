//! Messages of the `Fleet` object.

use domain::command::Command;
use domain::fleet::{
    ActivationAsk, ActivationRefusal, ActivationRules, Beat, Device, DeviceStatus, Place, Suspect,
};
use domain::id::{CommandId, DeviceId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What a fleet must know of its license. The object keeps those of the highest version it has seen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FleetTerms {
    /// The license's version.
    pub version: i64,
    /// Who issued it: activations are in its audit log too.
    pub issuer: TenantId,
    /// Where the issuer's records live.
    pub issuer_shard: Shard,
    /// Where the holder's records live, for the copies.
    pub shard: Shard,
    /// Who may be activated.
    pub rules: ActivationRules,
    /// Between two heartbeats.
    pub heartbeat_seconds: u32,
}

/// Who asks, for the audit log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// `key_...`, `operator`, `system`.
    pub actor: String,
    /// The request's id.
    pub request: String,
}

/// An administrator's decision about a device.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ruling {
    /// For people, in the audit log.
    pub reason: Option<String>,
    /// Whether the license's issuer decides: its holder cannot undo that.
    pub by_issuer: bool,
}

/// How a device is named.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceNamed {
    /// By its id.
    Id(DeviceId),
    /// By its whole fingerprint.
    Fingerprint(String),
}

/// A command on its way to a fleet.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// For this device; for every active one when missing, each under an id of its own.
    pub device: Option<DeviceId>,
    /// The command. The same id again changes nothing.
    pub command: Command,
}

/// What a fleet is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FleetCall {
    /// Binds a device.
    Activate {
        /// The license.
        terms: FleetTerms,
        /// The device.
        ask: ActivationAsk,
        /// Who asks.
        by: By,
    },
    /// Frees a device.
    Deactivate {
        /// Which.
        device: DeviceNamed,
        /// Who asks.
        by: By,
    },
    /// A sign of life, with the commands carried out since the last.
    Beat {
        /// Whose.
        device: DeviceNamed,
        /// What it says.
        beat: Beat,
        /// Acknowledged commands.
        #[serde(default)]
        acknowledge: Vec<CommandId>,
        /// The license, where the caller knows it: newer terms than the fleet's take effect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<FleetTerms>,
    },
    /// Adds commands.
    Enqueue {
        /// Where the holder's records live: a fleet without devices may know nothing yet.
        shard: Shard,
        /// The commands, oldest first.
        parcels: Vec<Parcel>,
    },
    /// The license changed.
    SetTerms {
        /// What holds now.
        terms: FleetTerms,
    },
    /// Devices in the order of their ids.
    Devices {
        /// Only those behind it.
        after: Option<DeviceId>,
        /// At most 200.
        limit: u32,
    },
    /// Shuts a device out.
    Block {
        /// Which.
        device: DeviceNamed,
        /// Who asks.
        by: By,
        /// What was decided.
        ruling: Ruling,
    },
    /// Lets a blocked device in again, or clears a suspicion.
    Unblock {
        /// Which.
        device: DeviceNamed,
        /// Who asks.
        by: By,
        /// What was decided.
        ruling: Ruling,
    },
}

/// What a fleet answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FleetReply {
    /// The device is activated.
    Activated(ActivatedReply),
    /// The device is not activated.
    Refused(ActivationRefusal),
    /// There is no such device.
    NoSuchDevice,
    /// To `Unblock` by a holder: the issuer has blocked the device.
    BlockedByIssuer,
    /// To `Deactivate`, `Block`, `Unblock`.
    Device(DeviceReply),
    /// To `Beat`.
    Beat(BeatReply),
    /// To `Enqueue`, `SetTerms`.
    Done,
    /// To `Devices`.
    Devices(Vec<Device>),
}

/// An activation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ActivatedReply {
    /// The device as it is now.
    pub device: Device,
    /// Which place it got; `kept` when it was active already.
    pub place: Place,
    /// Devices active now.
    pub active: u64,
    /// Whether the copy in D1 is written; otherwise it will be repeated.
    pub copied: bool,
}

/// A device after a change by an administrator or its owner.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DeviceReply {
    /// The device as it is now.
    pub device: Device,
    /// Devices active now.
    pub active: u64,
    /// Whether the copy in D1 is written; otherwise it will be repeated.
    pub copied: bool,
}

/// What a device is told on its heartbeat.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct BeatReply {
    /// Whether the device is known, and the heartbeat so recorded.
    pub known: bool,
    /// Its id, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Its status, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DeviceStatus>,
    /// What speaks against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect: Option<Suspect>,
    /// The heartbeat before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_before: Option<Millis>,
    /// The license's version, as far as the fleet was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_version: Option<i64>,
    /// What waits for it, oldest first.
    #[serde(default)]
    pub commands: Vec<Command>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fleet_calls_v1_still_read() {
        let rows = [
            r#"{"deactivate":{"device":{"id":"dev_00000000000000000000000000"},"by":{"actor":"operator","request":"req_1"}}}"#,
            r#"{"beat":{"device":{"fingerprint":"9f2c"},"beat":{"instance":"a","sequence":7,"reported_time":5,"status_report":{"vms":3}},"acknowledge":["cmd_00000000000000000000000000"]}}"#,
            r#"{"enqueue":{"shard":"eu","parcels":[{"device":null,"command":{"id":"cmd_00000000000000000000000000","type":"refresh_license","created":5}}]}}"#,
            r#"{"set_terms":{"terms":{"version":2,"issuer":"meridian","issuer_shard":"eu","shard":"us","rules":{"limit":3,"mode":"strict","migrations":1},"heartbeat_seconds":900}}}"#,
            r#"{"devices":{"after":null,"limit":50}}"#,
            r#"{"block":{"device":{"fingerprint":"9f2c"},"by":{"actor":"key_1","request":"req_1"},"ruling":{"reason":"stolen","by_issuer":true}}}"#,
        ];
        for row in rows {
            let call: FleetCall = serde_json::from_str(row).unwrap();
            assert_eq!(serde_json::to_string(&call).unwrap(), row);
        }
    }

    #[test]
    fn a_refusal_keeps_its_reason() {
        let reply = FleetReply::Refused(ActivationRefusal::Full { limit: 3 });
        let bytes = r#"{"refused":{"reason":"full","limit":3}}"#;
        assert_eq!(serde_json::to_string(&reply).unwrap(), bytes);
        assert_eq!(serde_json::from_str::<FleetReply>(bytes).unwrap(), reply);
    }
}
