//! Ranges of client addresses: CIDR for IPv4 and IPv6, in one spelling.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// A range of addresses such as `203.0.113.0/24` or `2001:db8::/32`; a single address is the range of itself.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    base: IpAddr,
    bits: u8,
}

/// Why a text is no range that restricts anything.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressError {
    /// Neither an address nor one with a length behind it.
    #[error("is not an address range such as \"203.0.113.0/24\" or \"2001:db8::/32\"")]
    Malformed,
    /// The address has bits behind the length: it is not known what was meant.
    #[error("has bits behind its length; write \"{0}\"")]
    BitsBehind(String),
    /// Every address is in it.
    #[error("covers every address; leave it out instead")]
    Everything,
}

impl AddressRange {
    /// Reads `address/length` or an address alone. IPv4 addresses in their IPv6 spelling (`::ffff:0:0/96`) are IPv4.
    ///
    /// # Errors
    /// See [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| AddressError::Malformed)?;
        let bits = length.map_or(Ok(width(address)), |length| number(length, width(address)))?;
        let (base, bits) = in_one_spelling(address, bits);
        let range = Self { base: masked(base, bits), bits };
        match bits {
            _ if range.base != base => Err(AddressError::BitsBehind(range.to_string())),
            0 => Err(AddressError::Everything),
            _ => Ok(range),
        }
    }

    /// Whether `address` lies in the range. IPv4 lies in no range of IPv6.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.base.is_ipv4() && masked(address, self.bits) == self.base
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Digits alone, without a leading zero.
fn number(text: &str, most: u8) -> Result<u8, AddressError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let bits = text.parse().ok().filter(|bits| plain && *bits <= most);
    bits.ok_or(AddressError::Malformed)
}

fn in_one_spelling(address: IpAddr, bits: u8) -> (IpAddr, u8) {
    match (address, address.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(short)) if bits >= 96 => (IpAddr::V4(short), bits - 96),
        _ => (address, bits),
    }
}

fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

impl TryFrom<String> for AddressRange {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_range_is_refused_and_the_right_spelling_is_named() {
        let behind = |text: &str| Err(AddressError::BitsBehind(text.to_owned()));
        let rows = [
            ("10.0.0.0/8", Ok("10.0.0.0/8")),
            ("10.0.1.42", Ok("10.0.1.42/32")),
            ("2001:DB8::/32", Ok("2001:db8::/32")),
            ("::1", Ok("::1/128")),
            ("::ffff:10.0.0.0/104", Ok("10.0.0.0/8")),
            ("::ffff:10.0.1.42", Ok("10.0.1.42/32")),
            ("0.0.0.0/1", Ok("0.0.0.0/1")),
            ("10.0.0.1/8", behind("10.0.0.0/8")),
            ("2001:db8::1/32", behind("2001:db8::/32")),
            ("1.2.3.4/0", behind("0.0.0.0/0")),
            ("0.0.0.0/0", Err(AddressError::Everything)),
            ("::/0", Err(AddressError::Everything)),
            ("::ffff:0:0/96", Err(AddressError::Everything)),
        ];
        for (text, want) in rows {
            let got = AddressRange::parse(text).map(|range| range.to_string());
            assert_eq!(got, want.map(str::to_owned), "{text}");
        }
        let malformed = [
            "",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0/8",
            "010.0.0.0/8",
            "10.0.0.0/8/8",
            " 10.0.0.0/8",
            "10.0.0.0 /8",
            "fe80::1%eth0",
            "[::1]",
            "1.2.3.4:80",
            "a.example.com",
        ];
        for text in malformed {
            assert_eq!(AddressRange::parse(text), Err(AddressError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_range_ends_at_its_last_address() {
        let rows = [
            ("203.0.113.0/24", "203.0.113.0", true),
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.112.255", false),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.0/24", "::ffff:203.0.113.7", true),
            ("203.0.113.0/24", "::203.0.113.7", false),
            ("10.0.1.42", "10.0.1.43", false),
            ("2001:db8::/33", "2001:db8:7fff:ffff::1", true),
            ("2001:db8::/33", "2001:db8:8000::", false),
            ("::/80", "203.0.113.7", false),
        ];
        for (range, address, want) in rows {
            let got = AddressRange::parse(range).unwrap().holds(address.parse().unwrap());
            assert_eq!(got, want, "{address} in {range}");
        }
    }

    /// Bit by bit; the slow and certain way.
    fn naive(base: &[u8], bits: usize, address: &[u8]) -> bool {
        let bit = |bytes: &[u8], n: usize| bytes[n / 8] >> (7 - n % 8) & 1;
        base.len() == address.len() && (0..bits).all(|n| bit(base, n) == bit(address, n))
    }

    fn bytes(address: IpAddr) -> Vec<u8> {
        match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        }
    }

    proptest! {
        #[test]
        fn a_range_holds_what_has_the_same_first_bits(
            v4 in any::<bool>(), base: u128, near: u128, keep in 0_u32..=128, bits in 1_u8..=128,
        ) {
            let mask = u128::MAX.checked_shl(128 - keep).unwrap_or(0);
            let other = (base & mask) | (near & !mask);
            let address = |n: u128| -> IpAddr {
                let high = u32::try_from(n >> 96).unwrap();
                if v4 { Ipv4Addr::from_bits(high).into() } else { Ipv6Addr::from_bits(n).into() }
            };
            let (base, other) = (address(base), address(other));
            let bits = if v4 { bits.min(32) } else { bits };
            prop_assume!(v4 || !matches!((base.to_canonical(), other.to_canonical()), (IpAddr::V4(_), _) | (_, IpAddr::V4(_))));
            let text = format!("{base}/{bits}");
            let range = match AddressRange::parse(&text) {
                Err(AddressError::BitsBehind(text)) => AddressRange::parse(&text).unwrap(),
                range => range.unwrap(),
            };
            prop_assert_eq!(range.holds(other), naive(&bytes(base), bits.into(), &bytes(other)), "{} {}", text, other);
            prop_assert_eq!(AddressRange::parse(&range.to_string()), Ok(range));
        }
    }
}
