//! Limits for callers that have shown nothing: by the address that the platform has seen, and by nothing else.

use std::net::{IpAddr, Ipv6Addr};

use domain::id::TenantId;
use domain::limiter::Policy;
use domain::place::Shard;

use crate::call::Call;
use crate::failure::Failure;
use crate::limit;

/// Spends one request of the address that calls. `purpose` is a reserved name, so that no tenant's objects have it.
///
/// # Errors
/// `rate-limited`.
pub async fn limit(call: &Call, purpose: &str, policy: Policy) -> Result<(), Failure> {
    let tenant = TenantId::parse(purpose).map_err(Failure::internal)?;
    let network = network(call.inbound.header("cf-connecting-ip"));
    limit::named(call, &tenant, Shard::Eu, &format!("{purpose} {network}"), policy).await
}

/// What counts as one caller: an IPv4 address, or the /64 that a household or a machine gets. Whoever has no address
/// shares one limit.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
        Ok(address) => address.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_a_network_count_as_one() {
        let rows = [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("", ""),
            ("192.0.2.1, 192.0.2.2", ""),
        ];
        for (address, want) in rows {
            assert_eq!(network(address), want, "{address}");
        }
    }
}
