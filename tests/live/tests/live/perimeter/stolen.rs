//! Seed 3, sections D and E, end to end: a workstation's key is stolen, and is worth nothing.

use live::{Call, shared, until};
use serde_json::{Value, json};

use super::{IN_FORCE, SHIPPED, Site};

const MACHINE: &str = "dev-ws-042.mercedes.com";

/// The workstation's own headers.
fn workstation() -> Vec<(&'static str, String)> {
    let facts = json!({
        "certPresented": "1", "certVerified": "SUCCESS", "certRevoked": "0",
        "certSubjectDNRFC2253": "CN=davinci-ws-042.mercedes.com", "certFingerprintSHA256": "ab".repeat(32),
    });
    vec![
        ("x-hostname", MACHINE.to_owned()),
        ("cf-connecting-ip", "10.0.1.42".to_owned()),
        ("mf-cf-blob", json!({ "tlsClientAuth": facts }).to_string()),
    ]
}

#[test]
fn a_stolen_key_is_refused_by_every_layer_and_each_attempt_is_seen() {
    let p = shared();
    let (site, thief) = (Site::new(p), p.customer());
    let (id, key) = site.key(
        p,
        &json!({
            "app_name": "DaVinci Workstation 042", "app_type": "desktop",
            "scopes": ["license:checkout", "license:return"],
            "allowed_hostnames": [MACHINE], "allowed_ip_ranges": ["10.0.0.0/8", "203.0.113.0/24"],
            "require_mtls": true, "client_cert_cn": "davinci-ws-042.mercedes.com",
            "rate_limits": { "checkouts_per_minute": 5, "checkouts_per_hour": 1000 },
        }),
    );
    let checkout = |host: &str, change: &[(&str, &str)]| -> Call<'_> {
        let call = p.call("POST", host, "/api/v1/licenses/checkout").key(&key);
        let mut call =
            call.json(&json!({ "license_id": site.license, "user": "alice@mercedes.com" }));
        for (name, value) in workstation() {
            call = call.header(name, &value);
        }
        change.iter().fold(call, |call, (name, value)| call.header(name, value))
    };
    // Alice works.
    let lease = checkout(&site.tenant.id, &[]).send().ok(201)["lease_id"].clone();
    let back = p.call("POST", &site.tenant.id, "/api/v1/licenses/return").key(&key);
    let back = workstation().iter().fold(back, |call, (name, value)| call.header(name, value));
    back.json(&json!({ "lease_id": lease })).send().ok(200);
    // The thief tries: elsewhere, on another machine, from another network, without the certificate, with another one.
    let own = site.tenant.id.as_str();
    let other = r#"{"tlsClientAuth":{"certPresented":"1","certVerified":"SUCCESS","certRevoked":"0","certSubjectDNRFC2253":"CN=evil"}}"#;
    let forged = r#"{"tlsClientAuth":{"certPresented":"1","certVerified":"FAILED:self signed","certRevoked":"0","certSubjectDNRFC2253":"CN=davinci-ws-042.mercedes.com"}}"#;
    let attempts: [(&str, &[(&str, &str)], &str); 6] = [
        (thief.id.as_str(), &[], "wrong-host"),
        (own, &[("x-hostname", "thief.example")], "hostname-not-allowed"),
        (own, &[("cf-connecting-ip", "198.51.100.66")], "address-not-allowed"),
        (own, &[("mf-cf-blob", "{}")], "certificate-required"),
        (own, &[("mf-cf-blob", other)], "certificate-mismatch"),
        (own, &[("mf-cf-blob", forged)], "certificate-invalid"),
    ];
    for (host, change, code) in attempts {
        checkout(host, change).send().refused(403, code);
    }
    // Scopes: the key checks seats out and nothing else.
    let read = p.call("GET", own, "/api/v1/licenses").key(&key);
    let read = workstation().iter().fold(read, |call, (name, value)| call.header(name, value));
    read.send().refused(403, "scope-missing");
    // From inside, with all that Alice has: soon over the limit.
    let flood = (0..20).map(|_| checkout(own, &[]).send()).find(|reply| reply.status == 429);
    flood.expect("the limit holds").refused(429, "rate-limited");
    let layers = attempts.iter().map(|(_, _, code)| *code).chain(["rate-limited"]);
    for layer in layers {
        until(&format!("{layer} stands in the log"), SHIPPED, || {
            let entries = site.entries(p, "key.refused", &id);
            entries
                .iter()
                .any(|entry| entry["detail"]["layer"] == layer && entry["detail"]["count"] != 0)
        });
    }
    let entries = site.entries(p, "key.refused", &id);
    let abroad =
        entries.iter().find(|entry| entry["detail"]["layer"] == "address-not-allowed").unwrap();
    assert_eq!(abroad["detail"]["address"], "198.51.100.66", "{abroad}");
    assert!(entries.iter().all(|entry| !entry.to_string().contains(&key)), "no secrets");
    // The thief's own log says nothing of it: it is not their key.
    let strange = thief.get(p, "/api/v1/audit?limit=200").ok(200);
    assert!(!strange.to_string().contains(&id), "{strange}");
    // The customer looks at the key, and ends it.
    let shown = site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200);
    assert_eq!(shown["last_use"]["address"], "10.0.1.42", "{shown}");
    let end = site.tenant.call(p, "DELETE", &format!("/api/v1/keys/{id}")).json(&Value::Null);
    assert_eq!(end.send().status, 204);
    until("revoked", IN_FORCE, || checkout(own, &[]).send().code() == "credentials-revoked");
}

#[test]
fn a_flood_of_refusals_makes_one_entry_a_minute() {
    let p = shared();
    let site = Site::new(p);
    let (id, key) = site.key(p, &json!({ "allowed_ip_ranges": ["10.0.0.0/8"] }));
    let call = p.call("GET", &site.tenant.id, "/api/v1/licenses").key(&key);
    for _ in 0..50 {
        call.send().refused(403, "address-not-allowed");
    }
    until("an entry", SHIPPED, || !site.entries(p, "key.refused", &id).is_empty());
    assert_eq!(site.entries(p, "key.refused", &id).len(), 1);
}
