//! A tenant's own domain: proved by DNS, requested at the platform, in service, and out of it.

use std::time::Duration;

use live::{Platform, Reply, Tenant, shared, until};
use serde_json::{Value, json};

use crate::registering::set;

/// A domain of a tenant.
struct Domain<'p> {
    p: &'p Platform,
    tenant: Tenant,
    host: String,
}

impl<'p> Domain<'p> {
    fn new(p: &'p Platform) -> Self {
        let host = format!("licenses.{}.dev", p.name("domain"));
        Self::of(p, p.customer(), host)
    }

    fn of(p: &'p Platform, tenant: Tenant, host: String) -> Self {
        let made = tenant.post(p, "/api/v1/hostnames", &json!({ "host": host })).ok(201);
        assert_eq!((&made["host"], &made["state"]), (&json!(host), &json!("pending_proof")));
        Self { p, tenant, host }
    }

    fn path(&self, tail: &str) -> String {
        format!("/api/v1/hostnames/{}{tail}", self.host)
    }

    fn view(&self) -> Value {
        self.tenant.get(self.p, &self.path("")).ok(200)
    }

    fn verify(&self) -> Value {
        self.tenant.post(self.p, &self.path("/verify"), &Value::Null).ok(200)
    }

    /// Asks for the next step until the domain is there. The clock of other tests takes steps as well, so that one may be
    /// seen half way.
    #[track_caller]
    fn goes_to(&self, state: &str, reason: Option<&str>) {
        until(&format!("{state} {reason:?}"), Duration::from_secs(5), || {
            let view = self.verify();
            let there = view["state"] == state && view["reason"] == json!(reason);
            if !there {
                // Looks are limited.
                std::thread::sleep(Duration::from_millis(200));
            }
            there
        });
    }

    /// The value of the record for `purpose`.
    fn record(&self, purpose: &str) -> Option<String> {
        let view = self.view();
        let records = view["dns_records"].as_array().unwrap();
        let found = records.iter().find(|record| record["purpose"] == purpose)?;
        found["value"].as_str().map(str::to_owned)
    }

    /// Sets the proofs of these domains, which have the same name.
    fn prove(&self, others: &[&Self]) {
        let values: Vec<_> =
            [self].iter().chain(others).map(|it| it.record("proof").unwrap()).collect();
        set(self.p, &format!("_writ.{}", self.host), &json!({ "txt": values }));
    }

    /// Tells the platform what has happened to the domain.
    fn platform(&self, body: &Value) {
        let path = format!("/cloudflare/_test/{}", self.host);
        let reply = self.p.outside("PUT", &path).json(body).try_send().unwrap();
        assert_eq!(reply.status, 204, "{reply}");
    }

    fn at_platform(&self) -> Value {
        let path = format!("/cloudflare/_test/{}", self.host);
        self.p.outside("GET", &path).try_send().unwrap().json()
    }

    fn answer(&self) -> Reply {
        self.p.call("GET", &self.host, "/.well-known/jwks.json").send()
    }
}

#[test]
fn a_domain_is_proved_requested_validated_served_and_removed() {
    let p = shared();
    let ours = Domain::new(p);
    let theirs = Domain::of(p, p.customer(), ours.host.clone());
    assert_eq!(ours.record("routing"), Some(format!("{}.writ.localhost", ours.tenant.id)));
    assert_ne!(ours.record("proof"), theirs.record("proof"), "a proof is of one tenant");
    ours.goes_to("pending_proof", None);
    ours.prove(&[]);
    theirs.goes_to("pending_proof", None);
    ours.goes_to("pending_validation", None);
    assert!(ours.record("ownership").is_some() && ours.record("certificate").is_some());
    ours.answer().refused(404, "unknown-host");
    ours.platform(&json!({ "status": "active" }));
    ours.goes_to("pending_validation", None);
    ours.platform(&json!({ "ssl_status": "active" }));
    ours.goes_to("active", None);
    until("the domain answers", Duration::from_secs(10), || ours.answer().status == 200);
    let own = format!("/api/v1/tenants/{}", ours.tenant.id);
    p.call("GET", &ours.host, &own).key(&ours.tenant.key).send().ok(200);
    let call = p.call("GET", &ours.host, &own).key(&theirs.tenant.key);
    call.send().refused(403, "wrong-host");
    ours.prove(&[&theirs]);
    theirs.goes_to("failed", Some("taken"));
    theirs.tenant.call(p, "DELETE", &theirs.path("")).send().ok(204);
    assert_eq!(ours.answer().status, 200, "what others give up is not ours");
    ours.tenant.call(p, "DELETE", &ours.path("")).send().ok(204);
    let took =
        until("it is out of service", Duration::from_secs(8), || ours.answer().status == 404);
    assert!(took < Duration::from_secs(6), "{took:?}");
    until("it is off the platform and forgotten", Duration::from_secs(10), || {
        ours.tenant.get(p, &ours.path("")).status == 404
    });
    assert_eq!(ours.at_platform()["hostname"], Value::Null);
    let log = || ours.tenant.get(p, "/api/v1/audit").ok(200).to_string();
    for action in ["added", "proved", "active", "removing", "removed"] {
        until(action, Duration::from_secs(10), || log().contains(&format!("hostname.{action}")));
    }
}

