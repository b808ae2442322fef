//! Libraries that are not ours agree with us.

use std::process::Command;

use jwt_simple::prelude::{
    Ed25519KeyPair, Ed25519PublicKey, EdDSAKeyPairLike, EdDSAPublicKeyLike, HS256Key, MACLike,
    NoCustomClaims, VerificationOptions,
};
use license::LicenseError;
use license::ring::KeyRing;
use license::token::Token;
use serde_json::Value;

use crate::fixtures::{NOW, golden_dir, issuer, root, signed_license};

fn jwt_simple_accepts(text: &str, key: &Ed25519PublicKey) -> bool {
    let options = VerificationOptions {
        allowed_issuers: Some(["meridian".to_owned()].into()),
        allowed_audiences: Some(["backup-suite".to_owned()].into()),
        required_signature_type: Some("license+jwt".into()),
        artificial_time: Some(jwt_simple::prelude::UnixTimeStamp::from_secs(
            NOW.seconds().unsigned_abs(),
        )),
        max_header_length: None,
        ..VerificationOptions::default()
    };
    key.verify_token::<Value>(text, Some(options)).is_ok()
}

#[test]
fn another_jwt_library_accepts_our_license_and_refuses_it_altered() {
    let key = Ed25519PublicKey::from_bytes(&issuer().public().to_bytes()).unwrap();
    let text = signed_license();
    assert!(jwt_simple_accepts(&text, &key));
    let (head, signature) = text.rsplit_once('.').unwrap();
    let mut altered = head.to_owned();
    altered.replace_range(altered.len() - 2.., "AA");
    assert!(!jwt_simple_accepts(&format!("{altered}.{signature}"), &key));
    let other = Ed25519KeyPair::generate().public_key();
    assert!(!jwt_simple_accepts(&text, &other));
}

#[test]
fn what_another_library_signs_is_no_license_of_ours() {
    let ring = KeyRing::new([root().public()]);
    let refuse = |text: &str| Token::parse(text).and_then(|token| token.verify(&ring, NOW)).err();
    let claims =
        || jwt_simple::claims::Claims::create(jwt_simple::prelude::Duration::from_hours(1));
    let hmac = HS256Key::from_bytes(&issuer().public().to_bytes());
    let plain = Ed25519KeyPair::generate();
    let rows: [(&str, String, LicenseError); 2] = [
        (
            "HMAC with our public key",
            hmac.authenticate::<NoCustomClaims>(claims()).unwrap(),
            LicenseError::UnsupportedAlgorithm,
        ),
        (
            "an untyped token",
            plain.sign::<NoCustomClaims>(claims()).unwrap(),
            LicenseError::WrongType,
        ),
    ];
    for (name, text, want) in rows {
        assert_eq!(refuse(&text), Some(want), "{name}");
    }
}

/// `verify.mjs` uses npm's `jose` and `http-message-signatures`, and openssl.
#[test]
fn other_languages_verify_the_golden_files() {
    let script = golden_dir().with_file_name("verify.mjs");
    let output = Command::new("node").arg(script).output().expect("node must be on PATH");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("all golden files verify"), "{out}");
}
