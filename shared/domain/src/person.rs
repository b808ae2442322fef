//! What people are known by, and where they may be sent after they have signed in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{IdError, text_id};

/// RFC 5321 allows no longer path.
const LONGEST: usize = 254;

text_id!(
    /// A mail address, normalised: lower case, no blanks. Two spellings of an address are one person.
    Email, "mail address", is_email);

impl Email {
    /// The address of a text as people write it.
    ///
    /// # Errors
    /// When no mail could be sent there, as far as can be told without sending any.
    pub fn read(text: &str) -> Result<Self, IdError> {
        Self::parse(&text.trim().to_lowercase())
    }
}

fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    let plain = |c: char| {
        !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '\\')
    };
    text.len() <= LONGEST
        && !user.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && text.chars().all(plain)
        && text.chars().all(|c| !c.is_uppercase())
}

/// Whether a browser that is sent to `path` stays on the host: an absolute path, and nothing that browsers take
/// for the beginning of another host (`//`, `/\`).
pub fn is_own_path(path: &str) -> bool {
    let mut rest = path.chars();
    rest.next() == Some('/')
        && !matches!(rest.next(), Some('/' | '\\'))
        && path.len() <= 512
        && !path.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        assert_eq!(Email::read(" It@Acme.Example\n").unwrap().as_str(), "it@acme.example");
        let long = format!("a@{}.example", "b".repeat(250));
        for bad in [
            "",
            "@acme.example",
            "a@b",
            "a b@c.d",
            "a@b@c.d",
            "a@.c",
            "a@c.",
            "<a@b.c>",
            "a@b.c,d@e.f",
            &long,
        ] {
            assert!(Email::read(bad).is_err(), "{bad}");
        }
        assert!(Email::parse("It@acme.example").is_err(), "at rest there is one spelling");
    }

    #[test]
    fn nobody_is_sent_to_another_host() {
        for good in ["/", "/users", "/licenses?view=held#x"] {
            assert!(is_own_path(good), "{good}");
        }
        for bad in [
            "",
            "users",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\\b",
            "/a b",
            "/\n/evil.example",
            "javascript:alert(1)",
        ] {
            assert!(!is_own_path(bad), "{bad}");
        }
    }
}
