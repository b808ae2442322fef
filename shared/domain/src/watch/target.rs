//! Where webhooks may go: to the world, never to the house's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::host::{Host, HostError};

/// The longest URL of a webhook, in bytes.
const LONGEST: usize = 500;

/// Names that never lead outside.
const INSIDE: [&str; 7] = ["localhost", "local", "internal", "intranet", "lan", "home", "corp"];

/// A URL to which webhooks may be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target(String);

/// Why webhooks may not be sent to a URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// Not `https://`.
    #[error("must begin with https://")]
    Scheme,
    /// No URL of this form.
    #[error("is not a URL of the form https://host[:port]/path")]
    Malformed,
    /// An address or a name of a network that nobody outside can reach.
    #[error("leads to a private, local or reserved address")]
    Inside,
}

impl Target {
    /// Reads a URL. `loopback`: whether a development machine may be its own target, without TLS.
    ///
    /// What the name resolves to the platform decides at delivery: Workers reach public addresses only.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn parse(url: &str, loopback: bool) -> Result<Self, TargetError> {
        let rest = url.strip_prefix("https://");
        let rest = rest.or_else(|| url.strip_prefix("http://").filter(|_| loopback));
        let rest = rest.ok_or(TargetError::Scheme)?;
        let plain =
            url.len() <= LONGEST && url.bytes().all(|b| (b'!'..=b'~').contains(&b) && b != b'\\');
        if !plain || url.contains('#') {
            return Err(TargetError::Malformed);
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(TargetError::Malformed);
        }
        let own = loopback && is_this_machine(authority);
        if is_inside(authority)? && !own {
            return Err(TargetError::Inside);
        }
        if url.starts_with("http://") && !own {
            return Err(TargetError::Scheme);
        }
        Ok(Self(url.to_owned()))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether it is this machine in its plainest spelling.
fn is_this_machine(authority: &str) -> bool {
    ["127.0.0.1", "localhost"].contains(&authority.split(':').next().unwrap_or_default())
}

/// Whether a host of a URL lies inside. Addresses are taken in their plain spelling only: others (`0x7f.1`) are refused.
fn is_inside(authority: &str) -> Result<bool, TargetError> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or(TargetError::Malformed)?;
        let good =
            port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.parse::<u16>().is_ok());
        let address: Ipv6Addr = address.parse().map_err(|_| TargetError::Malformed)?;
        return if good {
            Ok(!is_public(IpAddr::V6(address)))
        } else {
            Err(TargetError::Malformed)
        };
    }
    match Host::parse(authority) {
        Ok(host) => {
            let last = host.as_str().rsplit('.').next().unwrap_or_default();
            Ok(!host.as_str().contains('.') || INSIDE.contains(&last))
        }
        Err(HostError::Address) => {
            let name = authority.split(':').next().unwrap_or_default();
            let address: Ipv4Addr = name.parse().map_err(|_| TargetError::Inside)?;
            Ok(!is_public(IpAddr::V4(address)))
        }
        Err(_) => Err(TargetError::Malformed),
    }
}

/// Whether an address is one of the public internet (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            let special = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || a == 0
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b))
                || a >= 224;
            !special
        }
        // Only 2000::/3 is given out; of that 2001:db8::/32 is for books, and 2002::/16 holds IPv4 addresses.
        IpAddr::V6(address) => {
            let [a, b, ..] = address.segments();
            let documentation = a == 0x2001 && b == 0x0db8;
            (0x2000..0x4000).contains(&a) && !documentation && a != 0x2002
        }
    }
}
