//! Application fingerprints: which builds of a product its issuer lets in.
//!
//! What an application says of itself (`X-App-Fingerprint`, `X-Lib-Version`) proves nothing by itself: whoever has the key
//! can send it. It tells a stolen key in somebody else's program from the product, until the thief learns to lie.

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Entries of a list at most.
pub const MOST_LISTED: usize = 200;
/// The longest fingerprint or library version, in bytes.
pub const LONGEST: usize = 200;

/// What is done with applications that are not known.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AppMode"))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything is accepted, and listed for the issuer.
    #[default]
    Learn,
    /// Everything is accepted; what is not allowed by name raises an alert for holder and issuer.
    Report,
    /// What is blocked is refused.
    Block,
    /// Only what is allowed passes.
    Allow,
}

/// One application.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ListedApp"))]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// `X-App-Fingerprint`: 1 to 200 visible ASCII characters.
    pub fingerprint: String,
    /// `X-Lib-Version`; every version when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lib_version: Option<String>,
    /// For people, up to 200 bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What the issuer of a product wants.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AppPolicy"))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What is done with applications that are not known.
    #[serde(default)]
    pub mode: Mode,
    /// Known ones, at most 200.
    #[serde(default)]
    pub allowed: Vec<Listed>,
    /// Unwanted ones, at most 200. They are refused under `block` and `allow`.
    #[serde(default)]
    pub blocked: Vec<Listed>,
}

/// An application by what it says of itself. Empty where it says nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct App<'a> {
    /// `X-App-Fingerprint`.
    pub fingerprint: &'a str,
    /// `X-Lib-Version`.
    pub lib_version: &'a str,
}

/// What becomes of an application.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It passes.
    #[default]
    Accepted,
    /// It passes, and is reported.
    Reported,
    /// It is refused.
    Refused,
}

impl Policy {
    /// What becomes of `app`.
    pub fn judge(&self, app: App<'_>) -> Ruling {
        let blocked = lists(&self.blocked, app);
        let known = lists(&self.allowed, app) && !blocked;
        match self.mode {
            Mode::Report if !known => Ruling::Reported,
            Mode::Block if blocked => Ruling::Refused,
            Mode::Allow if !known => Ruling::Refused,
            _ => Ruling::Accepted,
        }
    }
}

fn lists(list: &[Listed], app: App<'_>) -> bool {
    let same = |it: &Listed| {
        it.fingerprint == app.fingerprint
            && it.lib_version.as_ref().is_none_or(|version| version == app.lib_version)
    };
    list.iter().any(same)
}

/// Whether a text can be a fingerprint or a library version: what a header can hold, and no more than that.
pub fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
}
