//! Hostnames: parsed, lower-cased, never trusted. A reserved name belongs to no tenant, an unknown one to nobody.

mod claim;
mod site;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use claim::ClaimError;
pub use site::{SiteName, reserved_tenant};

use crate::id::TenantId;

/// A hostname in its one spelling: lower case, ASCII labels, no port, no trailing dot.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Host(String);

/// Why a text is no hostname, or may not be claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HostError {
    /// Not a name of DNS labels.
    #[error("is not a hostname")]
    Malformed,
    /// An address instead of a name.
    #[error("is an IP address, not a hostname")]
    Address,
    /// More than 253 characters, or a label of more than 63.
    #[error("is too long for a hostname")]
    TooLong,
    /// Belongs to the house.
    #[error("is reserved")]
    Reserved,
}

impl Host {
    /// Reads a `Host` header or the authority of a URL. A port and one trailing dot are left out.
    /// Names beyond ASCII come in their `xn--` form, as they do in DNS.
    ///
    /// # Errors
    /// See [`HostError`]; never `Reserved`.
    pub fn parse(authority: &str) -> Result<Self, HostError> {
        if authority.starts_with('[') {
            return Err(HostError::Address);
        }
        let name = without_port(authority)?;
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.len() > 253 || name.split('.').any(|label| label.len() > 63) {
            return Err(HostError::TooLong);
        }
        if !name.split('.').all(is_label) {
            return Err(HostError::Malformed);
        }
        if name.rsplit('.').next().is_some_and(is_number) {
            return Err(HostError::Address);
        }
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// The hostname as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part in front of `.apex`; `None` for the apex itself and for names elsewhere.
    pub fn under(&self, apex: &Self) -> Option<&str> {
        self.0.strip_suffix(apex.as_str())?.strip_suffix('.')
    }

    /// Whether the house keeps this name for itself: the apex, and every name under it that is
    /// not the default host of a possible tenant.
    pub fn is_reserved_under(&self, apex: &Self) -> bool {
        self == apex
            || self
                .under(apex)
                .is_some_and(|label| reserved_tenant(label) || TenantId::parse(label).is_err())
    }

    /// Whether a tenant may claim the name. For names outside the apex, ownership is proved by DNS.
    ///
    /// # Errors
    /// `Reserved` for the house's own names, `Malformed` for a name of one label.
    pub fn claimable(&self, apex: &Self) -> Result<(), HostError> {
        if self.is_reserved_under(apex) {
            return Err(HostError::Reserved);
        }
        if self.0.contains('.') { Ok(()) } else { Err(HostError::Malformed) }
    }
}

fn without_port(authority: &str) -> Result<&str, HostError> {
    match authority.split_once(':') {
        None => Ok(authority),
        Some((name, port)) if port.parse::<u16>().is_ok() && !port.starts_with('+') => Ok(name),
        Some((_, rest)) if rest.contains(':') => Err(HostError::Address),
        Some(_) => Err(HostError::Malformed),
    }
}

/// Letters, digits and inner hyphens.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Browsers read a name whose last label is a number (also `0x..`) as an IPv4 address.
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    label.bytes().all(|b| b.is_ascii_digit())
        || hex.is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0
    }
}

impl TryFrom<String> for Host {
    type Error = HostError;
    fn try_from(text: String) -> Result<Self, HostError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests;
