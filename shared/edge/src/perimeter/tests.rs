//! What a request shows, against what its key demands.

use license::keys::SigningSeed;
use license::request::sign_request;
use serde_json::{Value, json};
use testkit::NOW;

use super::*;
use crate::principal::testing::principal;

const URL: &str = "https://acme.example.com/api/v1/licenses/validate";

fn inbound(headers: &[(&str, &str)], body: &[u8]) -> Inbound {
    let header =
        |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    Inbound::new("POST".into(), URL.into(), header, body.to_vec())
}

fn outcome(restrictions: &Value, inbound: &Inbound) -> Option<String> {
    let mut principal = principal();
    principal.restrictions = serde_json::from_value(restrictions.clone()).unwrap();
    check(&principal, inbound, NOW).err().map(|failure| failure.problem.code)
}

#[test]
fn a_layer_is_told_by_its_own_code() {
    let machine = json!({ "allowed_hostnames": ["ws.example.com"] });
    let network = json!({ "allowed_ip_ranges": ["10.0.0.0/8"] });
    let rows = [
        (&machine, "x-hostname", "WS.example.com", None),
        (&machine, "x-hostname", "ws2.example.com", Some("hostname-not-allowed")),
        (&machine, "x-hostname", "", Some("hostname-not-allowed")),
        (&network, "cf-connecting-ip", "10.255.255.255", None),
        (&network, "cf-connecting-ip", "::ffff:10.0.0.1", None),
        (&network, "cf-connecting-ip", "11.0.0.0", Some("address-not-allowed")),
        (&network, "cf-connecting-ip", "", Some("address-not-allowed")),
        (&network, "x-forwarded-for", "10.0.0.1", Some("address-not-allowed")),
        (&json!({ "require_mtls": true }), "x-hostname", "", Some("certificate-required")),
    ];
    for (restrictions, header, value, want) in rows {
        let got = outcome(restrictions, &inbound(&[(header, value)], b""));
        assert_eq!(got.as_deref(), want, "{restrictions} {header}: {value}");
    }
    assert_eq!(check(&principal(), &inbound(&[], b""), NOW).err().map(|f| f.problem.code), None);
}

#[test]
fn a_signed_request_gets_through_where_a_signature_is_wanted() {
    let seed = SigningSeed::from_bytes(&[7; 32]);
    let key = license::request::read_public_key(&seed.public().to_pem()).unwrap();
    let wanted = json!({ "require_signature": true, "signing_public_key": key });
    let body = b"{}";
    let request = Request {
        method: "POST",
        target_uri: URL,
        authorization: "Bearer key",
        content_digest: "",
        body,
    };
    let made = sign_request(&seed, request, NOW);
    let headers = [
        ("authorization", "Bearer key"),
        ("signature-input", made.signature_input.as_str()),
        ("signature", made.signature.as_str()),
        ("content-digest", made.content_digest.as_str()),
    ];
    assert_eq!(outcome(&wanted, &inbound(&headers, body)), None);
    let other = inbound(&headers, b"[]");
    assert_eq!(outcome(&wanted, &other).as_deref(), Some("signature-invalid"));
    let unsigned = inbound(&headers[..1], body);
    assert_eq!(outcome(&wanted, &unsigned).as_deref(), Some("signature-required"));
}
