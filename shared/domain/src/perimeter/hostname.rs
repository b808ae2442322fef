//! Names of machines that a key works on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::host::Host;

/// A machine's name, or `*.suffix` for every name below a suffix of at least two labels.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    /// The name, or the suffix.
    name: Host,
    below: bool,
}

/// Why a text is no name of a machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HostPatternError {
    /// No name of DNS labels, or one with a port.
    #[error("is not a hostname such as \"dev-ws-042.example.com\", without a port")]
    Malformed,
    /// A star elsewhere than before a suffix of two labels.
    #[error("may have a star only as \"*.example.com\"")]
    Star,
}

impl HostPattern {
    /// Reads a name or `*.suffix`. Names beyond ASCII come in their `xn--` form.
    ///
    /// # Errors
    /// See [`HostPatternError`].
    pub fn parse(text: &str) -> Result<Self, HostPatternError> {
        let (below, name) = match text.strip_prefix("*.") {
            Some(suffix) => (true, suffix),
            None => (false, text),
        };
        if name.contains('*') || (below && !name.trim_end_matches('.').contains('.')) {
            return Err(HostPatternError::Star);
        }
        let name = Host::parse(name).ok().filter(|_| !name.contains(':'));
        Ok(Self { name: name.ok_or(HostPatternError::Malformed)?, below })
    }

    /// Whether `host` is the name, or one below the suffix; the suffix itself is not below itself.
    pub fn matches(&self, host: &Host) -> bool {
        if self.below { host.under(&self.name).is_some() } else { *host == self.name }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.below { "*." } else { "" }, self.name)
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for HostPattern {
    type Error = HostPatternError;
    fn try_from(text: String) -> Result<Self, HostPatternError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_suffixes_have_two_labels() {
        use HostPatternError::{Malformed, Star};
        let rows = [
            ("Dev-WS-042.Mercedes.com.", Ok("dev-ws-042.mercedes.com")),
            ("workstation", Ok("workstation")),
            ("*.mercedes.com", Ok("*.mercedes.com")),
            ("*.com", Err(Star)),
            ("*.com.", Err(Star)),
            ("*", Err(Star)),
            ("*.", Err(Star)),
            ("dev-*.mercedes.com", Err(Star)),
            ("*.*.mercedes.com", Err(Star)),
            ("", Err(Malformed)),
            ("10.0.1.42", Err(Malformed)),
            ("ws.mercedes.com:443", Err(Malformed)),
            ("mercedеs.com", Err(Malformed)),
            ("a b.com", Err(Malformed)),
        ];
        for (text, want) in rows {
            let got = HostPattern::parse(text).map(|pattern| pattern.to_string());
            assert_eq!(got, want.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_suffix_matches_below_itself_only() {
        let rows = [
            ("*.mercedes.com", "a.mercedes.com", true),
            ("*.mercedes.com", "a.b.Mercedes.com", true),
            ("*.mercedes.com", "mercedes.com", false),
            ("*.mercedes.com", "amercedes.com", false),
            ("*.mercedes.com", "a.mercedes.com.evil.example", false),
            ("a.mercedes.com", "a.mercedes.com.", true),
            ("a.mercedes.com", "b.a.mercedes.com", false),
        ];
        for (pattern, host, want) in rows {
            let got = HostPattern::parse(pattern).unwrap().matches(&Host::parse(host).unwrap());
            assert_eq!(got, want, "{host} by {pattern}");
        }
    }
}
