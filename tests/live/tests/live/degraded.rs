//! Stores that are away: what is still answered, and how it says so.

use std::time::Duration;

use live::{Licensed, Platform, Reply, Tenant, shared};
use serde_json::{Value, json};

/// What is sent about a license.
type Body = fn(&Licensed) -> Value;

const VALIDATE: &str = "/api/v1/licenses/validate";
const HEARTBEAT: &str = "/api/v1/licenses/heartbeat";
/// Memory is as old as it may be in an outage, and D1 is away.
const D1_OFF: &str = "cold,d1=off";

fn license(p: &Platform, terms: &Value) -> (Tenant, Licensed) {
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, terms);
    (holder, license)
}

fn ask(p: &Platform, holder: &Tenant, path: &str, body: &Value, fault: &str) -> Reply {
    holder.call(p, "POST", path).json(body).fault(fault).send()
}

#[track_caller]
fn unavailable(reply: &Reply) {
    reply.refused(503, "store-unavailable");
    assert!(!reply.header("retry-after").is_empty(), "{reply}");
}

#[test]
fn without_d1_validate_answers_from_memory_or_from_the_signed_license() {
    let p = shared();
    let named = |license: &Licensed| json!({ "license_id": license.id });
    let presented = |license: &Licensed| json!({ "license_key": license.key });
    let both = |license: &Licensed| json!({ "license_id": license.id, "license_key": license.key });
    let rows: &[(&str, bool, Body, Option<&str>)] = &[
        ("remembered, named", true, named, Some("VALID_UNCONFIRMED")),
        ("remembered, presented", true, presented, Some("VALID_UNCONFIRMED")),
        ("unknown, presented", false, presented, Some("VALID_UNCONFIRMED")),
        ("unknown, presented and named", false, both, Some("VALID_UNCONFIRMED")),
        ("unknown, named", false, named, None),
    ];
    for (name, warm, body, code) in rows {
        let (holder, license) = license(p, &json!({}));
        let body = body(&license);
        if *warm {
            assert_eq!(holder.validate(p, &body)["code"], "VALID", "{name}");
        }
        let reply = ask(p, &holder, VALIDATE, &body, D1_OFF);
        let Some(code) = code else {
            unavailable(&reply);
            continue;
        };
        let verdict = reply.ok(200);
        assert_eq!(
            (verdict["code"].as_str(), verdict["valid"].as_bool()),
            (Some(*code), Some(true)),
            "{name}: {reply}"
        );
        assert_eq!(verdict["degraded"], true, "{name}");
        assert!(
            verdict["unconfirmed"].as_array().unwrap().contains(&json!("license")),
            "{name}: {reply}"
        );
        assert_eq!(holder.validate(p, &body)["code"], "VALID", "{name}: after the outage");
    }
}

#[test]
fn without_d1_a_license_key_is_credentials_enough() {
    let p = shared();
    let (holder, license) = license(p, &json!({}));
    let call = p
        .call("POST", &holder.id, VALIDATE)
        .header("authorization", &format!("License {}", license.key));
    let verdict = call.json(&json!({})).fault(D1_OFF).send().ok(200);
    assert_eq!(
        (verdict["code"].as_str(), verdict["degraded"].as_bool()),
        (Some("VALID_UNCONFIRMED"), Some(true))
    );
}

#[test]
fn without_d1_nothing_is_let_through_that_must_not_be() {
    let p = shared();
    let online = json!({ "report": { "require_online": true } });
    let (holder, strict) = license(p, &online);
    let reply = ask(p, &holder, VALIDATE, &json!({ "license_key": strict.key }), D1_OFF);
    assert_eq!(reply.ok(200)["code"], "ONLINE_REQUIRED", "{reply}");
    // Revocations that memory knows of hold in an outage.
    let (vendor, holder) = (p.vendor(), p.customer());
    let revoked = p.license(&vendor, &holder, &json!({}));
    vendor.call(p, "DELETE", &format!("/api/v1/licenses/{}", revoked.id)).send().ok(200);
    let named = json!({ "license_id": revoked.id, "license_key": revoked.key });
    assert_eq!(holder.validate(p, &named)["code"], "REVOKED");
    assert_eq!(ask(p, &holder, VALIDATE, &named, D1_OFF).ok(200)["code"], "REVOKED");
    // A forged key vouches for nothing.
    let (stranger, _) = license(p, &json!({}));
    let mut forged = revoked.key.clone();
    forged.replace_range(40..41, if &forged[40..41] == "A" { "B" } else { "A" });
    unavailable(&ask(p, &stranger, VALIDATE, &json!({ "license_key": forged }), D1_OFF));
}

