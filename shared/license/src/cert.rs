//! Certificates: the installation's root key says which keys may sign what, for whom, and when.

use domain::id::{Kid, TenantId};
use domain::time::Millis;
use serde::{Deserialize, Serialize};

use crate::error::{CertFault, LicenseError};
use crate::jwk::Jwk;
use crate::jws::{self, Jws, Typ};
use crate::keys::{PublicKey, SigningSeed};

/// What a certified key may sign.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    /// Licenses of the issuer.
    License,
    /// Answers of the service.
    Answer,
}

/// A key with what its certificate says about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certified {
    /// The key's id.
    pub kid: Kid,
    /// The tenant that it belongs to; the operator for answer keys.
    pub owner: TenantId,
    /// What it may sign.
    pub usage: KeyUse,
    /// The key.
    pub public: PublicKey,
    /// First instant at which it may sign.
    pub not_before: Millis,
    /// First instant at which it may no longer sign.
    pub not_after: Millis,
}

#[derive(Deserialize, Serialize)]
struct CertClaims {
    iss: Kid,
    sub: TenantId,
    nbf: i64,
    exp: i64,
    #[serde(rename = "use")]
    usage: KeyUse,
    cnf: Confirmation,
}

/// RFC 7800: the key that is meant.
#[derive(Deserialize, Serialize)]
struct Confirmation {
    jwk: Jwk,
}

impl Certified {
    /// Writes the certificate, signed by the root. Times are cut to whole seconds.
    ///
    /// # Errors
    /// Never in practice: see [`PublicKey::kid`].
    pub fn certify(&self, root: &SigningSeed) -> Result<String, LicenseError> {
        let root_kid = root.public().kid().map_err(|_| LicenseError::Malformed("root key"))?;
        let claims = CertClaims {
            iss: root_kid.clone(),
            sub: self.owner.clone(),
            nbf: self.not_before.seconds(),
            exp: self.not_after.seconds(),
            usage: self.usage,
            cnf: Confirmation { jwk: Jwk::bare(self.kid.clone(), &self.public) },
        };
        jws::sign(root, &root_kid, Typ::Certificate, None, &claims)
    }

    /// Reads a certificate that one of `roots` signed.
    ///
    /// # Errors
    /// When it is damaged, or none of the roots signed it. Time is not looked at: see
    /// [`Self::may_sign`].
    pub fn read(text: &str, roots: &[PublicKey]) -> Result<Self, CertFault> {
        let jws = Jws::parse(text, Typ::Certificate).map_err(|_| CertFault::Malformed)?;
        let claims: CertClaims =
            serde_json::from_slice(&jws.payload).map_err(|_| CertFault::Malformed)?;
        let root = roots.iter().find(|root| root.thumbprint() == jws.kid.as_str());
        let root = root.ok_or(CertFault::UnknownRoot)?;
        if claims.iss != jws.kid {
            return Err(CertFault::Malformed);
        }
        if !jws.is_signed_by(root) {
            return Err(CertFault::BadSignature);
        }
        Ok(Self {
            public: claims.cnf.jwk.public().map_err(|_| CertFault::Malformed)?,
            kid: claims.cnf.jwk.kid,
            owner: claims.sub,
            usage: claims.usage,
            not_before: Millis::from_seconds(claims.nbf),
            not_after: Millis::from_seconds(claims.exp),
        })
    }

    /// Whether the key may sign for `usage` at `signed_at`.
    ///
    /// What it signed in its time stays good after the certificate has ended: a license without
    /// an end must outlive the key that signed it.
    ///
    /// # Errors
    /// When the certificate is for another use, or `signed_at` is outside of its time.
    pub fn may_sign(&self, usage: KeyUse, signed_at: Millis) -> Result<(), CertFault> {
        if self.usage != usage {
            Err(CertFault::OtherUse)
        } else if signed_at < self.not_before {
            Err(CertFault::NotYetValid)
        } else if self.not_after <= signed_at {
            Err(CertFault::Expired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certified() -> Certified {
        let public = SigningSeed::from_bytes(&[8; 32]).public();
        Certified {
            kid: public.kid().unwrap(),
            owner: TenantId::parse("meridian").unwrap(),
            usage: KeyUse::License,
            public,
            not_before: Millis(10_000),
            not_after: Millis(20_000),
        }
    }

    #[test]
    fn a_certificate_reads_back_under_its_root_only() {
        let (root, other) = (SigningSeed::from_bytes(&[7; 32]), SigningSeed::from_bytes(&[9; 32]));
        let text = certified().certify(&root).unwrap();
        assert_eq!(Certified::read(&text, &[other.public(), root.public()]), Ok(certified()));
        assert_eq!(Certified::read(&text, &[other.public()]), Err(CertFault::UnknownRoot));
        let foreign = certified().certify(&other).unwrap();
        assert_eq!(Certified::read(&foreign, &[root.public()]), Err(CertFault::UnknownRoot));
        assert_eq!(Certified::read("a.b.c", &[root.public()]), Err(CertFault::Malformed));
    }

    #[test]
    fn a_key_signs_for_its_use_and_in_its_time() {
        let rows = [
            (KeyUse::License, 9_999, Err(CertFault::NotYetValid)),
            (KeyUse::License, 10_000, Ok(())),
            (KeyUse::License, 19_999, Ok(())),
            (KeyUse::License, 20_000, Err(CertFault::Expired)),
            (KeyUse::Answer, 10_000, Err(CertFault::OtherUse)),
        ];
        for (usage, at, want) in rows {
            assert_eq!(certified().may_sign(usage, Millis(at)), want, "{usage:?} {at}");
        }
    }
}
