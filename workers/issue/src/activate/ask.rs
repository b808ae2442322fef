//! What a device asks when it wants to be activated.

use std::collections::BTreeMap;

use domain::fleet::ActivationAsk;
use domain::id::{DeviceId, LicenseId};
use domain::time::Millis;
use edge::Failure;
use edge::signed::check_nonce;
use license::LicenseError;
use license::fingerprint::Fingerprint;
use license::ring::KeyRing;
use license::text::LicenseText;
use license::token::Token;
use wire::body;
use wire::device::ActivateRequest;
use wire::problem::{Kind, Problem};

/// The longest text for people and the longest fingerprint, in bytes.
const LONGEST: usize = 200;

/// A request that reads well. A license key in it is not verified yet.
#[derive(Debug)]
pub struct Ask {
    /// License id or code.
    pub reference: String,
    /// Whole fingerprint.
    pub hardware: String,
    /// Echoed, and then signed.
    pub nonce: Option<String>,
    token: Option<Token>,
    components: BTreeMap<String, String>,
    name: Option<String>,
}

impl Ask {
    /// Reads a request body.
    ///
    /// # Errors
    /// `malformed-json` or `invalid-request`.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let request: ActivateRequest = body::read(bytes)?;
        check_nonce(request.nonce.as_deref())?;
        check_length("/name", request.name.as_deref())?;
        check_length("/license_id", request.license_id.as_deref())?;
        check_length("/hardware_id", request.hardware_id.as_deref())?;
        let token = request.license_key.as_deref().map(token).transpose();
        let token = token.map_err(|error| Problem::field("/license_key", format!("{error}")))?;
        let claimed = token.as_ref().map(|token| token.claimed_id().to_string());
        let reference = request.license_id.or(claimed);
        let parts = request.fingerprint.map(|print| print.components).unwrap_or_default();
        let print = Fingerprint::from_parts(&parts);
        let print =
            print.map_err(|error| Problem::field("/fingerprint/components", error.to_string()))?;
        let hardware = request.hardware_id.or_else(|| print.composite());
        Ok(Self {
            reference: reference
                .ok_or_else(|| missing("/license_id", "license_id or license_key"))?,
            hardware: hardware
                .ok_or_else(|| missing("/hardware_id", "hardware_id or a fingerprint"))?,
            nonce: request.nonce,
            token,
            components: print.to_parts(),
            name: request.name,
        })
    }

    /// Verifies the license key, where one was presented: it must be genuine and for the license `id`.
    ///
    /// # Errors
    /// `invalid-request` for a forged or altered key, `license-not-found` for another license's.
    pub fn check_key(&self, ring: &KeyRing, id: &LicenseId, now: Millis) -> Result<(), Failure> {
        let Some(token) = &self.token else { return Ok(()) };
        let genuine = token.clone().verify(ring, now);
        let genuine = genuine.map_err(|error| Problem::field("/license_key", error.to_string()))?;
        if genuine.claims.sub == *id { Ok(()) } else { Err(Kind::LicenseNotFound.into()) }
    }

    /// The question to the fleet.
    pub fn for_fleet(&self, new_id: DeviceId) -> ActivationAsk {
        ActivationAsk {
            new_id,
            fingerprint: self.hardware.clone(),
            components: self.components.clone(),
            name: self.name.clone(),
            public_key: None,
            instance: None,
        }
    }
}

fn token(text: &str) -> Result<Token, LicenseError> {
    Token::parse(&LicenseText::read(text)?.jws)
}

fn missing(pointer: &str, what: &str) -> Problem {
    Problem::field(pointer, format!("{what} is needed"))
}

fn check_length(pointer: &str, text: Option<&str>) -> Result<(), Problem> {
    match text {
        Some(text)
            if !(1..=LONGEST).contains(&text.len()) || text.chars().any(char::is_control) =>
        {
            Err(Problem::field(pointer, "must be 1 to 200 bytes without control characters"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_does_not_fit_is_pointed_at() {
        let long = "a".repeat(201);
        let rows = [
            (r#"{"hardware_id":"h"}"#.to_owned(), "/license_id"),
            (r#"{"license_id":"ACME-1"}"#.to_owned(), "/hardware_id"),
            (r#"{"license_id":"","hardware_id":"h"}"#.to_owned(), "/license_id"),
            (format!(r#"{{"license_id":"ACME-1","hardware_id":"{long}"}}"#), "/hardware_id"),
            (format!(r#"{{"license_id":"ACME-1","hardware_id":"h","name":"{long}"}}"#), "/name"),
            (r#"{"license_id":"ACME-1","hardware_id":"h","nonce":""}"#.to_owned(), "/nonce"),
            (r#"{"license_key":"NLS-x-y","hardware_id":"h"}"#.to_owned(), "/license_key"),
            (
                r#"{"license_id":"ACME-1","fingerprint":{"components":{"cpu":"x"}}}"#.to_owned(),
                "/fingerprint/components",
            ),
        ];
        for (body, want) in rows {
            assert_eq!(Ask::read(body.as_bytes()).unwrap_err().errors[0].pointer, want, "{body}");
        }
    }

    #[test]
    fn the_composite_stands_in_for_a_missing_hardware_id() {
        let hash = "a".repeat(64);
        let body = format!(
            r#"{{"license_id":"ACME-1","fingerprint":{{"components":{{"cpu":"{hash}"}}}}}}"#
        );
        let ask = Ask::read(body.as_bytes()).unwrap();
        assert_eq!(ask.hardware.len(), 64);
        assert_eq!(ask.components.get("cpu"), Some(&hash));
    }
}
