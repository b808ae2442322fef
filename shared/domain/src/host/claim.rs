//! Names that companies and tenants claim for themselves. Stricter than reading a `Host` header: a claim is typed by
//! people, so what cannot be meant is refused by name instead of being mended.

use crate::host::{Host, HostError};

/// Why a name cannot be claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClaimError {
    /// It is no hostname at all, an address, too long, or the house's own.
    #[error(transparent)]
    Host(#[from] HostError),
    /// `acme.com:443`
    #[error("must not have a port")]
    Port,
    /// `acme.com.`
    #[error("must not end in a dot")]
    TrailingDot,
    /// `intranet`
    #[error("must have at least two labels")]
    Dotless,
    /// Everybody has names there: free mail, public suffixes, names for private networks.
    #[error("is shared by many, so nobody can claim it")]
    Shared,
}

impl ClaimError {
    /// The reason as programs read it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Host(HostError::Malformed) => "malformed",
            Self::Host(HostError::Address) => "address",
            Self::Host(HostError::TooLong) => "too-long",
            Self::Host(HostError::Reserved) => "reserved",
            Self::Port => "port",
            Self::TrailingDot => "trailing-dot",
            Self::Dotless => "dotless",
            Self::Shared => "shared",
        }
    }
}

/// A claimed name with the label of its proof must fit into DNS.
const LONGEST: usize = 253 - "_acme-challenge.".len();

/// Names that everybody can have addresses or names under. Not the whole list of public suffixes: the proof by DNS keeps
/// strangers out of those that are missing here.
const SHARED: &[&str] = &[
    "aol.com",
    "blogspot.com",
    "co.jp",
    "co.kr",
    "co.nz",
    "co.uk",
    "co.za",
    "com.au",
    "com.br",
    "com.cn",
    "com.mx",
    "com.sg",
    "com.tr",
    "duckdns.org",
    "fastmail.com",
    "github.io",
    "gitlab.io",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "gov.uk",
    "hey.com",
    "herokuapp.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "netlify.app",
    "ngrok.io",
    "outlook.com",
    "pages.dev",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "tutanota.com",
    "vercel.app",
    "web.de",
    "workers.dev",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// Top level domains that are nobody's: they do not exist in public DNS.
const PRIVATE: &[&str] = &["arpa", "internal", "invalid", "lan", "local", "localhost", "onion"];

impl Host {
    /// Reads a name that somebody claims from outside of `apex`. Names beyond ASCII come, and are shown, in their `xn--` form.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn claim(text: &str, apex: &Self) -> Result<Self, ClaimError> {
        let host = Self::parse(text)?;
        if text.contains(':') {
            return Err(ClaimError::Port);
        }
        if text.ends_with('.') {
            return Err(ClaimError::TrailingDot);
        }
        let Some((_, top)) = host.as_str().rsplit_once('.') else {
            return Err(ClaimError::Dotless);
        };
        if host.as_str().len() > LONGEST {
            return Err(HostError::TooLong.into());
        }
        // Its own default host every tenant has already.
        if host == *apex || host.under(apex).is_some() {
            return Err(HostError::Reserved.into());
        }
        if PRIVATE.contains(&top) || SHARED.contains(&host.as_str()) {
            return Err(ClaimError::Shared);
        }
        Ok(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_claimed_is_refused_by_name() {
        let apex = Host::parse("example.com").unwrap();
        let long = format!("{}.info", vec!["a".repeat(50); 5].join("."));
        let rows = [
            ("acme.com", Ok("acme.com")),
            ("ACME.com", Ok("acme.com")),
            ("licenses.acme.co.uk", Ok("licenses.acme.co.uk")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("bücher.example", Err("malformed")),
            ("аcme.com", Err("malformed")),
            ("intranet", Err("dotless")),
            ("acme.com:443", Err("port")),
            ("acme.com.", Err("trailing-dot")),
            ("10.0.0.1", Err("address")),
            ("[::1]", Err("address")),
            ("acme.0x7f", Err("address")),
            ("127.1", Err("address")),
            ("", Err("malformed")),
            ("*.acme.com", Err("malformed")),
            ("acme.com/x", Err("malformed")),
            ("example.com", Err("reserved")),
            ("other.example.com", Err("reserved")),
            ("a.b.example.com", Err("reserved")),
            ("notexample.com", Ok("notexample.com")),
            ("gmail.com", Err("shared")),
            ("co.uk", Err("shared")),
            ("printer.local", Err("shared")),
            (&long, Err("too-long")),
        ];
        for (text, want) in rows {
            let got = Host::claim(text, &apex);
            let got = got.as_ref().map(Host::as_str).map_err(|error| error.reason());
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn the_list_of_shared_names_has_no_name_twice() {
        let set: std::collections::BTreeSet<_> = SHARED.iter().collect();
        assert_eq!(set.len(), SHARED.len());
    }
}
