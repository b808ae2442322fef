//! How far a rotation of the key-encryption key has come.

use serde::{Deserialize, Serialize};

/// Which key-encryption keys there are, and what each of them has sealed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealingView {
    /// The id of the one that seals.
    pub active: String,
    /// Ids of those that are only read.
    pub readable: Vec<String>,
    /// Keys that are still sealed under another one than the active. At 0 the others are not needed any more.
    pub left: u64,
    /// What each has sealed.
    pub sealed: Vec<SealedView>,
}

/// What one key-encryption key has sealed, on all shards.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealedView {
    /// Its id.
    pub kek: String,
    /// Tenants' data keys.
    pub data_keys: u64,
    /// Issuers' signing keys.
    pub signing_keys: u64,
}
