//! Compact JWS (RFC 7515), as narrow as our licenses need it: `EdDSA`, typed, with a key id.

use domain::id::Kid;
use serde::{Deserialize, Serialize};

use crate::encoding::{b64url, from_b64url};
use crate::error::LicenseError;
use crate::keys::{PublicKey, SigningSeed};
use crate::repeats::is_plain_object;
use crate::text::MAX_BYTES;

/// The only algorithm (RFC 8037). An allow-list of one: `none` and HMAC need no rule of their own.
const ALG: &str = "EdDSA";

/// What a JWS is for; stands in its `typ`, so that one kind is never taken for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Typ {
    /// A license: `license+jwt`.
    License,
    /// A certificate: `writ-cert+jwt`.
    Certificate,
    /// A borrowed seat: `lease+jwt`.
    Lease,
    /// Proof that something was given back: `receipt+jwt`.
    Receipt,
    /// A manifest of an export: `export+jwt`.
    Export,
}

impl Typ {
    const ALL: [Self; 5] =
        [Self::License, Self::Certificate, Self::Lease, Self::Receipt, Self::Export];

    /// What `text` says that it is, by the `typ` of its header; for choosing a reader, not for
    /// trusting. `None` when it has no header that we could have written.
    pub fn claimed(text: &str) -> Option<Self> {
        let header = text.split_once('.')?.0;
        let header = from_b64url(header).filter(|_| text.len() <= MAX_BYTES)?;
        let typ = serde_json::from_slice::<HeaderIn>(&header).ok()?.typ?;
        Self::ALL.into_iter().find(|known| known.typ() == typ)
    }

    /// The value of `typ`.
    pub const fn typ(self) -> &'static str {
        match self {
            Self::License => "license+jwt",
            Self::Certificate => "writ-cert+jwt",
            Self::Lease => "lease+jwt",
            Self::Receipt => "receipt+jwt",
            Self::Export => "export+jwt",
        }
    }
}

/// Members stand in alphabetical order; golden files pin it.
#[derive(Serialize)]
struct HeaderOut<'a> {
    alg: &'a str,
    kid: &'a Kid,
    typ: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    writ_cert: Option<&'a str>,
}

#[derive(Deserialize)]
struct HeaderIn {
    alg: Option<String>,
    kid: Option<Kid>,
    typ: Option<String>,
    writ_cert: Option<String>,
    crit: Option<Vec<String>>,
}

/// A JWS taken apart: its form is right, its signature not yet checked.
#[derive(Clone, Debug)]
pub struct Jws {
    /// Names the key that is said to have signed.
    pub kid: Kid,
    /// The certificate that travels with it, itself a compact JWS.
    pub cert: Option<String>,
    /// The payload: one JSON object without repeated members.
    pub payload: Vec<u8>,
    /// What was signed: header and payload as they stand in the text.
    pub signing_input: String,
    /// The signature.
    pub signature: [u8; 64],
}

impl Jws {
    /// Takes `text` apart. Cheap: no cryptography.
    ///
    /// # Errors
    /// When it is no compact JWS of this typ, in canonical base64url, with `EdDSA` and a key id,
    /// or when its header makes something critical (we know no extension).
    pub fn parse(text: &str, typ: Typ) -> Result<Self, LicenseError> {
        use LicenseError::Malformed;
        if text.len() > MAX_BYTES {
            return Err(LicenseError::TooLarge);
        }
        let (signing_input, signature) =
            text.rsplit_once('.').ok_or(Malformed("not three segments"))?;
        let (header, payload) =
            signing_input.split_once('.').ok_or(Malformed("not three segments"))?;
        if payload.contains('.') {
            return Err(Malformed("not three segments"));
        }
        let (kid, cert) = read_header(header, typ)?;
        let payload = from_b64url(payload).ok_or(Malformed("payload is not base64url"))?;
        if !is_plain_object(&payload) {
            return Err(Malformed("payload is not a JSON object with distinct members"));
        }
        let signature = from_b64url(signature).and_then(|s| s.try_into().ok());
        let signature = signature.ok_or(Malformed("signature is not 64 bytes in base64url"))?;
        Ok(Self { kid, cert, payload, signing_input: signing_input.to_owned(), signature })
    }

    /// Whether `key` made the signature.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(self.signing_input.as_bytes(), &self.signature)
    }
}

fn read_header(segment: &str, typ: Typ) -> Result<(Kid, Option<String>), LicenseError> {
    use LicenseError::Malformed;
    let bytes = from_b64url(segment).ok_or(Malformed("header is not base64url"))?;
    if !is_plain_object(&bytes) {
        return Err(Malformed("header is not a JSON object with distinct members"));
    }
    let header: HeaderIn = serde_json::from_slice(&bytes).map_err(|_| Malformed("header"))?;
    if header.alg.as_deref() != Some(ALG) {
        return Err(LicenseError::UnsupportedAlgorithm);
    }
    match header.crit.map(|names| names.into_iter().next()) {
        Some(Some(name)) => return Err(LicenseError::UnknownCritical(name)),
        Some(None) => return Err(Malformed("crit is empty")),
        None => {}
    }
    if header.typ.as_deref() != Some(typ.typ()) {
        return Err(LicenseError::WrongType);
    }
    Ok((header.kid.ok_or(Malformed("kid is missing"))?, header.writ_cert))
}

