//! Secrets of a tenant at rest, one layer below [`crate::seal`]: each tenant has data keys of its own, which rest sealed
//! under a key-encryption key. Changing that one means sealing a few data keys anew, and nothing that they seal.
//!
//! Text form: `d1.<version>.<nonce>.<ciphertext and tag>`, the last two in base64url. Tenant, field and version are
//! bound: a text opens for no other tenant, and in no other field.

use std::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::KeyInit;
use domain::id::{Kid, TenantId};
use zeroize::Zeroizing;

use crate::seal::{Kek, SealError, decrypt, encrypt, kek_id};

/// A field is named with at most this many bytes.
const LONGEST_FIELD: usize = 200;

/// The key-encryption keys that can be read: one seals, all of them open.
///
/// During a rotation the next and the previous one are there as well, so that it does not matter which worker has
/// heard of the change.
#[derive(Debug)]
pub struct KekRing {
    active: Kek,
    others: Vec<Kek>,
}

impl KekRing {
    /// `active` seals; `others` only open.
    pub const fn new(active: Kek, others: Vec<Kek>) -> Self {
        Self { active, others }
    }

    /// The one that seals.
    pub const fn active(&self) -> &Kek {
        &self.active
    }

    /// Ids of those that only open.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(Kek::id).filter(|id| *id != self.active.id())
    }

    /// Opens what any of them has sealed for `tenant` and `kid`.
    ///
    /// # Errors
    /// As [`Kek::open`]; `OtherKek` when none of them has sealed it.
    pub fn open(
        &self,
        tenant: &TenantId,
        kid: &Kid,
        text: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let id = kek_id(text).ok_or(SealError::Malformed)?;
        let mut all = std::iter::once(&self.active).chain(&self.others);
        let kek = all.find(|kek| kek.id() == id).ok_or(SealError::OtherKek)?;
        kek.open(tenant, kid, text)
    }

    /// Seals anew, under the active one, what another one has sealed. None when there is nothing to do.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn reseal(
        &self,
        nonce: [u8; 12],
        tenant: &TenantId,
        kid: &Kid,
        text: &str,
    ) -> Result<Option<String>, SealError> {
        if kek_id(text) == Some(self.active.id()) {
            return Ok(None);
        }
        let secret = self.open(tenant, kid, text)?;
        self.active.seal(nonce, tenant, kid, &secret).map(Some)
    }
}

/// A tenant's data key. Cannot be printed or serialized.
pub struct DataKey {
    version: u32,
    cipher: Aes256Gcm,
}

impl DataKey {
    /// The key `version` of 32 bytes of entropy.
    pub fn new(version: u32, key: &[u8; 32]) -> Self {
        Self { version, cipher: Aes256Gcm::new(key.into()) }
    }

    /// The name under which a key-encryption key seals it. No signing key has such a name: theirs are thumbprints.
    ///
    /// # Errors
    /// Never in practice: the name is a good one for every version.
    pub fn kid(version: u32) -> Result<Kid, domain::id::IdError> {
        Kid::parse(&format!("data-key-{version}"))
    }

    /// Which of the tenant's keys it is.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Seals `secret` for `field` of `tenant`. `nonce` is fresh entropy, never used twice.
    ///
    /// # Errors
    /// [`SealError::Malformed`] when the field has no name, or one that is too long or contains NUL.
    pub fn seal(
        &self,
        nonce: [u8; 12],
        tenant: &TenantId,
        field: &str,
        secret: &[u8],
    ) -> Result<String, SealError> {
        let sealed = encrypt(&self.cipher, nonce, &self.aad(tenant, field)?, secret)?;
        Ok(format!("d1.{}.{sealed}", self.version))
    }

    /// Opens what [`Self::seal`] wrote for the same tenant and field.
    ///
    /// # Errors
    /// When the text is malformed, under another key, altered, or of somebody or something else.
    pub fn open(
        &self,
        tenant: &TenantId,
        field: &str,
        text: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = parts(text).ok_or(SealError::Malformed)?;
        if version != self.version {
            return Err(SealError::OtherKek);
        }
        let parts = rest.split_once('.').ok_or(SealError::Malformed)?;
        decrypt(&self.cipher, parts, &self.aad(tenant, field)?)
    }

    /// Neither slugs nor fields contain the separator, so no two fields share associated data.
    fn aad(&self, tenant: &TenantId, field: &str) -> Result<String, SealError> {
        if field.is_empty() || field.len() > LONGEST_FIELD || field.contains('\0') {
            return Err(SealError::Malformed);
        }
        Ok(format!("writ field v1\0{}\0{tenant}\0{field}", self.version))
    }
}

