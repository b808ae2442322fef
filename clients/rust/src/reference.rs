//! How a license is named to the agent: by id, by code, or by its signed text.

use domain::id::TenantId;
use license::text::LicenseText;
use license::token::Token;

use crate::failure::Failure;

/// A license as the caller named it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reference {
    /// License id or license code.
    Id(String),
    /// Signed text in any form.
    Key(Box<KeyText>),
}

/// A signed text with what it says of itself; not verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyText {
    /// As it was given, without outer blank space.
    pub text: String,
    /// The license's id.
    pub license_id: String,
    /// Who signed it.
    pub issuer: TenantId,
}

impl Reference {
    /// Reads an id, a code or a signed text.
    ///
    /// # Errors
    /// When it starts like a signed text and is none: with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Failure::Usage("the license is empty".into()));
        }
        // Ids and codes have at most 64 characters; no signed text is as short.
        if text.len() <= 64 {
            return Ok(Self::Id(text.to_owned()));
        }
        let token = LicenseText::read(text).and_then(|read| Token::parse(&read.jws));
        let token = token.map_err(Failure::license)?;
        Ok(Self::Key(Box::new(KeyText {
            text: text.to_owned(),
            license_id: token.claimed_id().as_str().to_owned(),
            issuer: token.claimed_issuer().clone(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_ids_and_long_ones_must_be_signed_texts() {
        assert_eq!(Reference::parse(" ACME-1\n").unwrap(), Reference::Id("ACME-1".into()));
        assert!(matches!(Reference::parse(" "), Err(Failure::Usage(_))));
        assert!(matches!(Reference::parse(&"x".repeat(65)), Err(Failure::Usage(_))), "mistyped");
        assert!(matches!(Reference::parse(&"x.".repeat(65)), Err(Failure::Forged(_))));
    }
}
