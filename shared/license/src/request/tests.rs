//! Signed requests: what passes, what does not, and at which second.

use super::*;

const NOW: Millis = Millis(1_767_225_600_000);
const BODY: &[u8] = br#"{"license_id":"x"}"#;

fn seed() -> SigningSeed {
    SigningSeed::from_bytes(&[7; 32])
}

fn request(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        target_uri: "https://acme.example.com/api/v1/licenses/validate",
        authorization: "Bearer key",
        content_digest: "",
        body,
    }
}

fn verify(
    request: Request<'_>,
    headers: &SignatureHeaders,
    now: Millis,
) -> Result<(), RequestError> {
    let request = Request { content_digest: &headers.content_digest, ..request };
    verify_request(&seed().public(), request, &headers.signature_input, &headers.signature, now)
}

#[test]
fn a_signed_request_verifies_with_and_without_a_body() {
    for body in [BODY, b""] {
        let headers = sign_request(&seed(), request(body), NOW);
        assert_eq!(verify(request(body), &headers, NOW), Ok(()));
        assert_eq!(headers.content_digest.is_empty(), body.is_empty());
    }
}

#[test]
fn a_signature_is_for_one_request_and_one_key() {
    let headers = sign_request(&seed(), request(BODY), NOW);
    let rows = [
        ("method", Request { method: "PUT", ..request(BODY) }, RequestError::BadSignature),
        (
            "target",
            Request { target_uri: "https://b.example.com/", ..request(BODY) },
            RequestError::BadSignature,
        ),
        (
            "key",
            Request { authorization: "Bearer other", ..request(BODY) },
            RequestError::BadSignature,
        ),
        ("body", request(b"{}"), RequestError::Digest),
    ];
    for (name, request, want) in rows {
        assert_eq!(verify(request, &headers, NOW), Err(want), "{name}");
    }
    let other = SigningSeed::from_bytes(&[8; 32]).public();
    let request = Request { content_digest: &headers.content_digest, ..request(BODY) };
    let got = verify_request(&other, request, &headers.signature_input, &headers.signature, NOW);
    assert_eq!(got, Err(RequestError::BadSignature));
}

#[test]
fn a_signature_is_fresh_for_five_minutes_either_way() {
    let headers = sign_request(&seed(), request(BODY), NOW);
    let rows = [
        (300, Ok(())),
        (301, Err(RequestError::Stale)),
        (-300, Ok(())),
        (-301, Err(RequestError::Stale)),
    ];
    for (seconds, want) in rows {
        assert_eq!(verify(request(BODY), &headers, NOW.plus_seconds(seconds)), want, "{seconds}");
    }
}

/// Signs what `input` says, whatever it is.
fn signed(input: &str, covered: &[&str], body: &[u8]) -> SignatureHeaders {
    let digest = digest::content_digest(body);
    let request = Request { content_digest: &digest, ..request(body) };
    let params = input.split_once('=').unwrap().1;
    let label = input.split_once('=').unwrap().0;
    let signature = seed().sign(base(request, covered, params).as_bytes());
    SignatureHeaders {
        signature_input: input.to_owned(),
        signature: format!("{label}=:{}:", b64(&signature)),
        content_digest: digest,
    }
}

#[test]
fn other_libraries_may_order_and_name_things_as_they_like() {
    let created = NOW.seconds();
    let end = created + 60;
    let covered = ["content-digest", "@target-uri", "@method", "authorization"];
    let list = covered.map(|name| format!("\"{name}\"")).join(" ");
    let rows = [
        format!("my-sig=({list});alg=\"ed25519\";keyid=\"device 1\";created={created};nonce=\"a\""),
        format!("sig=({list});created={created};expires={end};tag=\"app\""),
    ];
    for input in rows {
        let headers = signed(&input, &covered, BODY);
        assert_eq!(verify(request(BODY), &headers, NOW), Ok(()), "{input}");
        let over = NOW.plus_seconds(60);
        let want = if input.contains("expires") { Err(RequestError::Stale) } else { Ok(()) };
        assert_eq!(verify(request(BODY), &headers, over), want, "{input}");
    }
}

#[test]
fn too_little_and_too_much_are_refused() {
    let all = r#""@method" "@target-uri" "authorization" "content-digest""#;
    let at = format!(";created={}", NOW.seconds());
    let rows = [
        (format!("s=({all}){at}"), None),
        (
            format!("s=(\"@method\" \"@target-uri\" \"authorization\"){at}"),
            Some(RequestError::Coverage),
        ),
        (
            format!("s=(\"@method\" \"@target-uri\" \"content-digest\"){at}"),
            Some(RequestError::Coverage),
        ),
        (format!("s=({all} \"@method\"){at}"), Some(RequestError::Coverage)),
        (format!("s=({all} \"date\"){at}"), Some(RequestError::Coverage)),
        (format!("s=({all})"), Some(RequestError::Malformed)),
        (format!("s=({all}){at}{at}"), Some(RequestError::Malformed)),
        (format!("s=({all}){at};alg=\"rsa-v1_5-sha256\""), Some(RequestError::Malformed)),
        (format!("s=({all}){at};surprise=1"), Some(RequestError::Malformed)),
        (
            format!("s=(\"@method\";req \"@target-uri\" \"authorization\"){at}"),
            Some(RequestError::Malformed),
        ),
        (format!("s=({all}){at}, t=({all}){at}"), Some(RequestError::Malformed)),
        (String::from("s=("), Some(RequestError::Malformed)),
        (String::from("S=()"), Some(RequestError::Malformed)),
    ];
    for (input, want) in rows {
        let list = input.split(['(', ')']).nth(1).unwrap_or_default();
        let covered: Vec<_> = list.split(' ').map(|name| name.trim_matches('"')).collect();
        let headers = signed(&input, &covered, BODY);
        assert_eq!(verify(request(BODY), &headers, NOW).err(), want, "{input}");
    }
    let mut headers = sign_request(&seed(), request(BODY), NOW);
    headers.signature = "sig2=:AAAA:".into();
    assert_eq!(verify(request(BODY), &headers, NOW), Err(RequestError::Malformed));
}

#[test]
fn a_public_key_is_read_in_both_forms() {
    let key = seed().public();
    let x = b64url(&key.to_bytes());
    for text in [x.clone(), format!(" {x}\n"), key.to_pem()] {
        assert_eq!(read_public_key(&text), Ok(x.clone()), "{text}");
    }
    for bad in ["", "x", "-----BEGIN PUBLIC KEY-----", &format!("{x}=")] {
        assert!(read_public_key(bad).is_err(), "{bad}");
    }
}
