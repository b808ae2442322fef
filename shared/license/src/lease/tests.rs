use super::*;
use crate::cert::{Certified, KeyUse};
use crate::error::CertFault;
use crate::jws;
use crate::receipt::{ReceiptClaims, Returned};
use serde_json::{Value, json};

const NOW: Millis = Millis(50_000);

fn seed(n: u8) -> SigningSeed {
    SigningSeed::from_bytes(&[n; 32])
}

fn operator() -> TenantId {
    TenantId::parse("writ").unwrap()
}

fn cert(key: &SigningSeed, owner: &str, usage: KeyUse) -> String {
    let certified = Certified {
        kid: key.public().kid().unwrap(),
        owner: TenantId::parse(owner).unwrap(),
        usage,
        public: key.public(),
        not_before: Millis(10_000),
        not_after: Millis(90_000),
    };
    certified.certify(&seed(7)).unwrap()
}

fn claims() -> LeaseClaims {
    let license = LicenseId::new(domain::place::Shard::Eu, [7; 16]);
    LeaseClaims {
        iss: operator(),
        sub: LeaseId::new(&license, [1; 10]),
        aud: ProductId::parse("cad").unwrap(),
        iat: 50,
        nbf: 50,
        exp: 60,
        jti: "1".into(),
        writ: WritLease {
            license_id: license,
            code: LicenseCode::parse("ACME-CAD-1").unwrap(),
            holder: TenantId::parse("acme").unwrap(),
            user: Some("ada".into()),
            host: None,
            device: None,
            quantity: 1,
            commit: 1,
            overage: 0,
            features: Vec::new(),
            crit: Vec::new(),
        },
    }
}

fn verified(text: &str) -> Result<LeaseClaims, LicenseError> {
    LeaseClaims::verify(text, &KeyRing::new([seed(7).public()]), NOW)
}

#[test]
fn a_lease_is_verified_with_the_root_alone() {
    let text = claims().sign(&seed(9), &cert(&seed(9), "writ", KeyUse::Answer)).unwrap();
    assert_eq!(verified(&text), Ok(claims()));
    let strangers = KeyRing::new([seed(8).public()]);
    let refused = LeaseClaims::verify(&text, &strangers, NOW).err();
    assert_eq!(refused, Some(CertFault::UnknownRoot.into()));
    let (head, _) = text.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", "A".repeat(86));
    assert_eq!(verified(&forged).err(), Some(LicenseError::BadSignature));
}

#[test]
fn only_an_answer_key_of_the_issuer_signs_leases_and_only_in_its_time() {
    let answer = cert(&seed(9), "writ", KeyUse::Answer);
    let rows = [
        (
            "an issuer's key",
            cert(&seed(9), "writ", KeyUse::License),
            50,
            CertFault::OtherUse.into(),
        ),
        ("another's key", cert(&seed(9), "acme", KeyUse::Answer), 50, LicenseError::WrongIssuer),
        ("of another key", cert(&seed(8), "writ", KeyUse::Answer), 50, CertFault::OtherKey.into()),
        ("before its time", answer.clone(), 9, CertFault::NotYetValid.into()),
        ("after its time", answer.clone(), 90, CertFault::Expired.into()),
    ];
    for (name, cert, iat, want) in rows {
        let text = LeaseClaims { iat, ..claims() }.sign(&seed(9), &cert).unwrap();
        assert_eq!(verified(&text).err(), Some(want), "{name}");
    }
    let text = claims().sign(&seed(9), &answer).unwrap();
    let ring = KeyRing::new([seed(7).public()]);
    let early = |now| LeaseClaims::verify(&text, &ring, Millis(now)).err();
    assert_eq!(early(50_000 - 300_000), None);
    assert_eq!(early(50_000 - 300_001), Some(LicenseError::IssuedInFuture));
}

#[test]
fn what_is_critical_must_be_understood() {
    let cert = cert(&seed(9), "writ", KeyUse::Answer);
    let kid = seed(9).public().kid().unwrap();
    let with = |crit: Value| {
        let mut json = serde_json::to_value(claims()).unwrap();
        (json["writ"]["later"], json["writ"]["crit"]) = (json!(1), crit);
        verified(&jws::sign(&seed(9), &kid, Typ::Lease, Some(&cert), &json).unwrap())
    };
    assert!(with(json!([])).is_ok());
    assert!(with(json!(LeaseClaims::UNDERSTOOD)).is_ok());
    assert_eq!(with(json!(["later"])).err(), Some(LicenseError::UnknownCritical("later".into())));
    let written = serde_json::to_value(LeaseClaims {
        writ: WritLease {
            host: Some("h".into()),
            device: Some("d".into()),
            crit: vec!["crit".into()],
            ..claims().writ
        },
        ..claims()
    });
    let written = written.unwrap();
    let mut names: Vec<_> = written["writ"].as_object().unwrap().keys().cloned().collect();
    let mut understood: Vec<_> = LeaseClaims::UNDERSTOOD.iter().map(ToString::to_string).collect();
    names.sort();
    understood.sort();
    assert_eq!(names, understood, "what we write we understand");
}

#[test]
fn a_lease_lasts_from_its_first_second_to_its_last() {
    let rows = [
        (49_999, Phase::Early),
        (50_000, Phase::Running),
        (59_999, Phase::Running),
        (60_000, Phase::Over),
    ];
    for (now, want) in rows {
        assert_eq!(claims().phase(Millis(now)), want, "{now}");
    }
}

#[test]
fn a_lease_is_no_receipt_and_a_receipt_no_lease() {
    let cert = cert(&seed(9), "writ", KeyUse::Answer);
    let ring = KeyRing::new([seed(7).public()]);
    let lease = claims().sign(&seed(9), &cert).unwrap();
    let refused = ReceiptClaims::verify(&lease, &ring, NOW).err();
    assert_eq!(refused, Some(LicenseError::WrongType));
    let returned = Returned {
        lease: claims().sub,
        license: claims().writ.license_id,
        at: NOW,
        held_until: None,
    };
    let receipt = ReceiptClaims::of(returned.clone(), &operator(), Millis(0));
    let text = receipt.sign(&seed(9), &cert).unwrap();
    assert_eq!(ReceiptClaims::verify(&text, &ring, NOW), Ok(receipt));
    assert_eq!(verified(&text).err(), Some(LicenseError::WrongType));
    // A younger key signs as soon as it may.
    let later = ReceiptClaims::of(returned, &operator(), Millis(70_000));
    assert_eq!((later.iat, later.writ.returned_at), (70, 50));
}
