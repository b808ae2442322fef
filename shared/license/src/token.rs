//! A license as a token: parse, then digest, then verify, each step on its own so that a caller
//! can remember by digest what it has verified before.

use domain::id::{Kid, LicenseId, TenantId};
use domain::time::Millis;

use crate::cert::KeyUse;
use crate::claims::Claims;
use crate::error::LicenseError;
use crate::jws::{self, Jws, Typ};
use crate::keys::SigningSeed;
use crate::ring::KeyRing;

/// How far an issuer's clock may be ahead of ours, in seconds.
pub(crate) const CLOCK_SKEW_SECONDS: i64 = 300;

/// A license text that has the right form. Whether it is genuine is not known yet: only
/// [`Token::verify`] hands out its claims.
#[derive(Clone, Debug)]
pub struct Token {
    jws: Jws,
    claims: Claims,
}

/// A genuine license.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Genuine {
    /// What it says.
    pub claims: Claims,
    /// The key that signed it.
    pub kid: Kid,
}

impl Token {
    /// Reads a compact JWS. Cheap: no cryptography.
    ///
    /// # Errors
    /// When it has not the form of a license, or makes something critical that we do not know.
    pub fn parse(jws: &str) -> Result<Self, LicenseError> {
        let jws = Jws::parse(jws, Typ::License)?;
        let claims = Claims::read(&jws.payload)?;
        Ok(Self { jws, claims })
    }

    /// The license that it says it is; for looking up, not for trusting.
    pub const fn claimed_id(&self) -> &LicenseId {
        &self.claims.sub
    }

    /// The issuer that it says it has; for looking up, not for trusting.
    pub const fn claimed_issuer(&self) -> &TenantId {
        &self.claims.iss
    }

    /// The holder that it says it has; for looking up, not for trusting.
    pub const fn claimed_holder(&self) -> &TenantId {
        &self.claims.writ.holder.tenant
    }

    /// The key that it says it is signed by; for looking up, not for trusting.
    pub const fn claimed_kid(&self) -> &Kid {
        &self.jws.kid
    }

    /// Verifies it: one Ed25519 verification for a key that the ring knows, two with a certificate.
    ///
    /// # Errors
    /// When the key is not trusted, belongs to another issuer or was not allowed to sign at the
    /// time, when the signature is wrong, or the text says that it was issued after `now`.
    pub fn verify(self, ring: &KeyRing, now: Millis) -> Result<Genuine, LicenseError> {
        let key = ring.resolve(&self.jws.kid, self.jws.cert.as_deref())?;
        if !self.jws.is_signed_by(&key.public) {
            return Err(LicenseError::BadSignature);
        }
        if key.owner != self.claims.iss {
            return Err(LicenseError::WrongIssuer);
        }
        let signed_at = Millis::from_seconds(self.claims.iat);
        key.may_sign(KeyUse::License, signed_at)?;
        if now.plus_seconds(CLOCK_SKEW_SECONDS) < signed_at {
            return Err(LicenseError::IssuedInFuture);
        }
        Ok(Genuine { claims: self.claims, kid: self.jws.kid })
    }
}

/// Signs `claims` as a compact JWS that carries the certificate of its key.
///
/// # Errors
/// Never in practice: claims are always writable as JSON.
pub fn sign(
    seed: &SigningSeed,
    kid: &Kid,
    cert: Option<&str>,
    claims: &Claims,
) -> Result<String, LicenseError> {
    jws::sign(seed, kid, Typ::License, cert, claims)
}

#[cfg(test)]
mod tests;
