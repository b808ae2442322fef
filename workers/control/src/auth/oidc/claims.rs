//! What an ID token must say (OpenID Connect Core 1.0, 3.1.3.7): pure rules.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::time::Millis;
use edge::verify::Algorithm;
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha512};
use wire::problem::Kind;

/// Clocks of providers may be this far from ours, in seconds.
const SKEW_SECONDS: i64 = 60;
/// A token that was made longer ago than this answers to something else, in seconds.
const OLDEST_SECONDS: i64 = 600;

/// The claims of an ID token that are looked at.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    iss: String,
    /// What the provider calls the person.
    pub sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: f64,
    iat: f64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
    /// The person's address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the provider knows that the address is the person's own. Some send it as text.
    #[serde(default, deserialize_with = "truth")]
    pub email_verified: bool,
    /// The person's name.
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

fn truth<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(value)?;
    Ok(value == serde_json::Value::Bool(true) || value == "true")
}

/// What a token is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider that was asked.
    pub issuer: &'a str,
    /// What it calls us.
    pub client_id: &'a str,
    /// What the request carried.
    pub nonce: &'a str,
    /// The access token that came along, and what the ID token is signed with.
    pub access: Option<(&'a str, Algorithm)>,
    /// Now.
    pub now: Millis,
}

impl Claims {
    /// Whether the token answers to what was asked.
    ///
    /// # Errors
    /// `oidc-issuer-mismatch`, `oidc-nonce-mismatch` or `oidc-token-invalid`.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), Kind> {
        if self.iss != expected.issuer {
            return Err(Kind::OidcIssuerMismatch);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(Kind::OidcNonceMismatch);
        }
        let bounded = (1..=255).contains(&self.sub.len());
        let good = bounded
            && self.is_for(expected.client_id)
            && self.is_of(expected.now)
            && self.goes_with(expected.access);
        if good { Ok(()) } else { Err(Kind::OidcTokenInvalid) }
    }

    /// Of several audiences one must be the authorized party, and that must be us.
    fn is_for(&self, client: &str) -> bool {
        let named = match &self.aud {
            Audience::One(one) => one == client,
            Audience::Many(many) => {
                many.iter().any(|one| one == client) && (many.len() == 1 || self.azp.is_some())
            }
        };
        named && self.azp.as_ref().is_none_or(|party| party == client)
    }

    fn is_of(&self, now: Millis) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact in a double")]
        let now = (now.0 / 1000) as f64;
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let (skew, oldest) = (SKEW_SECONDS as f64, OLDEST_SECONDS as f64);
        self.exp + skew > now && self.iat <= now + skew && self.iat >= now - oldest
    }

    fn goes_with(&self, access: Option<(&str, Algorithm)>) -> bool {
        let Some(hash) = &self.at_hash else { return true };
        access.is_some_and(|(token, alg)| *hash == at_hash(token, alg))
    }
}

/// The left half of the hash that belongs to the algorithm.
fn at_hash(token: &str, alg: Algorithm) -> String {
    if alg == Algorithm::EdDSA {
        let hash: [u8; 64] = Sha512::digest(token).into();
        return BASE64.encode(hash.iter().take(32).copied().collect::<Vec<_>>());
    }
    let hash: [u8; 32] = Sha256::digest(token).into();
    BASE64.encode(hash.iter().take(16).copied().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use testkit::NOW;

    fn outcome(change: &Value) -> Result<(), Kind> {
        let now = NOW.0 / 1000;
        let mut claims = json!({
            "iss": "https://id.example", "sub": "1", "aud": "writ", "exp": now + 300, "iat": now, "nonce": "n",
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let claims: Claims = serde_json::from_value(claims).unwrap();
        claims.check(&Expected {
            issuer: "https://id.example",
            client_id: "writ",
            nonce: "n",
            access: Some(("access", Algorithm::RS256)),
            now: NOW,
        })
    }

    #[test]
    fn a_token_is_for_us_about_this_and_of_now() {
        let now = NOW.0 / 1000;
        let invalid = Err(Kind::OidcTokenInvalid);
        let rows = [
            (json!({}), Ok(())),
            (json!({ "iss": "https://id.example/" }), Err(Kind::OidcIssuerMismatch)),
            (json!({ "iss": "https://other.example" }), Err(Kind::OidcIssuerMismatch)),
            (json!({ "nonce": "m" }), Err(Kind::OidcNonceMismatch)),
            (json!({ "nonce": null }), Err(Kind::OidcNonceMismatch)),
            (json!({ "aud": "other" }), invalid),
            (json!({ "aud": ["writ"] }), Ok(())),
            (json!({ "aud": ["writ", "other"] }), invalid),
            (json!({ "aud": ["writ", "other"], "azp": "writ" }), Ok(())),
            (json!({ "aud": ["writ", "other"], "azp": "other" }), invalid),
            (json!({ "azp": "other" }), invalid),
            (json!({ "exp": now - 59 }), Ok(())),
            (json!({ "exp": now - 60 }), invalid),
            (json!({ "iat": now + 60 }), Ok(())),
            (json!({ "iat": now + 61 }), invalid),
            (json!({ "iat": now - 601 }), invalid),
            (json!({ "sub": "" }), invalid),
            (json!({ "sub": "x".repeat(256) }), invalid),
            (json!({ "at_hash": at_hash("access", Algorithm::RS256) }), Ok(())),
            (json!({ "at_hash": at_hash("other", Algorithm::RS256) }), invalid),
            (json!({ "at_hash": at_hash("access", Algorithm::EdDSA) }), invalid),
        ];
        for (change, want) in rows {
            assert_eq!(outcome(&change), want, "{change}");
        }
    }

    #[test]
    fn an_address_counts_only_when_the_provider_says_so() {
        let now = json!({ "iss": "i", "sub": "1", "aud": "a", "exp": 1, "iat": 1 });
        for (value, want) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("1"), false),
            (Value::Null, false),
        ] {
            let mut claims = now.clone();
            claims["email_verified"] = value.clone();
            assert_eq!(
                serde_json::from_value::<Claims>(claims).unwrap().email_verified,
                want,
                "{value}"
            );
        }
    }

    /// OpenID Connect Core 1.0, appendix A.3.
    #[test]
    fn the_hash_of_an_access_token_is_that_of_the_specification() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(token, Algorithm::RS256), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
