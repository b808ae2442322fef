//! What a key demands of a request besides its secret.

use serde::{Deserialize, Serialize};

use super::address::AddressRange;
use super::hostname::HostPattern;

/// Entries in any list of a key's restrictions at most: they are read with every request that is not warm.
pub const MOST: usize = 50;
/// Bytes of a certificate's name at most.
const LONGEST_NAME: usize = 253;

/// What a key demands of a request besides its secret. Everything that is named must hold.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Restrictions {
    /// Machines: `X-Hostname` must be one of these names (`ws-042.example.com`, `*.example.com`); up to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
    pub allowed_hostnames: Vec<HostPattern>,
    /// Networks: the client's address must lie in one of these (CIDR, IPv4 or IPv6); up to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
    pub allowed_ip_ranges: Vec<AddressRange>,
    /// A client certificate that the platform has verified; or, without one, a signature by `signing_public_key`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub require_mtls: bool,
    /// The certificate's common name, or one of its alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert_cn: Option<String>,
    /// One of the certificate's alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert_san: Option<String>,
    /// The certificate's SHA-256 must be one of these (hex, colons allowed); up to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
    pub client_cert_fingerprints: Vec<Pin>,
    /// Every request is signed (RFC 9421) with the private half of `signing_public_key`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub require_signature: bool,
    /// The device's Ed25519 public key: PEM (SPKI), or the `x` of its JWK. Read back as the latter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_public_key: Option<String>,
}

/// The SHA-256 of a certificate: 64 hexadecimal digits, lower case.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Pin(String);

/// Why a text is no SHA-256.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not a SHA-256: 64 hexadecimal digits, colons allowed")]
pub struct PinError;

impl Pin {
    /// Reads the digits, in either case, with or without colons.
    ///
    /// # Errors
    /// When it is no SHA-256.
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let digits: String = text.chars().filter(|c| *c != ':').collect();
        let fits = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if fits { Ok(Self(digits.to_ascii_lowercase())) } else { Err(PinError) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.0
    }
}

impl TryFrom<String> for Pin {
    type Error = PinError;
    fn try_from(text: String) -> Result<Self, PinError> {
        Self::parse(&text)
    }
}

/// What does not fit together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Misfit {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Restrictions {
    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the fields fit together and into their bounds.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn fit(&self) -> Result<(), Misfit> {
        let names =
            [&self.client_cert_cn, &self.client_cert_san].map(|name| name.as_deref().map(str::len));
        let sized = |length: Option<usize>| length.is_none_or(|n| (1..=LONGEST_NAME).contains(&n));
        let (mtls, key) = (self.require_mtls, self.signing_public_key.is_some());
        let pinned = !self.client_cert_fingerprints.is_empty();
        let rows = [
            ("allowed_hostnames", self.allowed_hostnames.len() <= MOST, "has more than 50 entries"),
            ("allowed_ip_ranges", self.allowed_ip_ranges.len() <= MOST, "has more than 50 entries"),
            (
                "client_cert_fingerprints",
                self.client_cert_fingerprints.len() <= MOST,
                "has more than 50 entries",
            ),
            ("client_cert_cn", sized(names[0]), "must be 1 to 253 bytes"),
            ("client_cert_san", sized(names[1]), "must be 1 to 253 bytes"),
            ("client_cert_cn", mtls || names[0].is_none(), "needs require_mtls"),
            ("client_cert_san", mtls || names[1].is_none(), "needs require_mtls"),
            ("client_cert_fingerprints", mtls || !pinned, "needs require_mtls"),
            ("require_signature", key || !self.require_signature, "needs signing_public_key"),
            (
                "signing_public_key",
                !key || mtls || self.require_signature,
                "needs require_signature or require_mtls",
            ),
        ];
        let misfit = rows.into_iter().find(|(_, fits, _)| !fits);
        misfit.map_or(Ok(()), |(field, _, reason)| Err(Misfit { field, reason }))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_restrictions_v1_still_read_and_unknown_ones_do_not() {
        let pin = "ab".repeat(32);
        let bytes = format!(
            r#"{{"allowed_hostnames":["ws.example.com","*.example.com"],"allowed_ip_ranges":["10.0.0.0/8","2001:db8::/32"],"require_mtls":true,"client_cert_cn":"ws","client_cert_san":"ws.example.com","client_cert_fingerprints":["{pin}"],"require_signature":true,"signing_public_key":"x"}}"#
        );
        let read: Restrictions = serde_json::from_str(&bytes).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), bytes);
        assert_eq!(serde_json::to_string(&Restrictions::default()).unwrap(), "{}");
        // What this version does not know it cannot enforce.
        assert!(serde_json::from_str::<Restrictions>(r#"{"require_moon":true}"#).is_err());
    }

    #[test]
    fn pins_have_one_spelling() {
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(Pin::parse(&colons), Ok(Pin("ab".repeat(32))));
        for bad in ["", "ab", &"zz".repeat(32), &"ab".repeat(33)] {
            assert_eq!(Pin::parse(bad), Err(PinError), "{bad}");
        }
    }

    #[test]
    fn fields_that_say_nothing_alone_are_pointed_at() {
        type Change = fn(&mut Restrictions);
        let rows: &[(Change, Option<&str>)] = &[
            (|_| {}, None),
            (|r| r.client_cert_cn = Some("ws".into()), Some("client_cert_cn")),
            (|r| r.client_cert_san = Some("ws".into()), Some("client_cert_san")),
            (
                |r| r.client_cert_fingerprints = vec![Pin("ab".repeat(32))],
                Some("client_cert_fingerprints"),
            ),
            (|r| r.require_signature = true, Some("require_signature")),
            (|r| r.signing_public_key = Some("x".into()), Some("signing_public_key")),
            (
                |r| (r.require_mtls, r.client_cert_cn) = (true, Some(String::new())),
                Some("client_cert_cn"),
            ),
            (
                |r| (r.require_mtls, r.client_cert_cn) = (true, Some("a".repeat(254))),
                Some("client_cert_cn"),
            ),
            (|r| (r.require_mtls, r.client_cert_cn) = (true, Some("a".repeat(253))), None),
            (|r| (r.require_mtls, r.signing_public_key) = (true, Some("x".into())), None),
            (|r| r.allowed_hostnames = vec![HostPattern::parse("a").unwrap(); 50], None),
            (
                |r| r.allowed_hostnames = vec![HostPattern::parse("a").unwrap(); 51],
                Some("allowed_hostnames"),
            ),
        ];
        for (n, (change, want)) in rows.iter().enumerate() {
            let mut restrictions = Restrictions::default();
            change(&mut restrictions);
            assert_eq!(restrictions.fit().err().map(|m| m.field), *want, "row {n}");
        }
    }
}
