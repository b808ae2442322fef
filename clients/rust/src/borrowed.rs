//! Borrowed seats and receipts without any service: signature, time and host, from the text alone.

use domain::time::Millis;
use domain::verdict::Code;
use license::keys::PublicKey;
use license::lease::{LeaseClaims, Phase};
use license::receipt::ReceiptClaims;
use license::ring::KeyRing;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;

/// What the text of a borrowed seat alone can tell.
#[derive(Clone, Debug, Serialize)]
pub struct Borrowed {
    /// Whether the seat may be used here and now, as far as the text tells.
    pub valid: bool,
    /// Why.
    pub code: Code,
    /// One sentence.
    pub detail: String,
    /// What the lease says.
    pub claims: LeaseClaims,
}

impl Borrowed {
    /// The exit code.
    pub const fn exit(&self) -> Exit {
        if self.valid { Exit::Ok } else { Exit::NotValid }
    }
}

/// Verifies the text of a borrowed seat under one of `roots` and judges it at `now` on the machine that names itself
/// `host`. That it was returned or taken back cannot be seen from here: a good lease is `VALID_UNCONFIRMED`. A lease
/// that names no host, or a machine without a name, is not judged by it.
///
/// # Errors
/// [`Failure::Forged`] when it is not genuine.
pub fn lease(
    roots: &[PublicKey],
    text: &str,
    host: Option<&str>,
    now: Millis,
) -> Result<Borrowed, Failure> {
    let ring = KeyRing::new(roots.iter().copied());
    let claims = LeaseClaims::verify(text.trim(), &ring, now).map_err(Failure::license)?;
    let (code, detail) = judge(&claims, host, now);
    Ok(Borrowed { valid: code == Code::ValidUnconfirmed, code, detail, claims })
}

fn judge(claims: &LeaseClaims, here: Option<&str>, now: Millis) -> (Code, String) {
    match (claims.phase(now), claims.writ.host.as_deref().zip(here)) {
        (Phase::Early, _) => (Code::NotYetValid, "The lease has not begun.".to_owned()),
        (Phase::Over, _) => (Code::Expired, "The lease is over.".to_owned()),
        (Phase::Running, Some((host, here))) if !host.eq_ignore_ascii_case(here) => {
            (Code::FingerprintMismatch, format!("The lease is for {host}; this is {here}."))
        }
        (Phase::Running, _) => {
            (Code::ValidUnconfirmed, "The seat may be used; the service was not asked.".to_owned())
        }
    }
}

/// Verifies a receipt under one of `roots`.
///
/// # Errors
/// [`Failure::Forged`] when it is not genuine.
pub fn receipt(roots: &[PublicKey], text: &str, now: Millis) -> Result<ReceiptClaims, Failure> {
    let ring = KeyRing::new(roots.iter().copied());
    ReceiptClaims::verify(text.trim(), &ring, now).map_err(Failure::license)
}

#[cfg(test)]
mod tests {
    use super::*;
    use license::cert::{Certified, KeyUse};
    use license::keys::SigningSeed;
    use license::receipt::Returned;
    use serde_json::json;

    const NOW: Millis = Millis(50_000);
    const LEASE: &str = "lease_e00000000000000000000000000_0123456789abcdef";

    fn root() -> SigningSeed {
        SigningSeed::from_bytes(&[7; 32])
    }

    fn key() -> (SigningSeed, String) {
        let seed = SigningSeed::from_bytes(&[9; 32]);
        let certified = Certified {
            kid: seed.public().kid().unwrap(),
            owner: domain::id::TenantId::parse("writ").unwrap(),
            usage: KeyUse::Answer,
            public: seed.public(),
            not_before: Millis(0),
            not_after: Millis(90_000),
        };
        let cert = certified.certify(&root()).unwrap();
        (seed, cert)
    }

    fn signed() -> String {
        let claims = json!({
            "iss": "writ", "sub": LEASE, "aud": "cad", "iat": 50, "nbf": 50, "exp": 60, "jti": "1",
            "writ": {
                "license_id": "lic_e00000000000000000000000000", "code": "ACME-CAD-1", "holder": "acme",
                "host": "ws-1", "quantity": 1, "commit": 1, "overage": 0, "features": [],
            },
        });
        let claims: LeaseClaims = serde_json::from_value(claims).unwrap();
        let (seed, cert) = key();
        claims.sign(&seed, &cert).unwrap()
    }

    #[test]
    fn a_lease_is_good_in_its_time_and_on_its_host() {
        let rows = [
            (49_999, Some("ws-1"), Code::NotYetValid, Exit::NotValid),
            (50_000, Some("WS-1"), Code::ValidUnconfirmed, Exit::Ok),
            (50_000, None, Code::ValidUnconfirmed, Exit::Ok),
            (50_000, Some("ws-2"), Code::FingerprintMismatch, Exit::NotValid),
            (59_999, Some("ws-1"), Code::ValidUnconfirmed, Exit::Ok),
            (60_000, Some("ws-2"), Code::Expired, Exit::NotValid),
        ];
        let text = format!("{}\n", signed());
        for (now, host, code, exit) in rows {
            let told = lease(&[root().public()], &text, host, Millis(now)).unwrap();
            assert_eq!((told.code, told.exit()), (code, exit), "{now} {host:?}");
        }
    }

    #[test]
    fn strangers_texts_and_texts_of_another_kind_are_forged() {
        let (roots, other) = ([root().public()], [SigningSeed::from_bytes(&[8; 32]).public()]);
        let (seed, cert) = key();
        let (license, held_until) = ("lic_e00000000000000000000000000", None);
        let returned = Returned {
            lease: domain::id::LeaseId::parse(LEASE).unwrap(),
            license: domain::id::LicenseId::parse(license).unwrap(),
            at: NOW,
            held_until,
        };
        let claims = ReceiptClaims::of(returned, &key_owner(), Millis(0));
        let proof = claims.sign(&seed, &cert).unwrap();
        assert_eq!(receipt(&roots, &proof, NOW).unwrap(), claims);
        let refused = [
            receipt(&other, &proof, NOW).err(),
            receipt(&roots, &signed(), NOW).err(),
            lease(&other, &signed(), None, NOW).err(),
            lease(&roots, &proof, None, NOW).err(),
        ];
        for failure in refused {
            assert_eq!(failure.map(|failure| failure.exit()), Some(Exit::Forged));
        }
    }

    fn key_owner() -> domain::id::TenantId {
        domain::id::TenantId::parse("writ").unwrap()
    }
}
