//! The network of an address: what counts as one place.

use std::net::IpAddr;

/// The network in which a client's address lies: `/24` for IPv4, `/48` for IPv6; the text as it is when it is no address.
///
/// A client's exact address says too little: a provider gives it another one of the same pool every day, and IPv6 hosts
/// change theirs every few hours on purpose. `/24` is the smallest part that is routed by itself, and `/48` what a site
/// is given, so a thief elsewhere is in another one. Who wants exact addresses has the allow-lists of keys for it.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
        Err(_) => address.chars().take(64).collect(),
    }
}
