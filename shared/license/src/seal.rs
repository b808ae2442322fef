//! Secrets at rest: AES-256-GCM under the key-encryption key, bound to tenant and key id.
//!
//! Text form: `v1.<kek id>.<nonce>.<ciphertext and tag>`, the last two in base64url.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::id::{Kid, TenantId};
use zeroize::Zeroizing;

use crate::encoding::{b64url, from_b64url};

/// A key-encryption key with its id. Cannot be printed or serialized.
pub struct Kek {
    id: String,
    cipher: Aes256Gcm,
}

/// Why a secret cannot be sealed or opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealError {
    /// The id of a key-encryption key is 1 to 32 letters, digits, `-`, `_`.
    #[error("is no id of a key-encryption key")]
    KekId,
    /// Not a sealed text.
    #[error("is not a sealed text")]
    Malformed,
    /// Sealed under a key-encryption key that we do not hold.
    #[error("was sealed under another key-encryption key")]
    OtherKek,
    /// Altered, or sealed for another tenant or key, or under another key of the same id.
    #[error("does not open")]
    Refused,
}

impl Kek {
    /// The key `id` of 32 bytes of entropy.
    ///
    /// # Errors
    /// [`SealError::KekId`].
    pub fn new(id: &str, key: &[u8; 32]) -> Result<Self, SealError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if !(1..=32).contains(&id.len()) || !id.bytes().all(fits) {
            return Err(SealError::KekId);
        }
        Ok(Self { id: id.to_owned(), cipher: Aes256Gcm::new(key.into()) })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals `secret` for `tenant` and `kid`. `nonce` is fresh entropy, never used twice.
    ///
    /// # Errors
    /// [`SealError::Refused`] when the secret is longer than AES-GCM can seal (64 GB).
    pub fn seal(
        &self,
        nonce: [u8; 12],
        tenant: &TenantId,
        kid: &Kid,
        secret: &[u8],
    ) -> Result<String, SealError> {
        let sealed = encrypt(&self.cipher, nonce, &self.aad(tenant, kid), secret)?;
        Ok(format!("v1.{}.{sealed}", self.id))
    }

    /// Opens what [`Self::seal`] wrote for the same tenant and kid.
    ///
    /// # Errors
    /// When the text is malformed, under another key, altered, or for somebody else.
    pub fn open(
        &self,
        tenant: &TenantId,
        kid: &Kid,
        text: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(SealError::Malformed);
        let (version, id, nonce, sealed) = (part()?, part()?, part()?, part()?);
        if version != "v1" || parts.next().is_some() {
            return Err(SealError::Malformed);
        }
        if id != self.id {
            return Err(SealError::OtherKek);
        }
        decrypt(&self.cipher, (nonce, sealed), &self.aad(tenant, kid))
    }

    /// Neither ids nor slugs contain the separator, so no two owners share associated data.
    fn aad(&self, tenant: &TenantId, kid: &Kid) -> String {
        format!("writ sealed v1\0{}\0{tenant}\0{kid}", self.id)
    }
}

/// `<nonce>.<ciphertext and tag>`, both in base64url.
pub(crate) fn encrypt(
    cipher: &Aes256Gcm,
    nonce: [u8; 12],
    aad: &str,
    secret: &[u8],
) -> Result<String, SealError> {
    let payload = Payload { msg: secret, aad: aad.as_bytes() };
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Refused)?;
    Ok(format!("{}.{}", b64url(&nonce), b64url(&sealed)))
}

/// What [`encrypt`] wrote, its two parts apart.
pub(crate) fn decrypt(
    cipher: &Aes256Gcm,
    (nonce, sealed): (&str, &str),
    aad: &str,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let nonce = from_b64url(nonce).and_then(|n| n.try_into().ok());
    let nonce: [u8; 12] = nonce.ok_or(SealError::Malformed)?;
    let sealed = from_b64url(sealed).ok_or(SealError::Malformed)?;
    let payload = Payload { msg: &sealed, aad: aad.as_bytes() };
    let secret = cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Refused)?;
    Ok(Zeroizing::new(secret))
}

/// The key-encryption key under which a text was sealed, to choose among several.
pub fn kek_id(text: &str) -> Option<&str> {
    text.strip_prefix("v1.")?.split('.').next()
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({}, ..)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kek() -> Kek {
        Kek::new("k1", &[7; 32]).unwrap()
    }

    fn owner(tenant: &str, kid: &str) -> (TenantId, Kid) {
        (TenantId::parse(tenant).unwrap(), Kid::parse(kid).unwrap())
    }

    #[test]
    fn what_was_sealed_opens_for_its_owner_under_its_key_only() {
        let (tenant, kid) = owner("acme", "key-1");
        let text = kek().seal([9; 12], &tenant, &kid, b"secret").unwrap();
        assert_eq!(kek_id(&text), Some("k1"));
        assert_eq!(kek().open(&tenant, &kid, &text).unwrap().as_slice(), b"secret");
        let rows = [
            ("other tenant", kek(), owner("globex", "key-1"), SealError::Refused),
            ("other kid", kek(), owner("acme", "key-2"), SealError::Refused),
            (
                "other key, same id",
                Kek::new("k1", &[8; 32]).unwrap(),
                owner("acme", "key-1"),
                SealError::Refused,
            ),
            (
                "other key",
                Kek::new("k2", &[7; 32]).unwrap(),
                owner("acme", "key-1"),
                SealError::OtherKek,
            ),
        ];
        for (name, kek, (tenant, kid), want) in rows {
            assert_eq!(kek.open(&tenant, &kid, &text).err(), Some(want), "{name}");
        }
    }

    #[test]
    fn any_change_of_one_byte_is_noticed() {
        let (tenant, kid) = owner("acme", "key-1");
        let text = kek().seal([9; 12], &tenant, &kid, b"secret").unwrap();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(kek().open(&tenant, &kid, &altered).is_err(), "{altered}");
            assert!(kek().open(&tenant, &kid, &text[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn a_key_cannot_be_printed_and_its_id_is_a_plain_word() {
        assert_eq!(format!("{:?}", kek()), "Kek(k1, ..)");
        for id in ["", "a.b", "a b", &"a".repeat(33)] {
            assert_eq!(Kek::new(id, &[7; 32]).err(), Some(SealError::KekId), "{id}");
        }
    }
}
