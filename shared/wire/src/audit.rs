//! The audit log as a tenant sees it, and the proof that nothing in it was changed.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// One entry of the log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditView {
    /// Counts entries of the tenant, from 1.
    pub seq: u64,
    /// The event's id.
    pub event_id: String,
    /// When.
    pub at: Instant,
    /// Who: a key, the operator, Writ itself.
    pub actor: String,
    /// What: `license.revoked`, ...
    pub action: String,
    /// To what: a license, a key, a device.
    pub subject: String,
    /// In which request.
    pub request_id: String,
    /// What is particular to it.
    pub detail: serde_json::Value,
    /// Hash of the entry before it, in hex.
    pub prev: String,
    /// Hash of this entry and the one before it, in hex.
    pub hash: String,
}

/// Whether the chain is unbroken, from the first entry to the head that the log object keeps.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditCheckAnswer {
    /// Whether every entry follows from the one before, up to the head.
    pub unbroken: bool,
    /// Entries checked.
    pub entries: u64,
    /// Number of the last entry.
    pub head_seq: u64,
    /// Its hash, in hex.
    pub head_hash: String,
    /// The first entry that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
