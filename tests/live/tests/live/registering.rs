//! A company becomes a tenant by itself: it registers, proves its domain, and goes on by its own key.

use std::time::Duration;

use live::{Call, Platform, Reply, shared, until};
use serde_json::{Value, json};

/// What a company wants to be, and the address that it asks from.
pub struct Wish {
    pub id: String,
    pub domain: String,
    address: String,
}

impl Wish {
    pub fn new(p: &Platform) -> Self {
        let id = p.name("company");
        let number: u32 = id.rsplit('-').next().unwrap().parse().unwrap();
        let address = format!("2001:db8:{number:x}::1");
        Self { domain: format!("{id}.dev"), id, address }
    }

    pub fn body(&self) -> Value {
        json!({
            "company": { "name": "Acme AG", "domain": self.domain, "country": "DE", "tax_id": "DE123456789" },
            "tenant": { "id": self.id, "region": "eu-central", "plan": "enterprise" },
            "admin": { "email": format!("admin@{}", self.domain), "name": "License Administrator" }
        })
    }

    fn ask<'p>(&self, p: &'p Platform, path: &str, body: &Value) -> Call<'p> {
        let call = p.call("POST", "writ.localhost", &format!("/api/v1/tenants/{path}"));
        call.header("cf-connecting-ip", &self.address).json(body)
    }

    pub fn register(&self, p: &Platform) -> Claim {
        Claim(self.ask(p, "register", &self.body()).send().ok(201))
    }

    fn verify(&self, p: &Platform, claim: &Claim, secret: Option<&str>) -> Reply {
        let mut body = json!({ "tenant_id": self.id, "verification_token": claim.token() });
        if let Some(secret) = secret {
            body["setup_token"] = json!(secret);
        }
        self.ask(p, "verify", &body).send()
    }
}

/// The answer to a registration.
pub struct Claim(Value);

impl Claim {
    fn record(&self) -> (&str, &str) {
        let record = &self.0["verification"]["dns_record"];
        (record["name"].as_str().unwrap(), record["value"].as_str().unwrap())
    }

    fn token(&self) -> &str {
        self.record().1.strip_prefix("writ-verify=").unwrap()
    }

    fn secret(&self) -> &str {
        self.0["setup_token"].as_str().unwrap()
    }

    /// Sets the record at both resolvers.
    pub fn prove(&self, p: &Platform) {
        set(p, self.record().0, &json!({ "txt": [self.record().1] }));
    }
}

/// Sets what the resolvers say of a name.
pub fn set(p: &Platform, name: &str, record: &Value) {
    let mut body = record.clone();
    body["name"] = json!(name);
    let reply = p.outside("PUT", "/dns/records").json(&body).try_send().unwrap();
    assert_eq!(reply.status, 204, "{reply}");
}