#[test]
fn without_d1_heartbeats_are_taken_where_the_license_is_remembered() {
    let p = shared();
    let (holder, license) = license(p, &json!({}));
    holder.activate(p, &license.id, "hw-1").ok(200);
    let body = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    unavailable(&ask(p, &holder, HEARTBEAT, &body, D1_OFF));
    holder.post(p, HEARTBEAT, &body).ok(200);
    let reply = ask(p, &holder, HEARTBEAT, &body, D1_OFF);
    let beat = reply.ok(200);
    assert_eq!(
        (beat["degraded"].as_bool(), beat["valid"].as_bool()),
        (Some(true), Some(true)),
        "{reply}"
    );
    assert_eq!(beat["code"], "VALID_UNCONFIRMED", "{reply}");
}

#[test]
fn without_objects_validate_answers_and_heartbeats_are_asked_to_repeat() {
    let p = shared();
    let (holder, license) = license(p, &json!({}));
    holder.activate(p, &license.id, "hw-1").ok(200);
    let body = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    let reply = ask(p, &holder, VALIDATE, &body, "cold,objects=off");
    let verdict = reply.ok(200);
    assert_eq!(
        (verdict["code"].as_str(), verdict["valid"].as_bool()),
        (Some("VALID"), Some(true)),
        "{reply}"
    );
    let reply = ask(p, &holder, HEARTBEAT, &body, "cold,objects=off");
    let beat = reply.ok(200);
    let told = (beat["recorded"].as_bool(), beat["valid"].as_bool(), beat["degraded"].as_bool());
    assert_eq!(told, (Some(false), Some(true), Some(true)), "{reply}");
    assert!(beat["next_heartbeat_in"].as_u64().unwrap() <= 60, "{reply}");
    assert_eq!(holder.post(p, HEARTBEAT, &body).ok(200)["recorded"], true);
}

#[test]
fn what_must_not_be_guessed_is_refused_while_a_store_is_away() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({ "limits": { "devices": 1 } }));
    let device = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    let made = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" } });
    let rows = [
        (&holder, "/api/v1/licenses/activate", &device, "objects=off"),
        (&holder, "/api/v1/licenses/activate", &device, D1_OFF),
        (&holder, "/api/v1/licenses/deactivate", &device, "objects=off"),
        (&vendor, "/api/v1/licenses/generate", &made, D1_OFF),
    ];
    for (tenant, path, body, fault) in rows {
        unavailable(&ask(p, tenant, path, body, fault));
    }
    let devices = holder.get(p, &format!("/api/v1/licenses/{}/devices", license.id)).ok(200);
    assert_eq!(devices["items"], json!([]), "nothing is half-written");
    assert_eq!(vendor.get(p, "/api/v1/licenses").ok(200)["items"].as_array().unwrap().len(), 1);
    holder.activate(p, &license.id, "hw-1").ok(200);
}

#[test]
fn a_slow_d1_is_waited_for_no_longer_than_the_deadline() {
    let p = shared();
    let (holder, license) = license(p, &json!({}));
    let body = json!({ "license_id": license.id });
    holder.validate(p, &body);
    let reply = ask(p, &holder, VALIDATE, &body, "cold,d1=slow:5000");
    let verdict = reply.ok(200);
    assert_eq!(
        (verdict["degraded"].as_bool(), verdict["code"].as_str()),
        (Some(true), Some("VALID_UNCONFIRMED"))
    );
    assert!(reply.took < Duration::from_secs(3), "it took {:?}", reply.took);
    let (stranger, other) = self::license(p, &json!({}));
    let reply =
        ask(p, &stranger, VALIDATE, &json!({ "license_id": other.id }), "cold,d1=slow:5000");
    unavailable(&reply);
    assert!(reply.took < Duration::from_secs(3), "it took {:?}", reply.took);
}

#[test]
fn pages_and_keys_say_plainly_that_they_cannot_be_shown() {
    let p = shared();
    let customer = p.customer();
    for path in ["/.well-known/jwks.json", "/api/v1/licenses", "/api/v1/audit"] {
        unavailable(&customer.call(p, "GET", path).fault(D1_OFF).send());
    }
}
