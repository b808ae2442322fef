//! What we write today is byte for byte what we wrote first, and what we wrote first still reads.

use std::collections::BTreeMap;

use domain::place::Shard;
use license::answer::{AnswerHeaders, AnswerParts, RequestParts, verify_answer};
use license::api_key::ApiKeyText;
use license::cert::{Certified, KeyUse};
use license::digest::content_digest;
use license::export::ExportClaims;
use license::fingerprint::{Component, Environment, Fingerprint, salt};
use license::jwk::{Jwk, Jwks};
use license::keys::PublicKey;
use license::lease::LeaseClaims;
use license::product_key::Prefix;
use license::receipt::ReceiptClaims;
use license::ring::KeyRing;
use license::seal::Kek;
use license::text::LicenseText;
use license::token::Token;
use license::vault::DataKey;
use license::{file, product_key};
use serde_json::{Value, json};

use crate::fixtures::{
    BODY, NOW, REQUEST_BODY, TARGET, answer_cert, answer_seed, certificate, claims, export_claims,
    golden_dir, issuer, kid, lease_claims, license, receipt_claims, root, signed_answer,
    signed_license, tenant,
};

/// Reads a golden file, comparing it with what is written today.
fn golden(name: &str, actual: &str) -> String {
    let path = golden_dir().join(name);
    if !path.exists() {
        std::fs::create_dir_all(golden_dir()).unwrap();
        std::fs::write(&path, actual).unwrap();
        panic!("{name} was missing and has been written: read it, then commit it");
    }
    let golden = std::fs::read_to_string(path).unwrap();
    assert_eq!(actual, golden, "{name}: what others keep would no longer verify");
    golden
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn request(parts: &Value) -> RequestParts<'_> {
    RequestParts {
        method: parts["method"].as_str().unwrap(),
        target_uri: parts["target_uri"].as_str().unwrap(),
        content_digest: parts["headers"]["Content-Digest"].as_str(),
        signature: parts["headers"]["Signature"].as_str(),
    }
}

#[test]
fn the_root_key_as_pem_stands() {
    let pem = golden("root.pem", &root().public().to_pem());
    assert_eq!(PublicKey::from_pem(&pem), Ok(root().public()));
}

#[test]
fn the_certificate_stands() {
    let text = golden("certificate.txt", &certificate(&issuer(), "meridian", KeyUse::License));
    let read = Certified::read(&text, &[root().public()]).unwrap();
    assert_eq!((read.owner, read.kid), (tenant("meridian"), kid(&issuer())));
}

#[test]
fn the_claims_stand() {
    let text = golden("claims.json", &pretty(&claims()));
    let read = license::claims::Claims::read(text.as_bytes()).unwrap();
    let mut without_prices = license();
    without_prices.terms = without_prices.terms.normalized();
    without_prices.terms.pricing = None;
    assert_eq!(read.to_license(), without_prices);
}

#[test]
fn every_form_of_the_license_stands_and_verifies_with_the_root_alone() {
    let jws = signed_license();
    let forms = [
        golden("license.txt", &jws),
        golden("product_key.txt", &product_key::encode(&Prefix::default(), &jws)),
        golden("file.txt", &file::encode(&jws)),
    ];
    for form in forms {
        let text = LicenseText::read(&form).unwrap();
        let ring = KeyRing::new([root().public()]);
        let genuine = Token::parse(&text.jws).unwrap().verify(&ring, NOW).unwrap();
        assert_eq!(genuine.claims, claims(), "{:?}", text.form);
    }
}

#[test]
fn the_key_set_stands() {
    let keys = vec![
        Jwk::published(
            kid(&issuer()),
            &issuer().public(),
            certificate(&issuer(), "meridian", KeyUse::License),
        ),
        Jwk::published(
            kid(&answer_seed()),
            &answer_seed().public(),
            certificate(&answer_seed(), "writ", KeyUse::Answer),
        ),
    ];
    let text = golden("jwks.json", &pretty(&Jwks { keys }));
    let read: Jwks = serde_json::from_str(&text).unwrap();
    assert_eq!(read.keys[1].public(), Ok(answer_seed().public()));
}

#[test]
fn the_borrowed_seat_stands_and_verifies_with_the_root_alone() {
    let ring = KeyRing::new([root().public()]);
    golden("lease_claims.json", &pretty(&lease_claims()));
    let text = golden("lease.txt", &lease_claims().sign(&answer_seed(), &answer_cert()).unwrap());
    assert_eq!(LeaseClaims::verify(&text, &ring, NOW), Ok(lease_claims()));
}

