//! A receipt: the service's word that a borrowed seat was given back.

use domain::id::{LeaseId, LicenseId, TenantId};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::error::LicenseError;
use crate::jws::Typ;
use crate::keys::SigningSeed;
use crate::ring::KeyRing;
use crate::vouched::{self, Vouched};

/// The claims of a receipt. Times are whole seconds since the Unix epoch (RFC 7519).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ReceiptClaims {
    /// The service's operator, whose answer key signs.
    pub iss: TenantId,
    /// The lease that is over.
    pub sub: LeaseId,
    /// When it was signed.
    pub iat: i64,
    /// What happened.
    pub writ: WritReceipt,
}

/// Our own claims. A verifier leaves out what it does not know, unless `crit` lists it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct WritReceipt {
    /// The license.
    pub license_id: LicenseId,
    /// Since when the lease is over for its holder.
    pub returned_at: i64,
    /// Until when its seats stay taken; free at once when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<i64>,
    /// Names of claims in `writ` that a verifier must understand to accept the receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crit: Vec<String>,
}

/// What a receipt is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Returned {
    /// The lease.
    pub lease: LeaseId,
    /// Its license.
    pub license: LicenseId,
    /// Since when it is over for its holder.
    pub at: Millis,
    /// Until when its seats stay taken.
    pub held_until: Option<Millis>,
}

impl ReceiptClaims {
    /// The claims for a lease that was given back: always the same ones, so that a repeat gets the
    /// same bytes. Times are cut to whole seconds.
    ///
    /// `issuer` owns the key that signs, which may do so from `key_since` on.
    pub fn of(returned: Returned, issuer: &TenantId, key_since: Millis) -> Self {
        Self {
            iss: issuer.clone(),
            sub: returned.lease,
            iat: returned.at.max(key_since).seconds(),
            writ: WritReceipt {
                license_id: returned.license,
                returned_at: returned.at.seconds(),
                held_until: returned.held_until.map(Millis::seconds),
                crit: Vec::new(),
            },
        }
    }

    /// Signs it with the answer key, whose certificate is `cert`.
    ///
    /// # Errors
    /// Never in practice: claims are always writable as JSON.
    pub fn sign(&self, seed: &SigningSeed, cert: &str) -> Result<String, LicenseError> {
        vouched::sign(seed, cert, self)
    }

    /// Verifies a compact JWS.
    ///
    /// # Errors
    /// When it has another form or typ, makes something critical that we do not know, no trusted
    /// answer key signed it, or it says that it was signed after `now`.
    pub fn verify(text: &str, ring: &KeyRing, now: Millis) -> Result<Self, LicenseError> {
        vouched::verify(text, ring, now)
    }
}

impl Vouched for ReceiptClaims {
    const TYP: Typ = Typ::Receipt;
    const UNDERSTOOD: &'static [&'static str] =
        &["license_id", "returned_at", "held_until", "crit"];

    fn issuer(&self) -> &TenantId {
        &self.iss
    }

    fn issued_at(&self) -> i64 {
        self.iat
    }
}
