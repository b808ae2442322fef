//! License keys that are not what they seem.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use license::keys::SigningSeed;
use license::product_key::{self, Prefix};
use live::{Licensed, Tenant, shared};
use serde_json::{Value, json};

/// The three segments of a license's JWS.
fn segments(license: &Licensed) -> [String; 3] {
    let jws = product_key::decode(&license.key).unwrap().jws;
    let mut parts = jws.split('.').map(str::to_owned);
    [(); 3].map(|()| parts.next().unwrap())
}

fn product_key(segments: &[String; 3]) -> String {
    product_key::encode(&Prefix::default(), &segments.join("."))
}

/// The license with other JSON in one segment, its signature as it was.
fn with(license: &Licensed, segment: usize, change: impl Fn(&mut Value)) -> String {
    let mut parts = segments(license);
    let mut json: Value = serde_json::from_slice(&BASE64.decode(&parts[segment]).unwrap()).unwrap();
    change(&mut json);
    parts[segment] = BASE64.encode(json.to_string());
    product_key(&parts)
}

/// The license's claims under a signature of one's own, with the issuer's certificate beside it.
fn resigned(license: &Licensed) -> String {
    let mut parts = segments(license);
    let signature =
        SigningSeed::from_bytes(&[9; 32]).sign(format!("{}.{}", parts[0], parts[1]).as_bytes());
    parts[2] = BASE64.encode(signature);
    product_key(&parts)
}

fn unsigned(license: &Licensed) -> [String; 2] {
    let parts = segments(license);
    ["none", "HS256"].map(|alg| {
        let head =
            BASE64.encode(json!({ "alg": alg, "typ": "license+jwt", "kid": "x" }).to_string());
        let signature = if alg == "none" { String::new() } else { parts[2].clone() };
        product_key(&[head, parts[1].clone(), signature])
    })
}

/// The header of one issuer's license on the claims of another's.
fn mixed(license: &Licensed, other: &Licensed) -> String {
    let (parts, [head, ..]) = (segments(license), segments(other));
    product_key(&[head, parts[1].clone(), parts[2].clone()])
}

fn bad_keys(license: &Licensed, other: &Licensed) -> Vec<(&'static str, String)> {
    let [none, hmac] = unsigned(license);
    let jws = segments(license).join(".");
    vec![
        ("nonsense", "NLS-x-y".to_owned()),
        ("truncated", license.key[..license.key.len() / 2].to_owned()),
        ("mistyped", license.key.replacen("-Z", "-z", 1)),
        ("a truncated JWS", jws[..jws.len() - 4].to_owned()),
        ("altered limits", with(license, 1, |claims| claims["writ"]["limits"]["vms"] = json!(999))),
        ("an altered end", with(license, 1, |claims| claims["exp"] = json!(9_999_999_999_i64))),
        ("another key's name", with(license, 0, |head| head["kid"] = json!("somebody"))),
        (
            "without certificate",
            with(license, 0, |head| drop(head.as_object_mut().unwrap().remove("writ_cert"))),
        ),
        ("an unknown critical claim", with(license, 0, |head| head["crit"] = json!(["moon"]))),
        ("another type", with(license, 0, |head| head["typ"] = json!("JWT"))),
        ("signed by somebody", resigned(license)),
        ("alg none", none),
        ("alg HS256", hmac),
        ("another issuer's head", mixed(license, other)),
    ]
}

struct Pair {
    holder: Tenant,
    license: Licensed,
    other: Licensed,
}

/// A license, and one of the same holder from another issuer.
fn pair() -> Pair {
    let p = shared();
    let (one, two, holder) = (p.vendor(), p.vendor(), p.customer());
    let license = p.license(
        &one,
        &holder,
        &json!({ "limits": { "vms": 5 }, "features": ["secret-feature"] }),
    );
    let other = p.license(&two, &holder, &json!({}));
    Pair { holder, license, other }
}

#[test]
fn a_license_key_that_is_not_genuine_is_invalid() {
    let p = shared();
    let Pair { holder, license, other } = pair();
    for (name, key) in bad_keys(&license, &other) {
        for body in
            [json!({ "license_key": key }), json!({ "license_id": license.id, "license_key": key })]
        {
            let reply = holder.post(p, "/api/v1/licenses/validate", &body);
            let verdict = reply.ok(200);
            assert_eq!(
                (verdict["code"].as_str(), verdict["valid"].as_bool()),
                (Some("KEY_INVALID"), Some(false)),
                "{name}: {reply}"
            );
            assert!(!reply.text().contains("secret-feature"), "{name}: {reply}");
        }
        let call = p.call("POST", &holder.id, "/api/v1/licenses/validate").json(&json!({}));
        let reply = call.header("authorization", &format!("License {key}")).send();
        reply.refused(401, "credentials-unknown");
        let body = json!({ "license_key": key, "license_id": license.id, "hardware_id": "hw-1" });
        holder.post(p, "/api/v1/licenses/activate", &body).refused(422, "invalid-request");
    }
    let both = json!({ "license_id": license.id, "license_key": other.key });
    assert_eq!(
        holder.validate(p, &both)["code"],
        "KEY_INVALID",
        "a genuine key of another license"
    );
    assert_eq!(holder.validate(p, &json!({ "license_key": license.key }))["code"], "VALID");
    let devices = holder.get(p, &format!("/api/v1/licenses/{}/devices", license.id)).ok(200);
    assert_eq!(devices["items"], json!([]), "nothing was activated");
}

#[test]
fn an_ended_and_a_future_license_are_genuine_and_not_valid() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let rows = [
        (json!({ "start_date": "2020-01-01", "end_date": "2021-01-01" }), "EXPIRED"),
        (json!({ "start_date": "2090-01-01", "end_date": "2091-01-01" }), "NOT_YET_VALID"),
        (json!({ "start_date": "2020-01-01", "end_date": "9999-12-31T23:59:59Z" }), "VALID"),
        (json!({ "start_date": "0001-01-01", "end_date": "0002-01-01" }), "EXPIRED"),
    ];
    for (contract, code) in rows {
        let body = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" }, "contract": contract });
        let license = p.license_by(&vendor, &body);
        for ask in [json!({ "license_key": license.key }), json!({ "license_id": license.id })] {
            let verdict = holder.validate(p, &ask);
            assert_eq!(verdict["code"], code, "{contract}: {verdict}");
        }
    }
}
