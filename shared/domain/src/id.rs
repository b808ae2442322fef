//! Ids are types, parsed once, prefixed for people. They are public: safe in logs and links.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::place::Shard;

/// Crockford's base32 in lower case: no `i`, `l`, `o`, `u`, so it survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not a valid {kind}")]
pub struct IdError {
    /// What was expected, in words.
    pub kind: &'static str,
}

/// `bytes` as lower-case Crockford base32, most significant bits first, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push_symbol(&mut out, buffer >> bits);
        }
    }
    if bits > 0 {
        push_symbol(&mut out, buffer << (5 - bits));
    }
    out
}

fn push_symbol(out: &mut String, value: u32) {
    if let Some(symbol) = ALPHABET.get((value & 31) as usize) {
        out.push(char::from(*symbol));
    }
}

/// Whether every character belongs to the lower-case base32 alphabet.
pub fn is_base32(text: &str) -> bool {
    text.bytes().all(|b| ALPHABET.contains(&b))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name(String);

        impl $name {
            /// Reads the id.
            ///
            /// # Errors
            /// When the text does not have the form of this id.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(IdError { kind: $kind }) }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }
    };
}

pub(crate) use text_id;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        text_id!($(#[$doc])* $name, $kind, |text| prefixed(text, $prefix, 26));

        impl $name {
            /// A new id from 16 bytes of entropy.
            pub fn new(entropy: [u8; 16]) -> Self {
                Self(format!("{}{}", $prefix, base32(&entropy)))
            }
        }
    };
}

macro_rules! licensed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        text_id!($(#[$doc])* $name, $kind, |text| license_in(text, $prefix).is_some());

        impl $name {
            /// A new id of something of `license`, from 10 bytes of entropy.
            pub fn new(license: &LicenseId, entropy: [u8; 10]) -> Self {
                let license = license.as_str().trim_start_matches("lic_");
                Self(format!("{}{license}_{}", $prefix, base32(&entropy)))
            }

            /// The license.
            pub fn license(&self) -> Option<LicenseId> {
                license_in(&self.0, $prefix)
            }
        }
    };
}

/// The license in an id of something of it: prefix, the license's id without its own, `_`, 16 base32 characters.
fn license_in(text: &str, prefix: &str) -> Option<LicenseId> {
    let (license, own) = text.strip_prefix(prefix)?.split_once('_')?;
    (own.len() == 16 && is_base32(own)).then_some(())?;
    LicenseId::parse(&format!("lic_{license}")).ok()
}

fn prefixed(text: &str, prefix: &str, length: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.len() == length && is_base32(rest))
}

