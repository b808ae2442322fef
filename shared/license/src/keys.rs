//! Ed25519 keys: the secret seed and the public half.

use std::fmt;

use domain::id::Kid;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::encoding::{b64url, sha256};
use crate::pem;

/// An Ed25519 private key. Cannot be printed or serialized; its memory is wiped when dropped.
///
/// Make it once and keep it: deriving the public half costs as much as a signature.
#[derive(Clone)]
pub struct SigningSeed(SigningKey);

impl SigningSeed {
    /// The key of 32 bytes of entropy.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 secret bytes, for sealing and for nothing else.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSeed(..)")
    }
}

/// An Ed25519 public key that is a proper point: weak ones are refused when it is read.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct PublicKey(VerifyingKey);

/// Why bytes or a text are not a public key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not an Ed25519 public key")]
pub struct KeyError;

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// When they are no point of the curve, one of small order, or a second spelling of another.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_canonical(bytes) {
            return Err(KeyError);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError)?;
        if key.is_weak() { Err(KeyError) } else { Ok(Self(key)) }
    }

    /// The 32 bytes of RFC 8032.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Whether `signature` over `message` is this key's, by the strict rules (no second spelling
    /// of a signature is accepted).
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// The JWK thumbprint (RFC 7638), which is this key's `kid` everywhere.
    pub fn thumbprint(&self) -> String {
        let x = b64url(self.0.as_bytes());
        b64url(&sha256(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes()))
    }

    /// The key id: [`Self::thumbprint`] as a type.
    ///
    /// # Errors
    /// Never in practice: a thumbprint has the form of a key id.
    pub fn kid(&self) -> Result<Kid, KeyError> {
        Kid::parse(&self.thumbprint()).map_err(|_| KeyError)
    }

    /// `-----BEGIN PUBLIC KEY-----` (SPKI, RFC 8410), as `openssl pkey -pubin` reads it.
    pub fn to_pem(&self) -> String {
        pem::encode(self.0.as_bytes())
    }

    /// Reads what [`Self::to_pem`] writes; blank space around it does not matter.
    ///
    /// # Errors
    /// When it is no PEM text of one Ed25519 public key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&pem::decode(text).ok_or(KeyError)?)
    }
}

/// Whether the y coordinate is below 2^255 - 19. Larger ones would be a second spelling of a
/// point, and so a second key id for one key.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    high & 0x7f != 0x7f || middle.iter().any(|b| *b != 0xff) || *low < 0xed
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", b64url(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_b64url;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let x = from_b64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = PublicKey::from_bytes(&x.try_into().unwrap()).unwrap();
        assert_eq!(key.kid().unwrap().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_seed_cannot_be_printed() {
        assert_eq!(format!("{:?}", SigningSeed::from_bytes(&[7; 32])), "SigningSeed(..)");
    }

    #[test]
    fn a_pem_leads_back_to_its_key_and_a_damaged_one_does_not() {
        let key = SigningSeed::from_bytes(&[7; 32]).public();
        let pem = key.to_pem();
        assert_eq!(PublicKey::from_pem(&format!("\n{}\r\n", pem.replace('\n', "\r\n"))), Ok(key));
        for bad in
            ["", "-----BEGIN PUBLIC KEY-----", &pem.replace("MCow", "MCox"), &pem[..pem.len() - 9]]
        {
            assert_eq!(PublicKey::from_pem(bad), Err(KeyError), "{bad}");
        }
    }

    #[test]
    fn points_of_small_order_and_second_spellings_are_no_keys() {
        let mut identity = [0; 32];
        identity[0] = 1;
        for bad in [[0; 32], identity, [0xff; 32]] {
            assert_eq!(PublicKey::from_bytes(&bad), Err(KeyError), "{bad:?}");
        }
    }
}
