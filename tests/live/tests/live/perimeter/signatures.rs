//! Requests signed with a registered key: where a key wants them, and in place of a certificate.

use domain::time::Millis;
use license::keys::SigningSeed;
use license::request::{Request, sign_request};
use live::{Call, shared};
use serde_json::{Value, json};

use writ::{CheckoutOptions, Client, Failure, Identity};

use super::{Site, all_say};

fn now() -> Millis {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Millis(i64::try_from(now.as_millis()).unwrap())
}

/// The call, signed by `seed` as of `seconds` from now.
fn signed<'p>(
    call: Call<'p>,
    key: &str,
    body: &Value,
    seed: &SigningSeed,
    seconds: i64,
) -> Call<'p> {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let (target, authorization) = (call.target(), format!("Bearer {key}"));
    let request = Request {
        method: call.method(),
        target_uri: &target,
        authorization: &authorization,
        content_digest: "",
        body: &bytes,
    };
    let made = sign_request(seed, request, now().plus_seconds(seconds));
    let call =
        call.header("signature-input", &made.signature_input).header("signature", &made.signature);
    if bytes.is_empty() { call } else { call.header("content-digest", &made.content_digest) }
}

#[test]
fn a_key_that_wants_signed_requests_takes_those_of_its_device_only() {
    let p = shared();
    let site = Site::new(p);
    let (seed, other) = (SigningSeed::from_bytes(&[7; 32]), SigningSeed::from_bytes(&[8; 32]));
    let pem = seed.public().to_pem();
    let invalid = Some("signature-invalid");
    let cases = [
        (json!({ "require_signature": true, "signing_public_key": pem }), "signature-required"),
        (json!({ "require_mtls": true, "signing_public_key": pem }), "certificate-required"),
    ];
    for (demands, unsigned) in cases {
        let (_, key) = site.key(p, &demands);
        let license = json!({ "license_id": site.license });
        let by = |seed: &SigningSeed, seconds| -> Vec<Call<'_>> {
            let bodies = [&license, &license, &Value::Null];
            let calls = site.doors(p, &key).into_iter().zip(bodies);
            calls.map(|(call, body)| signed(call, &key, body, seed, seconds)).collect()
        };
        all_say(&by(&seed, 0), None, "signed");
        all_say(&by(&seed, -290), None, "a little late");
        all_say(&by(&seed, -301), invalid, "too late");
        all_say(&by(&seed, 310), invalid, "too early");
        all_say(&by(&other, 0), invalid, "by another key");
        all_say(&site.doors(p, &key), Some(unsigned), "not signed");
        // A signature is for one request: not for another path, nor for another body.
        let elsewhere = signed(site.doors(p, &key).remove(2), &key, &Value::Null, &seed, 0);
        let moved: Vec<_> =
            by(&seed, 0).into_iter().map(|call| call.json(&json!({ "license_id": "x" }))).collect();
        all_say(&moved[..2], invalid, "another body");
        assert!(elsewhere.send().status < 300);
    }
}

#[test]
fn the_client_shows_what_a_key_demands() {
    let p = shared();
    let site = Site::new(p);
    let device = || SigningSeed::from_bytes(&[9; 32]);
    let demands = json!({
        "require_signature": true,
        "signing_public_key": device().public().to_pem(),
        "allowed_hostnames": ["ws-042.example.com"],
    });
    let (_, key) = site.key(p, &demands);
    let url = p.call("GET", &site.tenant.id, "").target();
    let options = CheckoutOptions { license: Some(site.license.clone()), ..Default::default() };
    let checkout = |identity| Client::connect_as(&url, &key, identity).unwrap().checkout(&options);
    let hostname = || Some("ws-042.example.com".to_owned());
    let rows = [
        (Identity::default(), "hostname-not-allowed"),
        (Identity { signing: Some(device()), ..Identity::default() }, "hostname-not-allowed"),
        (Identity { hostname: hostname(), ..Identity::default() }, "signature-required"),
    ];
    for (identity, want) in rows {
        let Err(Failure::Refused(problem)) = checkout(identity) else { panic!("{want}") };
        assert_eq!(problem.code, want);
    }
    let whole = Identity { hostname: hostname(), signing: Some(device()), ..Identity::default() };
    checkout(whole).unwrap().give_back().unwrap();
}
