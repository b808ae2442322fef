//! What the service vouches for when it hands a tenant its own records: a manifest of a part of an export.

use domain::id::TenantId;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::error::LicenseError;
use crate::jws::Typ;
use crate::keys::SigningSeed;
use crate::ring::KeyRing;
use crate::vouched::{self, Vouched};

/// The claims of a manifest. Times are whole seconds since the Unix epoch (RFC 7519).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ExportClaims {
    /// The service's operator, whose answer key signs.
    pub iss: TenantId,
    /// Whose records they are.
    pub sub: TenantId,
    /// When they were read.
    pub iat: i64,
    /// What was read.
    pub writ: WritExport,
}

/// Our own claims.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WritExport {
    /// A page of everything that there is of a tenant. Pages are whole when the first has no `from`, each begins where
    /// the one before ended, and the last has no `to`.
    Records {
        /// The cursor that it begins behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// The cursor that the next page begins behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What is in it.
        parts: Vec<PartClaim>,
    },
    /// Entries of the audit log, without a gap.
    Audit {
        /// The hash that the first entry continues.
        prev: String,
        /// The number of the first entry.
        first: u64,
        /// The number of the last entry.
        last: u64,
        /// Its hash.
        hash: String,
        /// Where the log ended when it was read, and with which hash.
        head: (u64, String),
    },
}

/// Rows of one table.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PartClaim {
    /// The table.
    pub name: String,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of the JSON of the rows without spaces, in hex.
    pub sha256: String,
}

impl ExportClaims {
    /// Signs them with the answer key, whose certificate is `cert`.
    ///
    /// # Errors
    /// Never in practice: claims are always writable as JSON.
    pub fn sign(&self, seed: &SigningSeed, cert: &str) -> Result<String, LicenseError> {
        vouched::sign(seed, cert, self)
    }

    /// Verifies a compact JWS.
    ///
    /// # Errors
    /// When it has another form or typ, no trusted answer key signed it, or it says that it was signed after `now`.
    pub fn verify(text: &str, ring: &KeyRing, now: Millis) -> Result<Self, LicenseError> {
        vouched::verify(text, ring, now)
    }
}

impl Vouched for ExportClaims {
    const TYP: Typ = Typ::Export;
    const UNDERSTOOD: &'static [&'static str] = &["records", "audit"];

    fn issuer(&self) -> &TenantId {
        &self.iss
    }

    fn issued_at(&self) -> i64 {
        self.iat
    }
}