fn slug(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn label(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

text_id!(
    /// A tenant: vendor, MSP or customer. A slug of 2 to 40 characters that is also a DNS label.
    TenantId, "tenant id (2 to 40 of a-z, 0-9, -)", |t| slug(t, 2, 40) && !t.starts_with("xn--"));
text_id!(
    /// A product of an issuer, in the issuer's own naming.
    ProductId, "product id (1 to 64 of a-z, 0-9, -)", |t| slug(t, 1, 64));
text_id!(
    /// A plan of an issuer: `trial`, `backup`, `enterprise`, ...
    PlanId, "plan id (1 to 64 of a-z, 0-9, -)", |t| slug(t, 1, 64));
text_id!(
    /// The license's name for people: `ACME-ENT-50VM-2025-7KQ2M9`.
    LicenseCode, "license code (8 to 64 of A-Z, 0-9, -)", |t| (8..=64).contains(&t.len())
        && t.contains('-')
        && t.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-'));
text_id!(
    /// Names a signing key in JWS headers, JWKS and HTTP signatures.
    Kid, "key id (1 to 64 letters, digits, -, _, .)", label);
text_id!(
/// A license: `lic_`, the hint letter of its shard and 26 base32 characters.
LicenseId, "license id", |t| t.strip_prefix("lic_").is_some_and(|rest| {
    rest.len() == 27 && rest.get(1..).is_some_and(is_base32) && rest.chars().next().and_then(Shard::from_hint).is_some()
}));

random_id!(
    /// A device: one installed instance of a product.
    DeviceId, "dev_", "device id");
licensed_id!(
    /// A lease: a hold of floating seats. It names its license, so that nothing has to be looked up to reach its pool.
    LeaseId, "lease_", "lease id");
licensed_id!(
    /// A ticket: a place in the line for floating seats. It names its license.
    TicketId, "tick_", "ticket id");
random_id!(
    /// An API key's public name (never the key itself).
    KeyId, "key_", "key id");
random_id!(
    /// A person of a tenant.
    UserId, "usr_", "user id");
random_id!(
    /// A company's request to become a tenant.
    RegistrationId, "reg_", "registration id");
random_id!(
    /// An alert: something unusual about a key.
    AlertId, "alert_", "alert id");
random_id!(
    /// A place that alerts are sent to.
    ChannelId, "chan_", "channel id");
random_id!(
    /// A session: a person who has signed in with one browser. Never the session's token.
    SessionId, "ses_", "session id");
random_id!(
    /// An invitation of a person.
    InvitationId, "inv_", "invitation id");
random_id!(
    /// A grant of support access.
    GrantId, "sup_", "grant id");
random_id!(
    /// A command waiting for a device.
    CommandId, "cmd_", "command id");
random_id!(
    /// An event: audit entry, outbox row, delivery. Repeats carry the same id.
    EventId, "evt_", "event id");
random_id!(
    /// One HTTP request, in `X-Request-Id` and in every log line.
    RequestId, "req_", "request id");

impl LicenseId {
    /// A new license id on `shard` from 16 bytes of entropy.
    pub fn new(shard: Shard, entropy: [u8; 16]) -> Self {
        Self(format!("lic_{}{}", shard.hint(), base32(&entropy)))
    }

    /// The shard that the id claims; the directory has the last word.
    pub fn shard_hint(&self) -> Option<Shard> {
        self.0.chars().nth(4).and_then(Shard::from_hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_parse_and_keep_their_prefix() {
        let id = DeviceId::new([7; 16]);
        assert_eq!(DeviceId::parse(id.as_str()), Ok(id.clone()));
        assert!(id.as_str().starts_with("dev_") && id.as_str().len() == 30, "{id}");
        let license = LicenseId::new(Shard::Us, [255; 16]);
        assert_eq!(LicenseId::parse(license.as_str()).map(|l| l.shard_hint()), Ok(Some(Shard::Us)));
    }

    #[test]
    fn leases_and_tickets_name_their_license() {
        let license = LicenseId::new(Shard::Us, [7; 16]);
        let lease = LeaseId::new(&license, [255; 10]);
        assert_eq!(LeaseId::parse(lease.as_str()).unwrap().license(), Some(license.clone()));
        assert_eq!(TicketId::new(&license, [0; 10]).license(), Some(license));
        let good = "lease_e00000000000000000000000000_0123456789abcdef";
        assert!(LeaseId::parse(good).is_ok());
        for bad in [&good[1..], &good[..49], "lease_e_0123456789abcdef", "lease__", "lease_"] {
            assert!(LeaseId::parse(bad).is_err(), "{bad}");
        }
        assert!(
            TicketId::parse(good).is_err() && LeaseId::parse(&good.replace("_e", "_q")).is_err()
        );
    }

    #[test]
    fn ids_of_another_kind_or_shape_are_refused() {
        let rows = [
            "",
            "dev_",
            "lic_e",
            "DEV_00000000000000000000000000",
            "dev_0000000000000000000000000u",
        ];
        for row in rows {
            assert!(DeviceId::parse(row).is_err(), "{row}");
            assert!(LicenseId::parse(row).is_err(), "{row}");
        }
        assert!(LicenseId::parse("lic_é0000000000000000000000000").is_err(), "not ASCII");
    }

    #[test]
    fn tenant_ids_are_dns_labels() {
        for good in ["ab", "acme", "vector-de", "7eleven"] {
            assert!(TenantId::parse(good).is_ok(), "{good}");
        }
        for bad in ["a", "-acme", "acme-", "Acme", "a.b", "xn--80ak6aa92e", "a_b", ""] {
            assert!(TenantId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn base32_is_crockford_and_most_significant_first() {
        assert_eq!(base32(&[0xff, 0x00]), "zw00");
        assert_eq!(base32(b""), "");
    }
}
