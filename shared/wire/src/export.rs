//! Everything that there is of a tenant, in pages that the service signs.

use domain::id::TenantId;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A page of an export.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportPage {
    /// Whose records they are.
    pub tenant_id: TenantId,
    /// When they were read.
    pub exported_at: Instant,
    /// Rows, table by table.
    pub parts: Vec<ExportPart>,
    /// A JWS of typ `export+jwt` by the answer key: which rows, with their hashes, and between which cursors.
    pub manifest: String,
    /// Where the next page begins; the last one has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Rows of one table.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportPart {
    /// The table. `objects` is what objects hold beyond the tables.
    pub name: String,
    /// What it holds.
    pub about: String,
    /// Its rows, as they are stored: JSON in a column is text.
    pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
    /// SHA-256 of the JSON of `rows` without spaces, in hex.
    pub sha256: String,
}

/// A tenant to erase.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// The tenant's id once more: nobody erases the wrong one by a slip.
    pub confirm: TenantId,
    /// Why, up to 500 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Days until it is done, 0 to 90; 30 when missing. Only those above the tenant choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_days: Option<u32>,
}

/// An erasure that was asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErasureView {
    /// Who is erased. Its host and keys work no more.
    pub tenant_id: TenantId,
    /// When it was asked for.
    pub asked_at: Instant,
    /// Until then it can be called off; after that everything goes, within minutes.
    pub erased_after: Instant,
}

/// The first line of an export of the audit log; the entries follow, one a line.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditExportHead {
    /// Whose log it is.
    pub tenant_id: TenantId,
    /// How many entries follow.
    pub entries: u64,
    /// The hash that the first one continues, in hex.
    pub prev: String,
    /// Where the log ends.
    pub head_seq: u64,
    /// With which hash, in hex.
    pub head_hash: String,
    /// A JWS of typ `export+jwt` by the answer key over all of this; missing when nothing follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// `?after=` for what comes next; missing at the end of what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}
