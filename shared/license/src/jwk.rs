//! Public keys as JSON: JWK (RFC 7517, RFC 8037) and the set that `/.well-known/jwks.json` serves.

use domain::id::Kid;
use serde::{Deserialize, Serialize};

use crate::encoding::{b64url, from_b64url};
use crate::keys::{KeyError, PublicKey};

/// An Ed25519 public key as JWK.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Jwk {
    /// Key type: `OKP`.
    pub kty: String,
    /// Curve: `Ed25519`.
    pub crv: String,
    /// The public key, base64url.
    pub x: String,
    /// The key's id: its thumbprint.
    pub kid: Kid,
    /// `sig`, in key sets.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// `EdDSA`, in key sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The root's certificate for this key, in key sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writ_cert: Option<String>,
}

/// A key set (RFC 7517, section 5).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Jwks {
    /// The keys: license keys of every issuer and the answer keys, each with its certificate.
    pub keys: Vec<Jwk>,
}

impl Jwk {
    /// The bare key, as a certificate carries it.
    pub fn bare(kid: Kid, key: &PublicKey) -> Self {
        let x = b64url(&key.to_bytes());
        Self {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x,
            kid,
            usage: None,
            alg: None,
            writ_cert: None,
        }
    }

    /// The key as a key set lists it, with the certificate that vouches for it.
    pub fn published(kid: Kid, key: &PublicKey, cert: String) -> Self {
        let (usage, alg) = (Some("sig".into()), Some("EdDSA".into()));
        Self { usage, alg, writ_cert: Some(cert), ..Self::bare(kid, key) }
    }

    /// The key itself.
    ///
    /// # Errors
    /// When type, curve or bytes are not those of an Ed25519 key.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        if self.kty != "OKP" || self.crv != "Ed25519" {
            return Err(KeyError);
        }
        let bytes = from_b64url(&self.x).and_then(|x| x.try_into().ok()).ok_or(KeyError)?;
        PublicKey::from_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningSeed;

    #[test]
    fn a_jwk_leads_back_to_its_key_and_other_kinds_do_not() {
        let key = SigningSeed::from_bytes(&[7; 32]).public();
        let jwk = Jwk::bare(key.kid().unwrap(), &key);
        assert_eq!(jwk.public(), Ok(key));
        let rows = [
            Jwk { kty: "EC".into(), ..jwk.clone() },
            Jwk { crv: "X25519".into(), ..jwk.clone() },
            Jwk { x: format!("{}=", jwk.x), ..jwk.clone() },
            Jwk { x: String::new(), ..jwk },
        ];
        for row in rows {
            assert_eq!(row.public(), Err(KeyError), "{row:?}");
        }
    }
}
