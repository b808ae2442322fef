//! The secrets of people: the token of a session (`<tenant>.<shard hint><52 random>`) and one-time tokens of links.
//!
//! A session's token names its tenant and shard, as an API key does, so that nothing has to be looked up first; the
//! directory has the last word. Both have 256 bits, and only their hashes are kept.

use std::fmt;

use domain::id::{TenantId, base32, is_base32};
use domain::place::Shard;
use zeroize::Zeroizing;

use crate::encoding::{hex, sha256, sha256_of};

/// 32 bytes in base32.
const RANDOM: usize = 52;

/// The token of a session. Cannot be printed or serialized; its memory is wiped when dropped.
#[derive(Clone)]
pub struct SessionText {
    text: Zeroizing<String>,
    tenant: TenantId,
    shard: Shard,
}

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not a token")]
pub struct TokenError;

impl SessionText {
    /// A new token for `tenant` from 32 bytes of entropy.
    pub fn new(tenant: &TenantId, shard: Shard, entropy: &[u8; 32]) -> Self {
        let random = Zeroizing::new(base32(entropy));
        let text = Zeroizing::new(format!("{tenant}.{}{}", shard.hint(), *random));
        Self { text, tenant: tenant.clone(), shard }
    }

    /// Reads a token.
    ///
    /// # Errors
    /// When it never was one.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let (tenant, rest) = text.split_once('.').ok_or(TokenError)?;
        let mut symbols = rest.chars();
        let shard = symbols.next().and_then(Shard::from_hint).ok_or(TokenError)?;
        let random = symbols.as_str();
        if random.len() != RANDOM || !is_base32(random) {
            return Err(TokenError);
        }
        let tenant = TenantId::parse(tenant).map_err(|_| TokenError)?;
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

    /// SHA-256 of the whole text in hexadecimal: what the directory stores instead of the token.
    pub fn digest(&self) -> String {
        hex(&sha256(self.text.as_bytes()))
    }

    /// The whole secret text, for the cookie.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for SessionText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionText({}, ..)", self.tenant)
    }
}

/// A token that works once: in a sign-in link or an invitation. Cannot be printed or serialized.
#[derive(Clone)]
pub struct OnceText(Zeroizing<String>);

impl OnceText {
    /// A new token from 32 bytes of entropy.
    pub fn new(entropy: &[u8; 32]) -> Self {
        Self(Zeroizing::new(base32(entropy)))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// When it never was one.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if text.len() == RANDOM && is_base32(text) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(TokenError)
        }
    }

    /// SHA-256 in hexadecimal: what is stored instead of the token.
    pub fn digest(&self) -> String {
        hex(&sha256_of(&[b"writ once v1\0", self.0.as_bytes()]))
    }

    /// The secret text, for the link.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OnceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceText(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> SessionText {
        SessionText::new(&TenantId::parse("acme").unwrap(), Shard::Us, &[7; 32])
    }

    #[test]
    fn a_token_reads_back_and_names_tenant_and_shard() {
        let read = SessionText::parse(token().expose()).unwrap();
        assert_eq!((read.tenant().as_str(), read.shard()), ("acme", Shard::Us));
        assert_eq!(read.digest(), token().digest());
        let once = OnceText::new(&[7; 32]);
        assert_eq!(OnceText::parse(once.expose()).unwrap().digest(), once.digest());
    }

    #[test]
    fn what_never_was_a_token_is_refused() {
        let good = token();
        let text = good.expose();
        for bad in [
            "",
            "acme",
            "acme.u",
            &text[1..text.len() - 1],
            &text.replace('.', "_"),
            &text.replace(".u", ".x"),
            &format!("{text}0"),
            "é.u",
        ] {
            assert_eq!(SessionText::parse(bad).err(), Some(TokenError), "{bad}");
        }
        for bad in ["", "x", &"u".repeat(RANDOM), &"0".repeat(RANDOM + 1)] {
            assert_eq!(OnceText::parse(bad).err(), Some(TokenError), "{bad}");
        }
    }

    #[test]
    fn tokens_cannot_be_printed() {
        assert_eq!(format!("{:?}", token()), "SessionText(acme, ..)");
        assert_eq!(format!("{:?}", OnceText::new(&[7; 32])), "OnceText(..)");
    }
}
