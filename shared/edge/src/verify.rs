//! JWS of others: taken apart here, verified by the platform's WebCrypto (`js/verify.mjs`).
//!
//! Only the algorithms below are known: `none` and everything with a shared secret cannot even be named.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use js_sys::{Promise, Uint8Array};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

/// No token of a provider is longer.
const LONGEST: usize = 32_768;
/// 2,048 bits in base64url.
const SHORTEST_MODULUS: usize = 342;

/// An algorithm that providers may sign with.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names of RFC 7518 and RFC 8037")]
pub enum Algorithm {
    RS256,
    PS256,
    ES256,
    EdDSA,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }
}

/// A public key of a provider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ForeignKey {
    /// Its name.
    #[serde(default)]
    pub kid: Option<String>,
    kty: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl ForeignKey {
    /// Whether it may have made a signature of this algorithm.
    pub fn fits(&self, alg: Algorithm) -> bool {
        let kind = (self.kty.as_str(), self.crv.as_deref());
        let kind = match alg {
            Algorithm::RS256 | Algorithm::PS256 => {
                kind.0 == "RSA" && self.n.as_ref().is_some_and(|n| n.len() >= SHORTEST_MODULUS)
            }
            Algorithm::ES256 => kind == ("EC", Some("P-256")),
            Algorithm::EdDSA => kind == ("OKP", Some("Ed25519")),
        };
        let named =
            |name: &String| name == alg.name() || (alg == Algorithm::EdDSA && name == "Ed25519");
        kind && self.alg.as_ref().is_none_or(named)
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
    }

    fn json(&self) -> String {
        let mut whole = self.rest.clone();
        let own = [("kty", Some(&self.kty)), ("crv", self.crv.as_ref()), ("n", self.n.as_ref())];
        for (name, value) in own {
            whole.extend(value.map(|value| (name.to_owned(), value.as_str().into())));
        }
        Value::Object(whole).to_string()
    }
}

/// A compact JWS, taken apart and not verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Foreign<'t> {
    /// What it says that it is signed with.
    pub alg: Algorithm,
    /// The key that it names.
    pub kid: Option<String>,
    /// Its payload.
    pub payload: Vec<u8>,
    input: &'t str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

impl<'t> Foreign<'t> {
    /// Takes a text apart; none when it is no compact JWS, or of an algorithm that is not allowed.
    pub fn read(text: &'t str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (input, signature) = text.rsplit_once('.')?;
        let (header, payload) = input.split_once('.')?;
        let header: Header = serde_json::from_slice(&BASE64.decode(header).ok()?).ok()?;
        if header.crit.is_some() {
            return None;
        }
        let (payload, signature) = (BASE64.decode(payload).ok()?, BASE64.decode(signature).ok()?);
        Some(Self { alg: header.alg, kid: header.kid, payload, input, signature })
    }

    /// The keys of a set that may have signed it: the named one, or all that fit when none is named.
    pub fn candidates<'k>(&self, keys: &'k [ForeignKey]) -> Vec<&'k ForeignKey> {
        let named = |key: &&ForeignKey| self.kid.is_none() || key.kid == self.kid;
        keys.iter().filter(|key| key.fits(self.alg)).filter(named).take(4).collect()
    }

    /// Whether one of `keys` has signed it.
    pub async fn is_signed_by(&self, keys: &[&ForeignKey]) -> bool {
        for key in keys {
            let signature = Uint8Array::from(self.signature.as_slice());
            let asked = verify(self.alg.name(), &key.json(), self.input, &signature);
            if JsFuture::from(asked).await.is_ok_and(|good| good.as_bool() == Some(true)) {
                return true;
            }
        }
        false
    }
}

#[wasm_bindgen(module = "/js/verify.mjs")]
extern "C" {
    /// See `js/verify.mjs`.
    fn verify(alg: &str, jwk: &str, input: &str, signature: &Uint8Array) -> Promise;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(header: &Value) -> String {
        let part = |bytes: &[u8]| BASE64.encode(bytes);
        format!("{}.{}.{}", part(header.to_string().as_bytes()), part(b"{}"), part(b"signature"))
    }

    fn key(members: &Value) -> ForeignKey {
        serde_json::from_value(members.clone()).unwrap()
    }

    #[test]
    fn only_signatures_of_keys_can_be_named() {
        for (alg, good) in [
            ("RS256", true),
            ("PS256", true),
            ("ES256", true),
            ("EdDSA", true),
            ("none", false),
            ("HS256", false),
            ("RS384", false),
            ("rs256", false),
        ] {
            assert_eq!(Foreign::read(&text(&json!({ "alg": alg }))).is_some(), good, "{alg}");
        }
        assert!(Foreign::read(&text(&json!({ "alg": "RS256", "crit": ["b64"] }))).is_none());
        for bad in ["", "..", "a.b", "a.b.c", &"x".repeat(LONGEST + 1)] {
            assert!(Foreign::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_key_signs_what_it_was_made_for() {
        let rsa = key(&json!({ "kty": "RSA", "kid": "1", "n": "x".repeat(342), "e": "AQAB" }));
        let short = key(&json!({ "kty": "RSA", "kid": "1", "n": "x".repeat(171), "e": "AQAB" }));
        let curve = key(&json!({ "kty": "EC", "crv": "P-256", "x": "", "y": "" }));
        let other = key(&json!({ "kty": "EC", "crv": "P-384", "x": "", "y": "" }));
        let secret = key(&json!({ "kty": "oct", "k": "AAAA" }));
        let sealing = key(&json!({ "kty": "RSA", "use": "enc", "n": "x".repeat(342) }));
        let pinned = key(&json!({ "kty": "RSA", "alg": "PS256", "n": "x".repeat(342) }));
        let rows = [
            ("rsa", &rsa, Algorithm::RS256, true),
            ("rsa", &rsa, Algorithm::PS256, true),
            ("rsa", &rsa, Algorithm::ES256, false),
            ("short", &short, Algorithm::RS256, false),
            ("curve", &curve, Algorithm::ES256, true),
            ("other curve", &other, Algorithm::ES256, false),
            ("secret", &secret, Algorithm::EdDSA, false),
            ("for sealing", &sealing, Algorithm::RS256, false),
            ("for another algorithm", &pinned, Algorithm::RS256, false),
        ];
        for (name, key, alg, fits) in rows {
            assert_eq!(key.fits(alg), fits, "{name} {alg:?}");
        }
        assert!(rsa.json().contains("AQAB") && rsa.json().contains("RSA"));
        let named = text(&json!({ "alg": "RS256", "kid": "2" }));
        assert!(Foreign::read(&named).unwrap().candidates(&[rsa]).is_empty());
    }
}