/// Signs `payload` as a compact JWS.
///
/// # Errors
/// When the payload cannot be written as JSON.
pub fn sign<T: Serialize>(
    seed: &SigningSeed,
    kid: &Kid,
    typ: Typ,
    cert: Option<&str>,
    payload: &T,
) -> Result<String, LicenseError> {
    let header = HeaderOut { alg: ALG, kid, typ: typ.typ(), writ_cert: cert };
    let mut text = format!("{}.{}", segment(&header)?, segment(payload)?);
    let signature = seed.sign(text.as_bytes());
    text.push('.');
    text.push_str(&b64url(&signature));
    Ok(text)
}

fn segment<T: Serialize>(value: &T) -> Result<String, LicenseError> {
    let json = serde_json::to_vec(value).map_err(|_| LicenseError::Malformed("not JSON"))?;
    Ok(b64url(&json))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seed() -> SigningSeed {
        SigningSeed::from_bytes(&[7; 32])
    }

    fn with_header(header: &str) -> String {
        format!("{}.{}.{}", b64url(header.as_bytes()), b64url(b"{}"), b64url(&[0; 64]))
    }

    #[test]
    fn what_was_signed_is_verified_by_its_key_only() {
        let kid = seed().public().kid().unwrap();
        let text = sign(&seed(), &kid, Typ::License, Some("c"), &json!({"a": 1})).unwrap();
        let jws = Jws::parse(&text, Typ::License).unwrap();
        assert!(jws.is_signed_by(&seed().public()));
        assert!(!jws.is_signed_by(&SigningSeed::from_bytes(&[8; 32]).public()));
        assert_eq!((jws.kid, jws.cert.as_deref()), (kid, Some("c")));
        assert_eq!(Jws::parse(&text, Typ::Certificate).err(), Some(LicenseError::WrongType));
    }

    #[test]
    fn headers_that_we_would_not_write_are_refused() {
        use LicenseError::{Malformed, UnknownCritical, UnsupportedAlgorithm, WrongType};
        let repeated = Malformed("header is not a JSON object with distinct members");
        let rows = [
            (r#"{"alg":"none","kid":"k","typ":"license+jwt"}"#, UnsupportedAlgorithm),
            (r#"{"alg":"HS256","kid":"k","typ":"license+jwt"}"#, UnsupportedAlgorithm),
            (r#"{"alg":"eddsa","kid":"k","typ":"license+jwt"}"#, UnsupportedAlgorithm),
            (r#"{"kid":"k","typ":"license+jwt"}"#, UnsupportedAlgorithm),
            (r#"{"alg":"EdDSA","kid":"k"}"#, WrongType),
            (r#"{"alg":"EdDSA","kid":"k","typ":"JWT"}"#, WrongType),
            (r#"{"alg":"EdDSA","typ":"license+jwt"}"#, Malformed("kid is missing")),
            (r#"{"alg":"EdDSA","kid":"","typ":"license+jwt"}"#, Malformed("header")),
            (r#"{"alg":["EdDSA"],"kid":"k","typ":"license+jwt"}"#, Malformed("header")),
            (r#"{"alg":"EdDSA","alg":"none","kid":"k","typ":"license+jwt"}"#, repeated.clone()),
            (
                r#"{"alg":"EdDSA","kid":"k","typ":"license+jwt","crit":["b64"],"b64":false}"#,
                UnknownCritical("b64".into()),
            ),
            (
                r#"{"alg":"EdDSA","kid":"k","typ":"license+jwt","crit":[]}"#,
                Malformed("crit is empty"),
            ),
            ("", repeated),
        ];
        for (header, want) in rows {
            assert_eq!(
                Jws::parse(&with_header(header), Typ::License).err(),
                Some(want),
                "{header}"
            );
        }
    }

    #[test]
    fn texts_with_other_than_three_canonical_segments_are_refused() {
        let good = with_header(r#"{"alg":"EdDSA","kid":"k","typ":"license+jwt"}"#);
        assert!(Jws::parse(&good, Typ::License).is_ok());
        let parts: Vec<&str> = good.split('.').collect();
        let rows = [
            String::new(),
            "..".into(),
            "é.é.é".into(),
            format!("{good}."),
            format!("{good}.{}", parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}..{}", parts[0], parts[2]),
            format!("{good}=="),
            format!("{}.{}.{}", parts[0], parts[1], &parts[2][..84]),
            format!("{}B", &good[..good.len() - 1]),
            format!(" {good}"),
        ];
        for row in rows {
            assert!(
                matches!(Jws::parse(&row, Typ::License), Err(LicenseError::Malformed(_))),
                "{row}"
            );
        }
        let large = "A".repeat(MAX_BYTES + 1);
        assert_eq!(Jws::parse(&large, Typ::License).err(), Some(LicenseError::TooLarge));
    }

    #[test]
    fn a_text_says_what_it_is() {
        for typ in Typ::ALL {
            let header = format!(r#"{{"alg":"EdDSA","kid":"k","typ":"{}"}}"#, typ.typ());
            assert_eq!(Typ::claimed(&with_header(&header)), Some(typ));
        }
        for other in [&with_header(r#"{"typ":"JWT"}"#), &with_header("[]"), "NLS-AAAA", ""] {
            assert_eq!(Typ::claimed(other), None, "{other}");
        }
    }

    #[test]
    fn unknown_header_members_that_are_not_critical_do_not_matter() {
        let text = with_header(r#"{"alg":"EdDSA","kid":"k","typ":"license+jwt","later":{"a":1}}"#);
        assert!(Jws::parse(&text, Typ::License).is_ok());
    }
}
