//! What the service vouches for with its answer key: borrowed seats and receipts.

use domain::id::TenantId;
use domain::time::Millis;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cert::KeyUse;
use crate::claims::read_understood;
use crate::error::LicenseError;
use crate::jws::{self, Jws, Typ};
use crate::keys::SigningSeed;
use crate::ring::KeyRing;
use crate::token::CLOCK_SKEW_SECONDS;

/// Claims that an answer key signs.
pub trait Vouched: DeserializeOwned + Serialize {
    /// The `typ` of their text.
    const TYP: Typ;
    /// What `writ.crit` may list for us: the members of `writ`.
    const UNDERSTOOD: &'static [&'static str];

    /// Who signs: the owner of the answer key.
    fn issuer(&self) -> &TenantId;
    /// When it was signed, in seconds since the Unix epoch.
    fn issued_at(&self) -> i64;
}

/// Signs `claims` as a compact JWS that carries the certificate of its key.
pub fn sign<C: Vouched>(
    seed: &SigningSeed,
    cert: &str,
    claims: &C,
) -> Result<String, LicenseError> {
    let kid = seed.public().kid().map_err(|_| LicenseError::Malformed("answer key"))?;
    jws::sign(seed, &kid, C::TYP, Some(cert), claims)
}

/// Verifies a compact JWS. That its time is over, or has not come, makes it no less genuine.
pub fn verify<C: Vouched>(text: &str, ring: &KeyRing, now: Millis) -> Result<C, LicenseError> {
    let jws = Jws::parse(text, C::TYP)?;
    let claims: C = read_understood(&jws.payload, C::UNDERSTOOD)?;
    let key = ring.resolve(&jws.kid, jws.cert.as_deref())?;
    if !jws.is_signed_by(&key.public) {
        return Err(LicenseError::BadSignature);
    }
    if key.owner != *claims.issuer() {
        return Err(LicenseError::WrongIssuer);
    }
    let signed_at = Millis::from_seconds(claims.issued_at());
    key.may_sign(KeyUse::Answer, signed_at)?;
    if now.plus_seconds(CLOCK_SKEW_SECONDS) < signed_at {
        return Err(LicenseError::IssuedInFuture);
    }
    Ok(claims)
}
