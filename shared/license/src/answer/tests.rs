use super::*;
use crate::encoding::{b64url, from_b64url};
use crate::keys::SigningSeed;

const BODY: &[u8] = br#"{"valid":true}"#;
const ANSWER: AnswerParts<'_> = AnswerParts { status: 200, body: BODY };
const REQUEST: RequestParts<'_> = RequestParts {
    method: "POST",
    target_uri: "https://acme.example.com/api/v1/licenses/validate",
    content_digest: None,
    signature: None,
};

fn seed() -> SigningSeed {
    SigningSeed::from_bytes(&[7; 32])
}

fn signed(request: RequestParts<'_>, nonce: &str) -> AnswerHeaders {
    let kid = seed().public().kid().unwrap();
    let params =
        Params { kid: &kid, created: Millis(1_000_999), expires: Millis(1_300_000), nonce };
    sign_answer(&seed(), ANSWER, request, params).unwrap()
}

/// RFC 9421, B.2.6: its key, its signature base, its signature.
#[test]
fn the_ed25519_example_of_rfc_9421_comes_out_byte_for_byte() {
    let secret = from_b64url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU").unwrap();
    let seed = SigningSeed::from_bytes(&secret.try_into().unwrap());
    assert_eq!(b64url(&seed.public().to_bytes()), "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
    let base = [
        r#""date": Tue, 20 Apr 2021 02:07:55 GMT"#,
        r#""@method": POST"#,
        r#""@path": /foo"#,
        r#""@authority": example.com"#,
        r#""content-type": application/json"#,
        r#""content-length": 18"#,
        r#""@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
    ];
    let signature = seed.sign(base.join("\n").as_bytes());
    assert_eq!(
        b64(&signature),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
    assert!(seed.public().verifies(base.join("\n").as_bytes(), &signature));
}

#[test]
fn an_answer_verifies_for_its_own_request_only() {
    let whole = RequestParts {
        content_digest: Some("sha-256=:AAAA:"),
        signature: Some("sig1=:AAAA:"),
        ..REQUEST
    };
    for request in [REQUEST, whole, RequestParts { signature: None, ..whole }] {
        let headers = signed(request, "n-1");
        let by = verify_answer(&seed().public(), &headers, ANSWER, request).unwrap();
        assert_eq!(
            (by.nonce.as_str(), by.created, by.expires),
            ("n-1", Millis(1_000_000), Millis(1_300_000))
        );
        assert_eq!(claimed_kid(&headers.signature_input), Ok(by.kid));
        let others = [
            (RequestParts { method: "GET", ..request }, AnswerError::BadSignature),
            (
                RequestParts { target_uri: "https://evil.example.com/", ..request },
                AnswerError::BadSignature,
            ),
            (
                RequestParts {
                    content_digest: request.content_digest.map(|_| "sha-256=:BBBB:"),
                    method: "PUT",
                    ..request
                },
                AnswerError::BadSignature,
            ),
        ];
        for (other, want) in others {
            assert_eq!(
                verify_answer(&seed().public(), &headers, ANSWER, other),
                Err(want),
                "{other:?}"
            );
        }
    }
    let headers = signed(REQUEST, "");
    assert_eq!(
        verify_answer(&seed().public(), &headers, ANSWER, whole),
        Err(AnswerError::Coverage)
    );
}

#[test]
fn altered_answers_are_refused() {
    let key = seed().public();
    let good = signed(REQUEST, "n");
    let verify = |headers: &AnswerHeaders, answer| verify_answer(&key, headers, answer, REQUEST);
    assert!(verify(&good, ANSWER).is_ok());
    assert_eq!(
        verify(&good, AnswerParts { status: 201, body: BODY }),
        Err(AnswerError::BadSignature)
    );
    assert_eq!(verify(&good, AnswerParts { status: 200, body: b"{}" }), Err(AnswerError::Digest));
    let rows = [
        (good.signature_input.replace("created=1000", "created=1001"), AnswerError::BadSignature),
        (good.signature_input.replace("nonce=\"n\"", "nonce=\"m\""), AnswerError::BadSignature),
        (good.signature_input.replace(" \"@method\";req", ""), AnswerError::Coverage),
        (good.signature_input.replace("sig1=", "sig2="), AnswerError::Malformed),
        (good.signature_input.replace(";tag=\"writ-answer\"", ""), AnswerError::Malformed),
        (good.signature_input.replace("ed25519", "hmac-sha256"), AnswerError::Malformed),
        (String::new(), AnswerError::Malformed),
    ];
    for (signature_input, want) in rows {
        let headers = AnswerHeaders { signature_input, ..good.clone() };
        assert_eq!(verify(&headers, ANSWER), Err(want), "{}", headers.signature_input);
    }
    let other = SigningSeed::from_bytes(&[8; 32]).public();
    assert_eq!(verify_answer(&other, &good, ANSWER, REQUEST), Err(AnswerError::BadSignature));
}

#[test]
fn a_nonce_that_could_break_out_of_its_quotes_is_refused() {
    let kid = seed().public().kid().unwrap();
    for nonce in ["a\"b", "a\\b", "a\nb", "é"] {
        let params = Params { kid: &kid, created: Millis(0), expires: Millis(0), nonce };
        assert_eq!(
            sign_answer(&seed(), ANSWER, REQUEST, params),
            Err(AnswerError::Nonce),
            "{nonce:?}"
        );
    }
}
