//! Borrowed seats: a signed lease that verifies with the root alone, and a receipt when it comes back.

use domain::time::Millis;
use license::keys::PublicKey;
use license::lease::{LeaseClaims, Phase};
use license::receipt::ReceiptClaims;
use license::ring::KeyRing;
use live::{Licensed, Reply, Tenant, shared};
use serde_json::{Value, json};
use wire::time::Instant;

/// A license that lends, its holder, and what a verifier without a network has.
struct Pool {
    holder: Tenant,
    license: Licensed,
    ring: KeyRing,
}

impl Pool {
    fn new(commit: u32, floating: &Value) -> Self {
        let p = shared();
        let (vendor, holder) = (p.vendor(), p.customer());
        let license = p.seats(&vendor, &holder, (commit, 0), floating);
        let pem = p.call("GET", &holder.id, "/.well-known/writ-root.pem").send();
        let ring = KeyRing::new([PublicKey::from_pem(&pem.text()).unwrap()]);
        Self { holder, license, ring }
    }

    fn lending(commit: u32) -> Self {
        Self::new(commit, &json!({ "borrow_max_seconds": 86_400 }))
    }

    fn body(&self, more: &Value) -> Value {
        let mut body = json!({ "license_id": self.license.id });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    fn borrow(&self, more: &Value) -> Reply {
        self.holder.post(shared(), "/api/v1/licenses/borrow", &self.body(more))
    }

    fn path(&self, tail: &str) -> String {
        format!("/api/v1/pools/{}{tail}", self.license.id)
    }

    fn view(&self) -> Value {
        self.holder.get(shared(), &self.path("")).ok(200)
    }

    fn lease(&self, answer: &Value) -> LeaseClaims {
        LeaseClaims::verify(text(answer, "lease"), &self.ring, instant(answer, "started_at"))
            .unwrap()
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name}: {body}"))
}

fn instant(body: &Value, name: &str) -> Millis {
    Instant::parse(text(body, name)).unwrap().0
}

#[test]
fn a_borrowed_seat_verifies_offline_and_is_counted_in_the_pool() {
    let pool = Pool::lending(2);
    let asked = json!({ "user": "ada", "host": "ws-1", "features": ["color"], "seconds": 3600 });
    let answer = pool.borrow(&asked).ok(201);
    assert_eq!((&answer["borrowed"], &answer["ttl"]), (&json!(true), &json!(3600)), "{answer}");
    let claims = pool.lease(&answer);
    assert_eq!(claims.sub.as_str(), text(&answer, "lease_id"));
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), ("writ", "davinci"));
    assert_eq!(claims.exp, instant(&answer, "expires_at").seconds());
    assert_eq!(claims.writ.code.as_str(), pool.license.code);
    assert_eq!(claims.writ.holder.as_str(), pool.holder.id);
    assert_eq!(
        (claims.writ.user.as_deref(), claims.writ.host.as_deref()),
        (Some("ada"), Some("ws-1"))
    );
    assert_eq!((claims.writ.commit, claims.writ.overage), (1, 0));
    assert_eq!(claims.writ.features, ["color"]);
    let end = Millis::from_seconds(claims.exp);
    assert_eq!((claims.phase(end.plus(-1)), claims.phase(end)), (Phase::Running, Phase::Over));
    let view = pool.view();
    assert_eq!((&view["held"]["commit"], &view["borrowed"]), (&json!(1), &json!(1)), "{view}");
}

#[test]
fn a_repeated_borrow_gives_the_same_bytes_and_takes_one_seat() {
    let p = shared();
    let pool = Pool::lending(2);
    let body = pool.body(&json!({ "seconds": 3600 }));
    let call = pool.holder.call(p, "POST", "/api/v1/licenses/borrow").json(&body);
    let call = call.header("idempotency-key", "run-1");
    let (first, again) = (call.send(), call.send());
    assert_eq!(first.ok(201), again.ok(201));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(pool.view()["borrowed"], 1);
}