#[test]
fn a_company_registers_proves_its_domain_and_goes_on_by_its_own_key() {
    let p = shared();
    let wish = Wish::new(p);
    let claim = wish.register(p);
    assert_eq!(claim.0["tenant_id"], json!(wish.id));
    assert_eq!(claim.0["status"], "pending_verification");
    assert_eq!(claim.record().0, format!("_writ.{}", wish.domain));
    let host = || p.call("GET", &wish.id, "/.well-known/jwks.json").send();
    host().refused(404, "unknown-host");
    let pending = wish.verify(p, &claim, Some(claim.secret())).ok(202);
    assert_eq!(pending["status"], "pending_verification");
    assert_eq!(pending["verification"], claim.0["verification"]);
    claim.prove(p);
    // What stands in DNS can be read by everybody, so it gets nobody a key.
    let strange = wish.verify(p, &claim, None).ok(200);
    assert_eq!(strange["api_key"], Value::Null);
    assert_eq!(wish.verify(p, &claim, Some("setup_guessed")).ok(200)["api_key"], Value::Null);
    let made = wish.verify(p, &claim, Some(claim.secret())).ok(200);
    assert_eq!((&made["status"], &made["tenant_id"]), (&json!("verified"), &json!(wish.id)));
    assert_eq!(
        made["admin_login"],
        json!(format!("{}/login", made["tenant_url"].as_str().unwrap()))
    );
    assert!(made["crm_id"].as_str().unwrap().starts_with("CUST-"), "{made}");
    let key = made["api_key"].as_str().unwrap();
    assert_eq!(
        wish.verify(p, &claim, Some(claim.secret())).ok(200)["api_key"],
        Value::Null,
        "once"
    );
    until("the host is in service", Duration::from_secs(10), || host().status == 200);
    let own = |path: &str| p.call("GET", &wish.id, path).key(key).send().ok(200);
    let tenant = own(&format!("/api/v1/tenants/{}", wish.id));
    assert_eq!((&tenant["name"], &tenant["region"]), (&json!("Acme AG"), &json!("eu")));
    let subscription = own("/api/v1/subscription");
    assert_eq!(
        (&subscription["plan"], &subscription["used"]["keys"]),
        (&json!("enterprise"), &json!(1))
    );
    until("the log has it", Duration::from_secs(10), || {
        own("/api/v1/audit").to_string().contains("tenant.registered")
    });
    let email = format!("admin@{}", wish.domain);
    let accept = json!({ "token": p.mailed(&email, "/login/invitation#"), "name": "Ann" });
    let entered = p.visit("POST", &wish.id, "/api/v1/invitations/accept").json(&accept).send();
    assert_eq!(entered.ok(200)["user"]["role"], "customer_admin", "{entered}");
}

#[test]
fn two_resolvers_must_see_the_record() {
    let p = shared();
    let wish = Wish::new(p);
    let claim = wish.register(p);
    let (name, value) = claim.record();
    let alias = format!("elsewhere.{}", wish.domain);
    let rows = [
        ("only one", json!({ "txt": [value], "only": "a" }), "Not all"),
        ("only the other", json!({ "txt": [value], "only": "b" }), "Not all"),
        ("another value", json!({ "txt": ["writ-verify=other", "v=spf1"] }), "not there yet"),
        ("a part of it", json!({ "txt": [&value[..20]] }), "not there yet"),
        ("no record", json!({ "txt": [] }), "not there yet"),
        ("SERVFAIL", json!({ "status": "SERVFAIL" }), "No resolver"),
        ("REFUSED", json!({ "status": "REFUSED" }), "No resolver"),
        ("an outage", json!({ "status": "DROP" }), "No resolver"),
        ("garbage", json!({ "status": "GARBAGE" }), "No resolver"),
        ("an alias to nothing", json!({ "cname": alias }), "not there yet"),
    ];
    for (row, record, detail) in rows {
        set(p, name, &record);
        let pending = wish.verify(p, &claim, None).ok(202);
        assert!(pending["detail"].as_str().unwrap().contains(detail), "{row}: {pending}");
    }
    set(p, &alias, &json!({ "txt": ["x".repeat(600), value] }));
    assert_eq!(wish.verify(p, &claim, None).ok(200)["status"], "verified", "by an alias");
}

#[test]
fn the_clock_looks_again_until_the_record_is_there() {
    let p = shared();
    let wish = Wish::new(p);
    let claim = wish.register(p);
    p.tick();
    let host = || p.call("GET", &wish.id, "/.well-known/jwks.json").send().status;
    assert_eq!(host(), 404);
    claim.prove(p);
    until("the clock sees it", Duration::from_mins(1), || {
        p.tick();
        host() == 200
    });
    let made = wish.verify(p, &claim, Some(claim.secret())).ok(200);
    assert!(made["api_key"].is_string(), "whoever registered still gets the key: {made}");
}

