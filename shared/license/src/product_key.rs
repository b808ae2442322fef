//! Product keys: `<PREFIX>-{base64url(JWS)}-{8-character checksum}`.
//!
//! The checksum tells a typing error from a forgery, before any cryptography.

use domain::id::base32;

use crate::encoding::{b64url, from_b64url, sha256_of};
use crate::error::LicenseError;

/// The product's letters before the key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prefix(String);

impl Default for Prefix {
    /// `NLS`.
    fn default() -> Self {
        Self("NLS".to_owned())
    }
}

impl Prefix {
    /// Reads a prefix.
    ///
    /// # Errors
    /// When it is not 2 to 8 upper-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, LicenseError> {
        let fits = (2..=8).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(LicenseError::Malformed("prefix is not 2 to 8 of A-Z, 0-9"))
        }
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A product key whose checksum is right. Its JWS is not verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProductKey {
    /// The product's letters.
    pub prefix: Prefix,
    /// The compact JWS.
    pub jws: String,
}

/// Writes the product key of a compact JWS.
pub fn encode(prefix: &Prefix, jws: &str) -> String {
    let body = b64url(jws.as_bytes());
    let check = checksum(&prefix.0, &body);
    format!("{}-{body}-{check}", prefix.0)
}

/// Reads a product key. Blank space and line breaks anywhere do not matter: keys arrive by mail.
///
/// # Errors
/// [`LicenseError::Mistyped`] when form or checksum are wrong. [`LicenseError::Malformed`] when
/// the checksum is right and the content still is no text: that was no slip of the hand.
pub fn decode(text: &str) -> Result<ProductKey, LicenseError> {
    let text: String = text.split_ascii_whitespace().collect();
    let parts = text.split_once('-').and_then(|(prefix, rest)| {
        let (body, check) = rest.rsplit_once('-')?;
        Some((prefix, body, check))
    });
    let (prefix, body, check) = parts.ok_or(LicenseError::Mistyped)?;
    // Not a secret: anybody can compute it, so an ordinary comparison will do.
    if checksum(prefix, body) != check {
        return Err(LicenseError::Mistyped);
    }
    let jws = from_b64url(body).and_then(|bytes| String::from_utf8(bytes).ok());
    let jws = jws.ok_or(LicenseError::Malformed("product key is not base64url"))?;
    Ok(ProductKey { prefix: Prefix::parse(prefix)?, jws })
}

/// 40 bits of SHA-256 in upper-case Crockford base32.
fn checksum(prefix: &str, body: &str) -> String {
    let hash = sha256_of(&[b"writ product key v1\0", prefix.as_bytes(), b"-", body.as_bytes()]);
    base32(&hash).chars().take(8).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_may_be_broken_into_lines_and_indented() {
        let key = encode(&Prefix::default(), "a.b.c");
        let (head, tail) = key.split_at(9);
        let pasted = format!("  {head}\r\n\t{tail} \n");
        assert_eq!(
            decode(&pasted),
            Ok(ProductKey { prefix: Prefix::default(), jws: "a.b.c".into() })
        );
    }

    #[test]
    fn incomplete_keys_are_typing_errors() {
        let key = encode(&Prefix::default(), "a.b.c");
        for end in 0..key.len() {
            assert_eq!(decode(&key[..end]), Err(LicenseError::Mistyped), "{}", &key[..end]);
        }
        assert_eq!(decode(&key.to_ascii_lowercase()), Err(LicenseError::Mistyped));
    }

    #[test]
    fn a_right_checksum_over_nonsense_is_not_a_typing_error() {
        let key = format!("NLS-!!!-{}", checksum("NLS", "!!!"));
        assert!(matches!(decode(&key), Err(LicenseError::Malformed(_))));
        let key = format!("nls-YQ-{}", checksum("nls", "YQ"));
        assert!(matches!(decode(&key), Err(LicenseError::Malformed(_))));
    }

    #[test]
    fn prefixes_are_two_to_eight_capitals_and_digits() {
        for (prefix, want) in [
            ("NLS", true),
            ("A1", true),
            ("ABCDEFGH", true),
            ("A", false),
            ("ABCDEFGHI", false),
            ("nls", false),
            ("A-B", false),
        ] {
            assert_eq!(Prefix::parse(prefix).is_ok(), want, "{prefix}");
        }
    }

    proptest! {
        #[test]
        fn any_change_of_one_byte_is_noticed(at in 0_usize..60, byte in 0_u8..128) {
            let key = encode(&Prefix::default(), "eyJhIjoxfQ.eyJiIjoyfQ.c2lnbmF0dXJl");
            let mut bytes = key.clone().into_bytes();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(decode(&text), Err(LicenseError::Mistyped));
        }
    }
}
