use std::collections::BTreeMap;

use domain::id::{LicenseCode, PlanId, ProductId};
use domain::license::{License, Standing};
use domain::place::Shard;
use domain::terms::Terms;
use domain::usage::Metric;
use serde_json::{Value, json};

use super::*;
use crate::cert::Certified;
use crate::error::CertFault;
use crate::keys::PublicKey;
use crate::product_key::{self, Prefix};
use crate::text::LicenseText;

/// Name, what is changed in the certificate, and what follows.
type CertCase = (&'static str, fn(&mut Certified), LicenseError);

const SIGNED: Millis = Millis(1_000_000_000_000);

fn seed(byte: u8) -> SigningSeed {
    SigningSeed::from_bytes(&[byte; 32])
}

fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

fn certified(owner: &str, public: PublicKey) -> Certified {
    let (not_before, not_after) = (Millis(900_000_000_000), Millis(1_100_000_000_000));
    let kid = public.kid().unwrap();
    Certified { kid, owner: tenant(owner), usage: KeyUse::License, public, not_before, not_after }
}

fn license() -> License {
    let limits = BTreeMap::from([(Metric::Vms, 50), (Metric::CoresIfl, 8)]);
    License {
        id: LicenseId::new(Shard::Eu, [7; 16]),
        code: LicenseCode::parse("ACME-ENT-50VM-2025-7KQ2M9").unwrap(),
        holder: tenant("acme"),
        issuer: tenant("meridian"),
        product: ProductId::parse("backup-suite").unwrap(),
        plan: PlanId::parse("enterprise").unwrap(),
        standing: Standing::Active,
        starts: Millis(990_000_000_000),
        ends: Some(Millis(1_010_000_000_000)),
        terms: Terms { features: vec!["backup_local".into()], limits, ..Terms::default() },
        exceeded_since: None,
        version: 3,
    }
}

fn claims() -> Claims {
    Claims::of(&license(), "Acme GmbH", SIGNED, "jti-1".into())
}

/// A text signed by key 8 of meridian, certified by root 7, with claims as JSON.
fn signed_json(claims: &Value) -> String {
    let cert = certified("meridian", seed(8).public()).certify(&seed(7)).unwrap();
    let kid = seed(8).public().kid().unwrap();
    jws::sign(&seed(8), &kid, Typ::License, Some(&cert), claims).unwrap()
}

fn signed() -> String {
    signed_json(&serde_json::to_value(claims()).unwrap())
}

fn ring() -> KeyRing {
    KeyRing::new([seed(7).public()])
}

fn verify(text: &str) -> Result<Genuine, LicenseError> {
    Token::parse(&LicenseText::read(text)?.jws)?.verify(&ring(), SIGNED)
}

#[test]
fn the_root_alone_verifies_a_license_and_its_record_comes_back() {
    let genuine = verify(&signed()).unwrap();
    assert_eq!(genuine.claims, claims());
    assert_eq!(genuine.claims.to_license(), license());
    assert_eq!(genuine.kid, seed(8).public().kid().unwrap());
}

#[test]
fn a_known_key_needs_no_certificate_and_an_unknown_one_does() {
    let kid = seed(8).public().kid().unwrap();
    let text = sign(&seed(8), &kid, None, &claims()).unwrap();
    assert_eq!(verify(&text), Err(LicenseError::UnknownKey(kid)));
    let mut ring = KeyRing::default();
    ring.trust(certified("meridian", seed(8).public()));
    assert!(Token::parse(&text).unwrap().verify(&ring, SIGNED).is_ok());
}

#[test]
fn keys_sign_for_their_own_issuer_in_their_own_time() {
    let cases: [CertCase; 5] = [
        ("other issuer's key", |c| c.owner = tenant("rival"), LicenseError::WrongIssuer),
        ("answer key", |c| c.usage = KeyUse::Answer, CertFault::OtherUse.into()),
        ("expired", |c| c.not_after = SIGNED, CertFault::Expired.into()),
        ("not valid yet", |c| c.not_before = SIGNED.plus_seconds(1), CertFault::NotYetValid.into()),
        ("other key", |c| c.kid = Kid::parse("other").unwrap(), CertFault::OtherKey.into()),
    ];
    let kid = seed(8).public().kid().unwrap();
    for (name, change, want) in cases {
        let mut certified = certified("meridian", seed(8).public());
        change(&mut certified);
        let cert = certified.certify(&seed(7)).unwrap();
        let text = sign(&seed(8), &kid, Some(&cert), &claims()).unwrap();
        assert_eq!(verify(&text), Err(want), "{name}");
    }
    let cert = certified("meridian", seed(8).public()).certify(&seed(9)).unwrap();
    let text = sign(&seed(8), &kid, Some(&cert), &claims()).unwrap();
    assert_eq!(verify(&text), Err(CertFault::UnknownRoot.into()), "other root");
}

#[test]
fn a_key_that_claims_a_foreign_id_does_not_verify() {
    let cert = certified("meridian", seed(8).public()).certify(&seed(7)).unwrap();
    let kid = seed(8).public().kid().unwrap();
    let text = sign(&seed(9), &kid, Some(&cert), &claims()).unwrap();
    assert_eq!(verify(&text), Err(LicenseError::BadSignature));
}

#[test]
fn licenses_from_the_future_are_refused_beyond_a_clock_skew() {
    let text = signed();
    for (skew, ok) in [(300, true), (301, false)] {
        let now = SIGNED.plus_seconds(-skew);
        assert_eq!(Token::parse(&text).unwrap().verify(&ring(), now).is_ok(), ok, "{skew}");
    }
    assert!(
        Token::parse(&text).unwrap().verify(&ring(), Millis(i64::MAX)).is_ok(),
        "an ended license stays genuine"
    );
}

#[test]
fn unknown_claims_matter_only_when_they_are_critical() {
    let with = |crit: Value| {
        let mut json = serde_json::to_value(claims()).unwrap();
        json["later"] = json!(1);
        json["writ"]["quantum"] = json!({"bits": 3});
        json["writ"]["crit"] = crit;
        verify(&signed_json(&json)).map(|_| ())
    };
    let unknown = |name: &str| Err(LicenseError::UnknownCritical(name.into()));
    let rows = [
        (json!([]), Ok(())),
        (json!(["limits", "binding"]), Ok(())),
        (json!(["limits", "quantum"]), unknown("quantum")),
        (json!(["limits.gpus"]), unknown("limits.gpus")),
        (json!("limits"), Err(LicenseError::Malformed("claims"))),
    ];
    for (crit, want) in rows {
        assert_eq!(with(crit.clone()), want, "{crit}");
    }
}

#[test]
fn claims_that_are_missing_or_of_another_shape_are_refused() {
    let cases: [fn(&mut Value); 8] = [
        |c| *c = json!({}),
        |c| c["iss"] = json!("NOT A TENANT"),
        |c| c["exp"] = json!("2025"),
        |c| c["exp"] = json!(1.5),
        |c| c["iat"] = json!(u64::MAX),
        |c| c["aud"] = json!(["a", "b"]),
        |c| c["writ"]["limits"]["vms"] = json!(-1),
        |c| c["writ"]["binding"]["mode"] = json!("loose"),
    ];
    for (row, change) in cases.into_iter().enumerate() {
        let mut json = serde_json::to_value(claims()).unwrap();
        change(&mut json);
        assert_eq!(verify(&signed_json(&json)), Err(LicenseError::Malformed("claims")), "{row}");
    }
}

#[test]
fn no_byte_of_a_license_can_be_changed_or_left_out() {
    let jws = signed();
    for text in [product_key::encode(&Prefix::default(), &jws), jws] {
        assert!(verify(&text).is_ok());
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            for replacement in [bytes[at] ^ 1, b'A'] {
                let original = std::mem::replace(&mut bytes[at], replacement);
                let altered = String::from_utf8(bytes.clone()).unwrap();

                if replacement != original {
                    assert!(verify(&altered).is_err(), "{at} {altered}");
                }
                bytes[at] = original;
            }
            if at % 7 == 0 {
                assert!(verify(&text[..at]).is_err(), "{at}");
            }
        }
    }
}