#[test]
fn the_receipt_stands_and_verifies_with_the_root_alone() {
    let (ring, later) = (KeyRing::new([root().public()]), NOW.plus_seconds(3600));
    golden("receipt_claims.json", &pretty(&receipt_claims()));
    let text = receipt_claims().sign(&answer_seed(), &answer_cert()).unwrap();
    let text = golden("receipt.txt", &text);
    assert_eq!(ReceiptClaims::verify(&text, &ring, later), Ok(receipt_claims()));
}

#[test]
fn signed_answers_stand_and_verify() {
    let whole = json!({"Content-Digest": content_digest(REQUEST_BODY.as_bytes()), "Signature": "sig1=:AAAA:"});
    for (name, headers) in [("answer.json", json!({})), ("answer_to_signed_request.json", whole)] {
        let asked = json!({"method": "POST", "target_uri": TARGET, "headers": headers, "body": REQUEST_BODY});
        let signed = signed_answer(request(&asked));
        let answer = json!({
            "status": 200,
            "headers": {
                "Content-Digest": signed.content_digest,
                "Signature-Input": signed.signature_input,
                "Signature": signed.signature,
            },
            "body": BODY,
        });
        let text = golden(name, &pretty(&json!({"request": asked, "answer": answer})));
        let read: Value = serde_json::from_str(&text).unwrap();
        let header = |name: &str| read["answer"]["headers"][name].as_str().unwrap().to_owned();
        let headers = AnswerHeaders {
            content_digest: header("Content-Digest"),
            signature_input: header("Signature-Input"),
            signature: header("Signature"),
        };
        let parts =
            AnswerParts { status: 200, body: read["answer"]["body"].as_str().unwrap().as_bytes() };
        let by = verify_answer(&answer_seed().public(), &headers, parts, request(&read["request"]))
            .unwrap();
        assert_eq!((by.nonce.as_str(), by.created), ("5f0e", NOW), "{name}");
    }
}

#[test]
fn the_manifest_of_an_export_stands_and_verifies_with_the_root_alone() {
    let ring = KeyRing::new([root().public()]);
    golden("export_claims.json", &pretty(&export_claims()));
    let text = export_claims().sign(&answer_seed(), &answer_cert()).unwrap();
    let text = golden("export.txt", &text);
    assert_eq!(ExportClaims::verify(&text, &ring, NOW), Ok(export_claims()));
}

#[test]
fn the_sealed_secret_stands() {
    let kek = Kek::new("k1", &[7; 32]).unwrap();
    let sealed =
        kek.seal([9; 12], &tenant("meridian"), &kid(&issuer()), issuer().expose()).unwrap();
    let text = golden("sealed.txt", &sealed);
    let opened = kek.open(&tenant("meridian"), &kid(&issuer()), &text).unwrap();
    assert_eq!(opened.as_slice(), issuer().expose());
}

#[test]
fn the_sealed_field_stands() {
    let key = DataKey::new(1, &[7; 32]);
    let (owner, field) = (tenant("meridian"), "identity_provider.secret");
    let text = golden("sealed_field.txt", &key.seal([9; 12], &owner, field, b"secret").unwrap());
    assert_eq!(key.open(&owner, field, &text).unwrap().as_slice(), b"secret");
}

#[test]
fn the_api_key_stands() {
    let key = ApiKeyText::new(&tenant("acme"), Shard::Eu, &[7; 16]);
    let text = golden("api_key.txt", &format!("{}\n{}\n", key.expose(), key.digest()));
    let mut lines = text.lines();
    let read = ApiKeyText::parse(lines.next().unwrap()).unwrap();
    assert_eq!(Some(read.digest().as_str()), lines.next());
}

#[test]
fn the_fingerprint_stands() {
    let mut print = Fingerprint::new(Environment::Vm);
    let salt = salt(&tenant("meridian"));
    let values = [
        (Component::VmUuid, "4c4c4544-0042-3510-8058-b7c04f4b3532"),
        (Component::MachineId, "0f5dd0c1a2b34e5f8a9b0c1d2e3f4a5b"),
        (Component::Mac, "02:00:00:00:00:01"),
        (Component::Mac, "02:00:00:00:00:02"),
        (Component::Hostname, "Control-1"),
    ];
    for (component, value) in values {
        print.add(&salt, component, value);
    }
    let shown = BTreeMap::from([
        ("composite", json!(print.composite())),
        ("components", json!(print)),
        ("salt", json!(salt)),
    ]);
    let read: Value = serde_json::from_str(&golden("fingerprint.json", &pretty(&shown))).unwrap();
    assert_eq!(serde_json::from_value::<Fingerprint>(read["components"].clone()).unwrap(), print);
}