/// The version of the data key under which a text was sealed.
pub fn version(text: &str) -> Option<u32> {
    parts(text).map(|(version, _)| version)
}

fn parts(text: &str) -> Option<(u32, &str)> {
    let (number, rest) = text.strip_prefix("d1.")?.split_once('.')?;
    let version: u32 = number.parse().ok()?;
    // Only the spelling that we write: no sign, no leading zeros.
    (version.to_string() == number).then_some((version, rest))
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, ..)", self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    fn kek(n: u8) -> Kek {
        Kek::new(&format!("k{n}"), &[n; 32]).unwrap()
    }

    #[test]
    fn a_text_opens_for_its_tenant_in_its_field_only() {
        let key = DataKey::new(1, &[7; 32]);
        let text = key.seal([9; 12], &tenant("acme"), "webhook.secret", b"s").unwrap();
        assert!(text.starts_with("d1.1."), "{text}");
        assert_eq!(version(&text), Some(1));
        let opened = key.open(&tenant("acme"), "webhook.secret", &text).unwrap();
        assert_eq!(opened.as_slice(), b"s");
        let rows = [
            ("other tenant", DataKey::new(1, &[7; 32]), "globex", "webhook.secret"),
            ("other field", DataKey::new(1, &[7; 32]), "acme", "oidc.secret"),
            ("other key", DataKey::new(1, &[8; 32]), "acme", "webhook.secret"),
        ];
        for (name, key, owner, field) in rows {
            let outcome = key.open(&tenant(owner), field, &text).err();
            assert_eq!(outcome, Some(SealError::Refused), "{name}");
        }
        let later = DataKey::new(2, &[7; 32]);
        let outcome = later.open(&tenant("acme"), "webhook.secret", &text).err();
        assert_eq!(outcome, Some(SealError::OtherKek), "other version");
        let renamed = text.replacen("d1.1.", "d1.2.", 1);
        let outcome = later.open(&tenant("acme"), "webhook.secret", &renamed).err();
        assert_eq!(outcome, Some(SealError::Refused), "version rewritten");
    }

    #[test]
    fn any_change_of_one_byte_is_noticed() {
        let key = DataKey::new(1, &[7; 32]);
        let text = key.seal([9; 12], &tenant("acme"), "f", b"secret").unwrap();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(key.open(&tenant("acme"), "f", &altered).is_err(), "{altered}");
            assert!(key.open(&tenant("acme"), "f", &text[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn a_field_has_a_short_name_without_separators() {
        let key = DataKey::new(1, &[7; 32]);
        for field in ["", "a\0b", &"f".repeat(201)] {
            let outcome = key.seal([0; 12], &tenant("acme"), field, b"").err();
            assert_eq!(outcome, Some(SealError::Malformed), "{field:?}");
        }
        assert_eq!(format!("{key:?}"), "DataKey(1, ..)");
        for text in ["d1.01.a.b", "d1.+1.a.b", "d1.a.b", "v1.k.a.b", "d1.1"] {
            assert_eq!(version(text), None, "{text}");
        }
    }

    #[test]
    fn a_ring_opens_under_each_key_and_seals_anew_under_the_active_one() {
        let (acme, kid) = (tenant("acme"), DataKey::kid(1).unwrap());
        let old = kek(1).seal([1; 12], &acme, &kid, b"secret").unwrap();
        let ring = KekRing::new(kek(2), vec![kek(1)]);
        assert_eq!(ring.open(&acme, &kid, &old).unwrap().as_slice(), b"secret");
        assert_eq!(ring.others().collect::<Vec<_>>(), ["k1"]);
        let new = ring.reseal([2; 12], &acme, &kid, &old).unwrap().unwrap();
        assert_eq!(kek_id(&new), Some("k2"));
        assert_eq!(ring.reseal([3; 12], &acme, &kid, &new), Ok(None), "once is enough");
        let alone = KekRing::new(kek(2), Vec::new());
        assert_eq!(alone.open(&acme, &kid, &new).unwrap().as_slice(), b"secret");
        assert_eq!(alone.open(&acme, &kid, &old).err(), Some(SealError::OtherKek));
        assert_eq!(alone.reseal([3; 12], &acme, &kid, &old).err(), Some(SealError::OtherKek));
    }
}
