//! The text of an API key: `wk_<tenant>_<shard hint><26 random><6 check>`.
//!
//! It names its tenant and shard so that nothing has to be looked up first; the directory has the
//! last word. The check characters refuse a mistyped key without asking any store.

use std::fmt;

use domain::id::{TenantId, base32, is_base32};
use domain::place::Shard;
use zeroize::Zeroizing;

use crate::encoding::{hex, sha256, sha256_of};

const RANDOM: usize = 26;
const CHECK: usize = 6;

/// An API key. Cannot be printed or serialized; its memory is wiped when dropped.
#[derive(Clone)]
pub struct ApiKeyText {
    text: Zeroizing<String>,
    tenant: TenantId,
    shard: Shard,
}

/// Why a text is not an API key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not an API key, or was mistyped")]
pub struct ApiKeyError;

impl ApiKeyText {
    /// A new key of `tenant` from 16 bytes of entropy.
    pub fn new(tenant: &TenantId, shard: Shard, entropy: &[u8; 16]) -> Self {
        let random = Zeroizing::new(base32(entropy));
        let body = Zeroizing::new(format!("wk_{tenant}_{}{}", shard.hint(), *random));
        let text = Zeroizing::new(format!("{}{}", *body, check(&body)));
        Self { text, tenant: tenant.clone(), shard }
    }

    /// Reads a key; the check characters are looked at first.
    ///
    /// # Errors
    /// When it was mistyped, or never was a key.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let at = text
            .len()
            .checked_sub(CHECK)
            .filter(|at| text.is_char_boundary(*at))
            .ok_or(ApiKeyError)?;
        let (body, given) = text.split_at(at);
        if check(body) != given {
            return Err(ApiKeyError);
        }
        let (tenant, rest) =
            body.strip_prefix("wk_").and_then(|b| b.split_once('_')).ok_or(ApiKeyError)?;
        let mut rest_symbols = rest.chars();
        let shard = rest_symbols.next().and_then(Shard::from_hint).ok_or(ApiKeyError)?;
        let random = rest_symbols.as_str();
        if random.len() != RANDOM || !is_base32(random) {
            return Err(ApiKeyError);
        }
        let tenant = TenantId::parse(tenant).map_err(|_| ApiKeyError)?;
        Ok(Self { text: Zeroizing::new(text.to_owned()), tenant, shard })
    }

    /// The tenant that it says it belongs to.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The shard that it hints at.
    pub const fn shard(&self) -> Shard {
        self.shard
    }

    /// SHA-256 of the whole text in hexadecimal: what the directory stores instead of the key.
    pub fn digest(&self) -> String {
        hex(&sha256(self.text.as_bytes()))
    }

    /// The whole secret text, to show it once.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ApiKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeyText({}, ..)", self.tenant)
    }
}

fn check(body: &str) -> String {
    base32(&sha256_of(&[b"writ api key v1\0", body.as_bytes()])).chars().take(CHECK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> ApiKeyText {
        ApiKeyText::new(&TenantId::parse("acme").unwrap(), Shard::Us, &[7; 16])
    }

    #[test]
    fn a_key_reads_back_and_names_tenant_and_shard() {
        let read = ApiKeyText::parse(key().expose()).unwrap();
        assert_eq!((read.tenant().as_str(), read.shard()), ("acme", Shard::Us));
        assert_eq!(read.digest(), key().digest());
        assert_eq!(read.expose().len(), "wk_acme_".len() + 1 + RANDOM + CHECK);
    }

    #[test]
    fn a_key_cannot_be_printed() {
        assert_eq!(format!("{:?}", key()), "ApiKeyText(acme, ..)");
    }

    #[test]
    fn what_never_was_a_key_is_refused_even_with_right_check_characters() {
        for body in [
            "",
            "wk_",
            "wk_acme_u",
            "sk_acme_u00000000000000000000000000",
            "wk_acme_x00000000000000000000000000",
            "wk_A_u00000000000000000000000000",
            "wk_acme_u0000000000000000000000000u",
        ] {
            let text = format!("{body}{}", check(body));
            assert_eq!(ApiKeyText::parse(&text).err(), Some(ApiKeyError), "{text}");
        }
        for text in ["", "ééééééé", "wk_acme"] {
            assert_eq!(ApiKeyText::parse(text).err(), Some(ApiKeyError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_change_of_one_byte_is_noticed(at in 0_usize..41, byte in 0_u8..128) {
            let mut bytes = key().expose().as_bytes().to_vec();
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            prop_assert!(ApiKeyText::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }
    }
}
