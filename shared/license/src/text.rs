//! A license text in whatever form it arrives: compact JWS, product key, or file.

use crate::encoding::sha256;
use crate::error::LicenseError;
use crate::{file, product_key};

/// No license text is longer; longer ones are refused before anything is parsed.
pub const MAX_BYTES: usize = 16 * 1024;

/// The forms of a license text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// `eyJ...`
    Compact,
    /// `NLS-...`
    ProductKey,
    /// `-----BEGIN WRIT LICENSE-----`
    File,
}

/// The compact JWS inside a license text, and the form that it came in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LicenseText {
    /// The form that was read.
    pub form: Form,
    /// The compact JWS. Not verified.
    pub jws: String,
}

impl LicenseText {
    /// Finds out the form and unwraps the JWS. Blank space around it does not matter.
    ///
    /// # Errors
    /// When it is too long, or the wrapping is damaged.
    pub fn read(text: &str) -> Result<Self, LicenseError> {
        if text.len() > MAX_BYTES {
            return Err(LicenseError::TooLarge);
        }
        let text = text.trim();
        if text.starts_with(file::BEGIN) {
            return Ok(Self { form: Form::File, jws: file::decode(text)? });
        }
        // A product key is the only form with a dash before the first dot; base64url of a JSON
        // header starts with `eyJ`.
        if text.contains('.') || text.starts_with("eyJ") {
            return Ok(Self { form: Form::Compact, jws: text.to_owned() });
        }
        Ok(Self { form: Form::ProductKey, jws: product_key::decode(text)?.jws })
    }

    /// SHA-256 of the JWS: the same for every form, to remember what was verified.
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.jws.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product_key::Prefix;

    #[test]
    fn every_form_leads_to_the_same_text_and_digest() {
        let jws = "eyJhIjoxfQ.e30.AAAA";
        let key = product_key::encode(&Prefix::default(), jws);
        let rows = [
            (Form::Compact, format!(" {jws}\n")),
            (Form::ProductKey, format!("\t{key}\r\n")),
            (Form::File, format!("\n{}\n\n", file::encode(jws))),
        ];
        for (form, text) in rows {
            let read = LicenseText::read(&text).unwrap();
            assert_eq!((read.form, read.jws.as_str()), (form, jws));
            assert_eq!(read.digest(), sha256(jws.as_bytes()));
        }
    }

    #[test]
    fn what_is_too_long_is_not_looked_at() {
        assert_eq!(LicenseText::read(&"x".repeat(MAX_BYTES + 1)), Err(LicenseError::TooLarge));
    }
}