#[test]
fn of_several_claims_the_first_proved_wins() {
    let p = shared();
    let (squatter, owner) = (Wish::new(p), Wish::new(p));
    let owner = Wish { id: squatter.id.clone(), ..owner };
    let (early, late) = (squatter.register(p), owner.register(p));
    let same_domain = Wish { domain: owner.domain.clone(), ..Wish::new(p) };
    let third = same_domain.register(p);
    late.prove(p);
    assert_eq!(owner.verify(p, &late, None).ok(200)["status"], "verified");
    squatter.verify(p, &early, None).refused(409, "registration-ended");
    early.prove(p);
    squatter.verify(p, &early, Some(early.secret())).refused(409, "registration-ended");
    same_domain.verify(p, &third, None).refused(409, "registration-ended");
    let again = |wish: &Wish| wish.ask(p, "register", &wish.body()).send();
    again(&squatter).refused(409, "already-exists");
    again(&same_domain).refused(409, "domain-taken");
    again(&owner).refused(409, "domain-taken");
}

#[test]
fn what_cannot_be_claimed_is_refused_by_name() {
    let p = shared();
    let reasons = [
        ("localhost", "dotless"),
        ("acme", "dotless"),
        ("192.168.0.1", "address"),
        ("1.1", "address"),
        ("[2001:db8::1]", "address"),
        ("acme.dev:8443", "port"),
        ("acme.dev.", "trailing-dot"),
        ("gmail.com", "shared"),
        ("co.uk", "shared"),
        ("\u{430}cme.dev", "malformed"),
        ("https://acme.dev", "malformed"),
        ("acme..dev", "malformed"),
        ("writ.localhost", "reserved"),
        ("console.writ.localhost", "reserved"),
    ];
    for (domain, reason) in reasons {
        let wish = Wish { domain: domain.to_owned(), ..Wish::new(p) };
        let mut body = wish.body();
        body["admin"]["email"] = json!("admin@acme.dev");
        let reply = wish.ask(p, "register", &body).send();
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["reason"], reason, "{reply}");
        assert_eq!(reply.json()["errors"][0]["pointer"], "/company/domain", "{reply}");
    }
    let fields = [
        ("/tenant/id", json!("console")),
        ("/tenant/id", json!("xn--pple-43d")),
        ("/tenant/id", json!("Acme")),
        ("/tenant/region", json!("mars")),
        ("/tenant/plan", json!("gold")),
        ("/company/country", json!("Germany")),
        ("/admin/email", json!("nobody")),
        ("/company/name", json!("")),
    ];
    for (pointer, value) in fields {
        let wish = Wish::new(p);
        let mut body = wish.body();
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = wish.ask(p, "register", &body).send();
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply}");
    }
    let wish = Wish::new(p);
    let punycode = Wish { domain: format!("xn--bcher-kva.{}", wish.domain), ..wish };
    let claim = punycode.register(p);
    assert!(claim.record().0.contains("xn--bcher-kva"), "shown as it is");
    let made_up = Claim(
        json!({ "verification": { "dns_record": { "name": "", "value": "writ-verify=x" } } }),
    );
    punycode.verify(p, &made_up, None).refused(404, "registration-not-found");
    for host in ["vendors", "msp", "console", &p.customer().id] {
        let call = p.call("POST", host, "/api/v1/tenants/register").json(&punycode.body());
        call.send().refused(404, "not-found");
    }
}

#[test]
fn a_registration_ends_and_an_address_may_not_ask_without_end() {
    let vars = json!({ "PROOF_PERIOD_SECONDS": "1", "REGISTRATIONS_PER_HOUR": "3" });
    let p = &Platform::start_with("registering", &vars);
    let wish = Wish::new(p);
    let claim = wish.register(p);
    until("it ends", Duration::from_secs(30), || {
        p.tick();
        wish.verify(p, &claim, None).code() == "registration-ended"
    });
    claim.prove(p);
    wish.verify(p, &claim, Some(claim.secret())).refused(409, "registration-ended");
    let ask = |wish: &Wish| wish.ask(p, "register", &wish.body()).send();
    assert_eq!([ask(&wish).status, ask(&wish).status], [201, 201]);
    let refused = ask(&wish);
    refused.refused(429, "rate-limited");
    assert!(!refused.header("retry-after").is_empty(), "{refused}");
    let neighbour = Wish { address: wish.address.replace("::1", "::2:3"), ..Wish::new(p) };
    ask(&neighbour).refused(429, "rate-limited");
    assert_eq!(ask(&Wish::new(p)).status, 201, "another network");
}