#[test]
fn an_early_return_frees_the_seat_and_gives_a_receipt() {
    let p = shared();
    let pool = Pool::lending(1);
    let answer = pool.borrow(&json!({ "seconds": 3600 })).ok(201);
    pool.borrow(&json!({ "seconds": 3600 })).refused(409, "no-seat-free");
    let named = json!({ "lease_id": answer["lease_id"] });
    let call = pool.holder.call(p, "POST", "/api/v1/licenses/return").json(&named);
    let call = call.header("idempotency-key", "run-2");
    let told = call.send().ok(200);
    let at = instant(&told, "returned_at");
    let receipt = ReceiptClaims::verify(text(&told, "receipt"), &pool.ring, at).unwrap();
    assert_eq!(receipt.sub.as_str(), text(&answer, "lease_id"));
    assert_eq!(receipt.writ.license_id.as_str(), pool.license.id);
    assert_eq!((receipt.writ.returned_at, receipt.writ.held_until), (at.seconds(), None));
    assert_eq!(call.send().ok(200), told, "a repeat gets the same bytes");
    assert_eq!(pool.view()["borrowed"], 0);
    // A seat that was only checked out gives no receipt.
    let checkout = pool.body(&json!({}));
    let lease = pool.holder.post(p, "/api/v1/licenses/checkout", &checkout).ok(201);
    let named = json!({ "lease_id": lease["lease_id"] });
    let told = pool.holder.post(p, "/api/v1/licenses/return", &named).ok(200);
    assert_eq!(told["receipt"], Value::Null, "{told}");
}

#[test]
fn license_and_rules_say_how_much_is_lent_and_for_how_long() {
    let pool = Pool::lending(3);
    let long = pool.borrow(&json!({ "seconds": 86_401 }));
    long.refused(422, "borrow-too-long");
    assert_eq!(long.json()["max_seconds"], 86_400, "{long}");
    let rules = json!({ "version": 0, "borrow": { "keep_back": 2 } });
    pool.holder.put(shared(), &pool.path("/rules"), &rules).ok(200);
    pool.borrow(&json!({ "seconds": 60 })).ok(201);
    let kept = pool.borrow(&json!({ "seconds": 60 }));
    kept.refused(409, "borrow-keeps-back");
    assert_eq!(kept.json()["limit"], 1, "{kept}");
    // What is kept back can still be checked out.
    pool.holder.post(shared(), "/api/v1/licenses/checkout", &pool.body(&json!({}))).ok(201);
    let never = Pool::new(1, &json!({}));
    never.borrow(&json!({ "seconds": 60 })).refused(409, "borrow-not-allowed");
    let rows = [
        (json!({}), ""),
        (json!({ "seconds": 0 }), "/seconds"),
        (json!({ "until": "2020-01-01" }), "/until"),
        (json!({ "seconds": 1, "until": "2100-01-01" }), ""),
        (json!({ "seconds": 1, "ttl": 1 }), "/ttl"),
    ];
    for (more, pointer) in rows {
        let reply = pool.borrow(&more);
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply}");
    }
}

#[test]
fn an_administrator_takes_back_the_seat_of_a_lost_device() {
    let p = shared();
    let pool = Pool::lending(1);
    let key = p.key_of(&pool.holder.id, &json!({ "scopes": ["license:checkout"] }));
    let worker = Tenant { id: pool.holder.id.clone(), key };
    let ask = pool.body(&json!({ "seconds": 86_400, "device": "9f2c" }));
    let answer = worker.post(p, "/api/v1/licenses/borrow", &ask).ok(201);
    pool.borrow(&json!({ "seconds": 60 })).refused(409, "no-seat-free");
    let release = json!({ "lease_id": answer["lease_id"], "reason": "the laptop is lost" });
    let told = pool.holder.post(p, &pool.path("/release"), &release).ok(200);
    assert_eq!((&told["held_until"], &told["receipt"]), (&Value::Null, &Value::Null), "{told}");
    pool.borrow(&json!({ "seconds": 60 })).ok(201);
    // Offline the lost text stays genuine until its end: nobody can reach it.
    assert_eq!(pool.lease(&answer).writ.device.as_deref(), Some("9f2c"));
}
