//! A borrowed seat as a text: good without a network, until its end.

use domain::id::{LeaseId, LicenseCode, LicenseId, ProductId, TenantId};
use domain::license::License;
use domain::pool::Lease;
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::error::LicenseError;
use crate::jws::Typ;
use crate::keys::SigningSeed;
use crate::ring::KeyRing;
use crate::vouched::{self, Vouched};

/// The claims of a borrowed seat. Times are whole seconds since the Unix epoch (RFC 7519).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LeaseClaims {
    /// The service's operator, whose answer key signs.
    pub iss: TenantId,
    /// The lease.
    pub sub: LeaseId,
    /// The product that it is for.
    pub aud: ProductId,
    /// When it was signed.
    pub iat: i64,
    /// First second at which the seat may be used.
    pub nbf: i64,
    /// First second at which it may no longer be used.
    pub exp: i64,
    /// Names this text: `<lease id>.<exp>`, so that every end has its own.
    pub jti: String,
    /// What it allows.
    pub writ: WritLease,
}

/// Our own claims. A verifier leaves out what it does not know, unless `crit` lists it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct WritLease {
    /// The license.
    pub license_id: LicenseId,
    /// Its name for people.
    pub code: LicenseCode,
    /// Who holds the license.
    pub holder: TenantId,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine, as it names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The device or its fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// How many seats.
    pub quantity: u32,
    /// Those within the quantity paid for.
    pub commit: u32,
    /// Those above it.
    pub overage: u32,
    /// What it was borrowed for.
    pub features: Vec<String>,
    /// Names of claims in `writ` that a verifier must understand to accept the lease.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crit: Vec<String>,
}

/// Whether a lease may be used, by the clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Not yet.
    Early,
    /// Now.
    Running,
    /// No longer.
    Over,
}

impl LeaseClaims {
    /// The claims of `lease`, as it was granted, of `license`: always the same ones, so that a
    /// repeat gets the same bytes. Times are cut to whole seconds, so a text never outlasts its
    /// lease.
    ///
    /// `issuer` owns the key that signs, which may do so from `key_since` on.
    pub fn of(lease: &Lease, license: &License, issuer: &TenantId, key_since: Millis) -> Self {
        let exp = lease.granted_until.seconds();
        Self {
            iss: issuer.clone(),
            sub: lease.id.clone(),
            aud: license.product.clone(),
            iat: lease.started.max(key_since).seconds(),
            nbf: lease.started.seconds(),
            exp,
            jti: format!("{}.{exp}", lease.id),
            writ: WritLease {
                license_id: license.id.clone(),
                code: license.code.clone(),
                holder: license.holder.clone(),
                user: lease.subject.user.clone(),
                host: lease.subject.host.clone(),
                device: lease.subject.device.clone(),
                quantity: lease.quantity,
                commit: lease.seats.commit,
                overage: lease.seats.overage,
                features: lease.features.clone(),
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

    /// Verifies a compact JWS. A genuine lease whose time is over is still genuine: see
    /// [`Self::phase`].
    ///
    /// # Errors
    /// When it has another form or typ, makes something critical that we do not know, no trusted
    /// answer key signed it, or it says that it was signed after `now`.
    pub fn verify(text: &str, ring: &KeyRing, now: Millis) -> Result<Self, LicenseError> {
        vouched::verify(text, ring, now)
    }

    /// Whether it may be used at `now`.
    pub const fn phase(&self, now: Millis) -> Phase {
        if now.0 < Millis::from_seconds(self.nbf).0 {
            Phase::Early
        } else if now.0 < Millis::from_seconds(self.exp).0 {
            Phase::Running
        } else {
            Phase::Over
        }
    }
}

impl Vouched for LeaseClaims {
    const TYP: Typ = Typ::Lease;
    const UNDERSTOOD: &'static [&'static str] = &[
        "license_id",
        "code",
        "holder",
        "user",
        "host",
        "device",
        "quantity",
        "commit",
        "overage",
        "features",
        "crit",
    ];

    fn issuer(&self) -> &TenantId {
        &self.iss
    }

    fn issued_at(&self) -> i64 {
        self.iat
    }
}

#[cfg(test)]
mod tests;
