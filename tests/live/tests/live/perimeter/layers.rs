//! Hostname, network and certificate: allowed, refused, boundary; at every door.

use live::{shared, until};
use serde_json::{Value, json};

use super::{IN_FORCE, SHIPPED, Site, all_say, with};

#[test]
fn a_key_bound_to_machines_works_on_no_other() {
    let p = shared();
    let site = Site::new(p);
    let names = json!({ "allowed_hostnames": ["dev-ws-042.mercedes.com", "*.lab.mercedes.com"] });
    let (id, key) = site.key(p, &names);
    let refused = Some("hostname-not-allowed");
    let rows = [
        ("dev-ws-042.mercedes.com", None),
        ("DEV-WS-042.mercedes.com.", None),
        ("a.b.lab.mercedes.com", None),
        ("lab.mercedes.com", refused),
        ("dev-ws-043.mercedes.com", refused),
        ("dev-ws-042.mercedes.com.evil.example", refused),
        ("10.0.1.42", refused),
        ("nonsense name", refused),
    ];
    for (name, want) in rows {
        all_say(&with(site.doors(p, &key), &[("x-hostname", name)]), want, name);
    }
    all_say(&site.doors(p, &key), refused, "no name at all");
    until("the refusals stand in the log", SHIPPED, || {
        let entries = site.entries(p, "key.refused", &id);
        entries.iter().any(|entry| entry["detail"]["layer"] == "hostname-not-allowed")
    });
    let shown = site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200);
    assert_eq!(shown["restrictions"]["allowed_hostnames"], names["allowed_hostnames"]);
}

#[test]
fn a_key_bound_to_networks_works_from_no_other_whatever_headers_say() {
    let p = shared();
    let site = Site::new(p);
    let (_, key) = site.key(p, &json!({ "allowed_ip_ranges": ["10.0.0.0/8", "2001:db8::/33"] }));
    let refused = Some("address-not-allowed");
    let rows = [
        ("10.0.0.0", None),
        ("10.255.255.255", None),
        ("::ffff:10.0.1.42", None),
        ("2001:db8:7fff::1", None),
        ("9.255.255.255", refused),
        ("11.0.0.0", refused),
        ("2001:db8:8000::", refused),
        ("nonsense", refused),
    ];
    for (address, want) in rows {
        all_say(&with(site.doors(p, &key), &[("cf-connecting-ip", address)]), want, address);
    }
    let lies = [
        ("x-forwarded-for", "10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("true-client-ip", "10.0.0.1"),
    ];
    all_say(&with(site.doors(p, &key), &lies), refused, "told by a header");
}

/// What the platform says of a connection's certificate.
fn certificate(change: &Value) -> String {
    let mut facts = json!({
        "certPresented": "1", "certVerified": "SUCCESS", "certRevoked": "0",
        "certSubjectDNRFC2253": "CN=davinci-ws-042.mercedes.com,O=Mercedes\\, AG,C=DE",
        "certFingerprintSHA256": "AB".repeat(32),
    });
    facts.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({ "tlsClientAuth": facts }).to_string()
}

#[test]
fn a_key_that_wants_a_certificate_wants_the_right_one() {
    let p = shared();
    let site = Site::new(p);
    let pin = ["ab"; 32].join(":");
    let demands = json!({
        "require_mtls": true, "client_cert_cn": "davinci-ws-042.mercedes.com", "client_cert_fingerprints": [pin],
    });
    let (_, key) = site.key(p, &demands);
    let (invalid, mismatch) = (Some("certificate-invalid"), Some("certificate-mismatch"));
    let rows = [
        (json!({}), None),
        (json!({ "certPresented": "0" }), Some("certificate-required")),
        (json!({ "certVerified": "FAILED:self signed certificate" }), invalid),
        (json!({ "certVerified": "NONE" }), invalid),
        (json!({ "certRevoked": "1" }), invalid),
        (json!({ "certSubjectDNRFC2253": "CN=davinci-ws-043.mercedes.com" }), mismatch),
        (json!({ "certSubjectDNRFC2253": "O=x\\,CN=davinci-ws-042.mercedes.com" }), mismatch),
        (json!({ "certFingerprintSHA256": "cd".repeat(32) }), mismatch),
    ];
    for (change, want) in rows {
        let blob = certificate(&change);
        all_say(&with(site.doors(p, &key), &[("mf-cf-blob", &blob)]), want, &blob);
    }
    all_say(&site.doors(p, &key), Some("certificate-required"), "no certificate");
    let facts = certificate(&json!({}));
    for name in ["tlsclientauth", "cf-tls-client-auth", "client-cert", "cf-client-cert"] {
        all_say(&with(site.doors(p, &key), &[(name, &facts)]), Some("certificate-required"), name);
    }
}

#[test]
fn a_key_is_restricted_later_and_everywhere_soon() {
    let p = shared();
    let site = Site::new(p);
    let (id, key) = site.key(p, &json!({}));
    all_say(&site.doors(p, &key), None, "plain");
    let path = format!("/api/v1/keys/{id}/restrictions");
    let narrow = json!({ "allowed_ip_ranges": ["203.0.113.0/24"] });
    let shown = site.tenant.post(p, &path, &narrow).ok(200);
    assert_eq!(shown["restrictions"], narrow);
    for call in site.doors(p, &key) {
        until("restricted", IN_FORCE, || call.send().code() == "address-not-allowed");
    }
    all_say(&with(site.doors(p, &key), &[("cf-connecting-ip", "203.0.113.7")]), None, "from there");
    assert!(site.tenant.post(p, &path, &json!({})).ok(200)["restrictions"].is_null());
    for call in site.doors(p, &key) {
        until("free again", IN_FORCE, || call.send().status < 300);
    }
    until("both changes stand in the log", SHIPPED, || {
        let entries = site.entries(p, "key.restricted", &id);
        entries.len() == 2
            && entries[0]["detail"]["before"]["restrictions"] == narrow
            && entries[1]["detail"]["after"]["restrictions"] == narrow
    });
}

#[test]
fn ranges_that_say_something_else_than_they_seem_are_pointed_at() {
    let p = shared();
    let tenant = p.customer();
    let rows = [
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("::/0", "every address"),
        ("0.0.0.0/0", "every address"),
        ("10.0.0.0/33", "is not an address range"),
        ("mercedes.com", "is not an address range"),
    ];
    for (range, reason) in rows {
        let body = json!({ "app_name": "x", "scopes": ["license:read"], "allowed_ip_ranges": ["10.0.0.0/8", range] });
        let reply = tenant.post(p, "/api/v1/keys/generate", &body);
        reply.refused(422, "invalid-request");
        let error = &reply.json()["errors"][0];
        assert_eq!(error["pointer"], "/allowed_ip_ranges/1", "{reply}");
        assert!(error["detail"].as_str().unwrap().contains(reason), "{reply}");
    }
}
