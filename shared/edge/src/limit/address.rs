//! Limits by the client's address, for what anybody may call without credentials.

use std::net::IpAddr;

use domain::limiter::Policy;

use super::Key;
use crate::call::Call;
use crate::failure::Failure;
use crate::site::Site;

/// Counts a request to `site` for `what` against the limit of the client's address. Where counters are away it passes.
///
/// # Errors
/// `rate-limited`.
pub async fn by_address(
    call: &Call,
    site: &Site,
    what: &str,
    policy: Policy,
) -> Result<(), Failure> {
    let network = network(call.inbound.header("cf-connecting-ip"));
    let name = format!("{}:{what}:{network}", site.tenant);
    let key = Key { tenant: &site.tenant, shard: site.shard, name: &name };
    let spent = super::spend(call, Some(key)).await;
    super::settle_as("address", call, key, policy, spent).await.map(drop)
}

/// The address; of an IPv6 address its first 64 bits, for a household has all that follow.
fn network(text: &str) -> String {
    match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        Ok(v4) => v4.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_counted_as_one() {
        let rows = [
            ("10.0.1.42", "10.0.1.42"),
            ("::ffff:10.0.1.42", "10.0.1.42"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
            ("", ""),
            ("nonsense", ""),
        ];
        for (address, want) in rows {
            assert_eq!(network(address), want, "{address}");
        }
    }
}