#[test]
fn the_clock_takes_every_step_by_itself() {
    let p = shared();
    let domain = Domain::new(p);
    domain.prove(&[]);
    let reached = |want: &str| {
        until(want, Duration::from_mins(1), || {
            p.tick();
            domain.view()["state"] == want
        });
    };
    reached("pending_validation");
    domain.platform(&json!({ "status": "active", "ssl_status": "active" }));
    reached("active");
    until("the domain answers", Duration::from_secs(10), || domain.answer().status == 200);
}

#[test]
fn what_the_platform_cannot_do_now_is_tried_again() {
    let p = shared();
    let domain = Domain::new(p);
    domain.prove(&[]);
    domain.platform(&json!({ "full": true }));
    domain.goes_to("requested", Some("quota"));
    domain.platform(&json!({ "full": false, "answer": 503 }));
    domain.goes_to("requested", Some("unreachable"));
    domain.platform(&json!({ "answer": 429, "retry_after": 120 }));
    domain.goes_to("requested", Some("unreachable"));
    domain.platform(&json!({ "answer": null }));
    domain.goes_to("pending_validation", None);
    domain.platform(&json!({ "ssl_status": "validation_timed_out" }));
    domain.goes_to("pending_validation", None);
    assert_ne!(domain.at_platform()["patched"], 0, "the validation is begun again");
    domain.platform(&json!({ "errors": ["custom hostname does not CNAME to this zone."] }));
    assert!(domain.verify()["errors"][0].as_str().unwrap().contains("CNAME"));
}

#[test]
fn a_domain_that_the_platform_drops_is_asked_for_again() {
    let p = shared();
    let domain = Domain::new(p);
    domain.prove(&[]);
    domain.goes_to("pending_validation", None);
    domain.platform(&json!({ "drop": true }));
    domain.goes_to("pending_validation", None);
    until("it is made again", Duration::from_secs(10), || domain.at_platform()["made"] == 2);
    domain.platform(&json!({ "status": "active", "ssl_status": "active" }));
    domain.goes_to("active", None);
    domain.platform(&json!({ "drop": true, "status": "pending", "ssl_status": "initializing" }));
    domain.goes_to("pending_validation", None);
    until("it is out of service", Duration::from_secs(8), || domain.answer().status == 404);
    until("it is made again", Duration::from_secs(10), || domain.at_platform()["made"] == 3);
}

#[test]
fn a_domain_that_is_refused_is_given_up_until_it_is_asked_for_again() {
    let p = shared();
    let domain = Domain::new(p);
    domain.prove(&[]);
    domain.platform(&json!({ "refuse": true }));
    domain.goes_to("failed", Some("refused"));
    domain.platform(&json!({ "refuse": false }));
    domain.goes_to("pending_validation", None);
    domain.platform(&json!({ "status": "blocked" }));
    domain.goes_to("failed", Some("refused"));
}

#[test]
fn a_certificate_of_ones_own_goes_to_the_platform_and_its_key_nowhere_else() {
    let p = shared();
    let domain = Domain::new(p);
    let key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LW9mLXRoZS1jZXJ0aWZpY2F0ZQ==\n-----END PRIVATE KEY-----\n";
    let pem =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let put = |certificate: &str| {
        let body = json!({ "certificate": certificate, "private_key": key });
        domain.tenant.put(p, &domain.path("/certificate"), &body)
    };
    put(&pem("AA==")).refused(409, "hostname-not-ready");
    domain.prove(&[]);
    domain.goes_to("pending_validation", None);
    put(&pem("MISMATCH")).refused(422, "certificate-refused");
    put(key).refused(422, "invalid-request");
    put(&pem("AA==")).ok(200);
    assert_eq!(domain.at_platform()["hostname"]["ssl"]["type"], "custom");
    let told =
        [domain.view(), domain.tenant.get(p, "/api/v1/audit").ok(200)].map(|it| it.to_string());
    let log = std::fs::read_to_string(p.state().with_file_name("platform.log")).unwrap();
    assert!(told.iter().chain([&log]).all(|text| !text.contains("c2VjcmV0")), "the key is kept");
}

#[test]
fn what_is_no_domain_of_ones_own_is_refused_by_name() {
    let p = shared();
    let tenant = p.customer();
    let rows = [
        ("licenses", "dotless"),
        ("10.0.0.1", "address"),
        ("licenses.acme.dev:443", "port"),
        ("licenses.acme.dev.", "trailing-dot"),
        ("*.acme.dev", "malformed"),
        ("b\u{fc}cher.dev", "malformed"),
        ("other.writ.localhost", "reserved"),
        ("writ.localhost", "reserved"),
        ("github.io", "shared"),
    ];
    for (host, reason) in rows {
        let reply = tenant.post(p, "/api/v1/hostnames", &json!({ "host": host }));
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["reason"], reason, "{reply}");
    }
    let domain = Domain::new(p);
    let again = json!({ "host": domain.host.to_uppercase() });
    domain.tenant.post(p, "/api/v1/hostnames", &again).refused(409, "already-exists");
    tenant.get(p, &domain.path("")).refused(404, "hostname-not-found");
    assert_eq!(tenant.get(p, "/api/v1/hostnames").ok(200)["items"], json!([]));
    let listed = domain.tenant.get(p, "/api/v1/hostnames").ok(200);
    assert_eq!(listed["items"][0]["host"], json!(domain.host));
}
