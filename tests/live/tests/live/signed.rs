//! Signed answers and licenses, verified with nothing but the keys that the platform publishes.

use domain::time::Millis;
use license::answer::{AnswerHeaders, AnswerParts, RequestParts, claimed_kid, verify_answer};
use license::cert::{Certified, KeyUse};
use license::jwk::Jwks;
use license::keys::PublicKey;
use live::{Call, Platform, Reply, Tenant, shared};
use serde_json::{Value, json};

fn root(p: &Platform, tenant: &Tenant) -> PublicKey {
    let pem = p.call("GET", &tenant.id, "/.well-known/writ-root.pem").send();
    assert_eq!(pem.status, 200);
    PublicKey::from_pem(&pem.text()).unwrap()
}

fn jwks(p: &Platform, tenant: &Tenant) -> Jwks {
    let reply = p.call("GET", &tenant.id, "/.well-known/jwks.json").send();
    assert_eq!(reply.header("content-type"), "application/jwk-set+json");
    serde_json::from_value(reply.ok(200)).unwrap()
}

/// Three answers to sign, with how they are asked for.
fn asks(p: &Platform) -> (Tenant, Vec<(Call<'_>, Reply)>) {
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    let bodies = [
        (
            "/api/v1/licenses/activate",
            json!({ "license_id": license.id, "hardware_id": "hw-1", "nonce": "n-1" }),
        ),
        ("/api/v1/licenses/validate?x=1", json!({ "license_id": license.id, "nonce": "n-1" })),
        (
            "/api/v1/licenses/heartbeat",
            json!({ "license_id": license.id, "hardware_id": "hw-1", "nonce": "n-1" }),
        ),
    ];
    let asked = bodies.map(|(path, body)| {
        let call = holder.call(p, "POST", path).json(&body);
        let reply = call.send();
        assert_eq!(reply.ok(200)["nonce"], "n-1", "{reply}");
        (call, reply)
    });
    (holder, asked.into())
}

fn headers(reply: &Reply) -> AnswerHeaders {
    let header = |name: &str| reply.header(name).to_owned();
    AnswerHeaders {
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
    }
}

#[test]
fn an_answer_to_a_nonce_is_signed_by_a_key_that_the_root_vouches_for() {
    let p = shared();
    let (holder, asked) = asks(p);
    let (keys, root) = (jwks(p, &holder), root(p, &holder));
    for (call, reply) in asked {
        let headers = headers(&reply);
        let kid = claimed_kid(&headers.signature_input).unwrap();
        let jwk = keys.keys.iter().find(|key| key.kid == kid).expect("the key is published");
        let cert = Certified::read(jwk.writ_cert.as_deref().unwrap(), &[root]).unwrap();
        let target = call.target();
        let request = RequestParts {
            method: "POST",
            target_uri: &target,
            content_digest: None,
            signature: None,
        };
        let answer = AnswerParts { status: 200, body: &reply.bytes };
        let signed = verify_answer(&jwk.public().unwrap(), &headers, answer, request).unwrap();
        assert_eq!(
            (signed.nonce.as_str(), cert.public),
            ("n-1", jwk.public().unwrap()),
            "{target}"
        );
        assert_eq!(cert.may_sign(KeyUse::Answer, signed.created), Ok(()));
        assert_eq!(signed.expires, Millis(signed.created.0 + 300_000));
        for (name, answer, request) in [
            ("another status", AnswerParts { status: 201, ..answer }, request),
            ("another body", AnswerParts { body: b"{}", ..answer }, request),
            (
                "another target",
                answer,
                RequestParts { target_uri: "http://evil.example/", ..request },
            ),
            ("another method", answer, RequestParts { method: "PUT", ..request }),
        ] {
            assert!(
                verify_answer(&jwk.public().unwrap(), &headers, answer, request).is_err(),
                "{name}"
            );
        }
    }
}

#[test]
fn an_answer_without_a_nonce_is_not_signed_unless_the_request_was() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    let call = holder
        .call(p, "POST", "/api/v1/licenses/validate")
        .json(&json!({ "license_id": license.id }));
    assert_eq!(call.send().header("signature"), "");
    let reply = call.header("signature", "sig1=:AAAA:").send();
    assert!(reply.header("signature-input").contains("\"signature\";req"), "{:?}", reply.headers);
}

#[test]
fn independent_libraries_verify_licenses_keys_and_answers() {
    let p = shared();
    let (holder, asked) = asks(p);
    let answers: Vec<_> = asked
        .iter()
        .map(|(call, reply)| {
            let headers: serde_json::Map<_, _> =
                ["content-digest", "signature-input", "signature"].map(|name| (name.to_owned(), json!(reply.header(name)))).into_iter().collect();
            json!({ "url": call.target(), "status": reply.status, "headers": headers, "body": reply.text() })
        })
        .collect();
    let activated = asked[0].1.json();
    let text = holder
        .get(p, &format!("/api/v1/licenses/files/{}", activated["license_id"].as_str().unwrap()))
        .ok(200);
    let seen = json!({
        "jwks": serde_json::to_value(jwks(p, &holder)).unwrap(),
        "root": p.call("GET", &holder.id, "/.well-known/writ-root.pem").send().text(),
        "license": text["compact"], "holder": holder.id, "answers": answers,
    });
    p.judged_by("verify.mjs", &seen);
}

#[test]
fn licenses_verify_on_across_a_rotation_of_their_issuers_keys() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let old = p.license(&vendor, &holder, &json!({}));
    let before = jwks(p, &vendor).keys.len();
    let rotated = vendor.post(p, "/api/v1/signing-keys/rotate", &Value::Null).ok(200);
    let new = p.license(&vendor, &holder, &json!({}));
    for license in [&old, &new] {
        assert_eq!(holder.validate(p, &json!({ "license_key": license.key }))["code"], "VALID");
    }
    let keys = vendor.get(p, "/api/v1/signing-keys").ok(200);
    let state_of = |kid: &Value| {
        let keys = keys["items"].as_array().or(keys.as_array()).unwrap();
        keys.iter()
            .find(|key| key["kid"] == *kid)
            .map(|key| key["state"].clone())
            .unwrap_or_default()
    };
    let states = ["active", "next", "retired"].map(|state| state_of(&rotated[state]));
    assert_eq!(states, ["active", "next", "retired"]);
    assert!(jwks(p, &vendor).keys.len() > before, "the retired key is still published");
}
