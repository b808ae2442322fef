//! Signing keys as issuers see them; private halves never leave the seal.

use domain::id::Kid;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A signing key's public side.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SigningKeyView {
    /// Its name in JWS headers and JWKS.
    pub kid: Kid,
    /// `next` (published, not used yet), `active` (signs), `retired` (verifies only).
    pub state: String,
    /// Public half, base64url.
    pub x: String,
    /// From when it may sign.
    pub not_before: Instant,
    /// Since when it only verifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Instant>,
}

/// The outcome of a rotation: the next key is active, a new next one is published.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RotateAnswer {
    /// Signs from now on.
    pub active: Kid,
    /// Published for the next rotation.
    pub next: Kid,
    /// Signed until now; verifies on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Kid>,
}
