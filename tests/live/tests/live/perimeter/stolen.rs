//! Seed 3, sections D and E, end to end: a workstation's key is stolen, and is worth nothing.

use live::{Call, Platform, shared, until};
use serde_json::{Value, json};

use super::{IN_FORCE, SHIPPED, Site};

const MACHINE: &str = "dev-ws-042.mercedes.com";

/// What the platform says of a certificate with this name.
fn certificate(name: &str, verified: &str) -> String {
    let facts = json!({
        "certPresented": "1", "certVerified": verified, "certRevoked": "0",
        "certSubjectDNRFC2253": format!("CN={name}"), "certFingerprintSHA256": "ab".repeat(32),
    });
    json!({ "tlsClientAuth": facts }).to_string()
}

/// A workstation with its key.
struct Workstation {
    site: Site,
    id: String,
    key: String,
}

impl Workstation {
    fn new(p: &Platform) -> Self {
        let site = Site::new(p);
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
        Self { site, id, key }
    }

    /// A request as the workstation sends it.
    fn call<'p>(&self, p: &'p Platform, method: &str, host: &str, path: &str) -> Call<'p> {
        let call = p.call(method, host, path).key(&self.key).header("x-hostname", MACHINE);
        let blob = certificate("davinci-ws-042.mercedes.com", "SUCCESS");
        call.header("cf-connecting-ip", "10.0.1.42").header("mf-cf-blob", &blob)
    }

    /// A checkout, with one header as the thief has it.
    fn checkout<'p>(&self, p: &'p Platform, host: &str, change: (&str, &str)) -> Call<'p> {
        let call = self.call(p, "POST", host, "/api/v1/licenses/checkout");
        let body = json!({ "license_id": self.site.license, "user": "alice@mercedes.com" });
        call.json(&body).header(change.0, change.1)
    }

    fn refusals(&self, p: &Platform) -> Vec<Value> {
        self.site.entries(p, "key.refused", &self.id)
    }
}

#[test]
fn a_stolen_key_is_refused_by_every_layer_and_each_attempt_is_seen() {
    let p = shared();
    let (alice, thief) = (Workstation::new(p), p.customer());
    let own = alice.site.tenant.id.as_str();
    let as_it_is = ("x-hostname", MACHINE);
    let lease = alice.checkout(p, own, as_it_is).send().ok(201)["lease_id"].clone();
    let back = alice.call(p, "POST", own, "/api/v1/licenses/return");
    back.json(&json!({ "lease_id": lease })).send().ok(200);

    // Elsewhere, on another machine, from another network, without the certificate, with another one, with a forged one.
    let other = certificate("thief.example", "SUCCESS");
    let forged = certificate("davinci-ws-042.mercedes.com", "FAILED:self signed certificate");
    let attempts = [
        (thief.id.as_str(), as_it_is, "wrong-host"),
        (own, ("x-hostname", "thief.example"), "hostname-not-allowed"),
        (own, ("cf-connecting-ip", "198.51.100.66"), "address-not-allowed"),
        (own, ("mf-cf-blob", "{}"), "certificate-required"),
        (own, ("mf-cf-blob", other.as_str()), "certificate-mismatch"),
        (own, ("mf-cf-blob", forged.as_str()), "certificate-invalid"),
    ];
    for (host, change, code) in attempts {
        alice.checkout(p, host, change).send().refused(403, code);
    }
    // The key checks seats out and does nothing else.
    alice.call(p, "GET", own, "/api/v1/licenses").send().refused(403, "scope-missing");
    // From inside, with all that Alice has: soon over the limit.
    let flood = (0..20).map(|_| alice.checkout(p, own, as_it_is).send());
    let stopped = flood.into_iter().find(|reply| reply.status == 429);
    stopped.expect("the limit holds").refused(429, "rate-limited");

    for layer in attempts.map(|(_, _, code)| code).iter().chain(&["rate-limited"]) {
        until(&format!("{layer} stands in the log"), SHIPPED, || {
            alice.refusals(p).iter().any(|entry| entry["detail"]["layer"] == **layer)
        });
    }
    let told = alice.refusals(p);
    let abroad = told.iter().find(|entry| entry["detail"]["layer"] == "address-not-allowed");
    assert_eq!(abroad.unwrap()["detail"]["address"], "198.51.100.66", "{abroad:?}");
    assert!(told.iter().all(|entry| !entry.to_string().contains(&alice.key)), "no secrets");
    // The thief's own log says nothing of it: it is not their key.
    let strange = thief.get(p, "/api/v1/audit?limit=200").ok(200);
    assert!(!strange.to_string().contains(&alice.id), "{strange}");
}

#[test]
fn the_owner_sees_where_a_key_was_used_and_ends_it() {
    let p = shared();
    let alice = Workstation::new(p);
    let owner = &alice.site.tenant;
    let path = format!("/api/v1/keys/{}", alice.id);
    let ask = || alice.checkout(p, &owner.id, ("x-hostname", MACHINE)).send();
    ask().ok(201);
    until("its use is shown", SHIPPED, || {
        let shown = owner.get(p, &path).ok(200)["last_use"].clone();
        (&shown["address"], &shown["hostname"]) == (&json!("10.0.1.42"), &json!(MACHINE))
    });
    assert_eq!(owner.call(p, "DELETE", &path).send().status, 204);
    until("revoked", IN_FORCE, || ask().code() == "credentials-revoked");
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
