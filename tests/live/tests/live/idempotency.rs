//! The same `Idempotency-Key`: one change, one answer.

use std::thread;

use live::{Reply, Tenant, shared};
use serde_json::{Value, json};

const GENERATE: &str = "/api/v1/licenses/generate";

fn once(tenant: &Tenant, path: &str, key: &str, body: &Value) -> Reply {
    tenant.call(shared(), "POST", path).header("idempotency-key", key).json(body).send()
}

fn order(holder: &Tenant) -> Value {
    json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" } })
}

fn issued(vendor: &Tenant) -> usize {
    vendor.get(shared(), "/api/v1/licenses").ok(200)["items"].as_array().unwrap().len()
}

#[test]
fn the_same_key_and_body_give_the_same_answer_and_another_body_none() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.tenant("customer", None, "us"));
    let first = once(&vendor, GENERATE, "order-1", &order(&holder));
    let again = once(&vendor, GENERATE, "order-1", &order(&holder));
    assert_eq!((first.status, first.json()), (201, again.ok(201)));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let mut other = order(&holder);
    other["plan"] = json!("basic");
    once(&vendor, GENERATE, "order-1", &other).refused(422, "idempotency-mismatch");
    assert_eq!(issued(&vendor), 1);
    // A key belongs to its caller and is compared whole.
    let second = once(&vendor, GENERATE, "order-2", &order(&holder)).ok(201);
    assert_ne!(second["license_id"], first.json()["license_id"]);
    once(&p.vendor(), GENERATE, "order-1", &order(&holder)).ok(201);
    assert_eq!(issued(&vendor), 2);
    once(&vendor, GENERATE, &"k".repeat(256), &order(&holder)).refused(400, "invalid-header");
}

#[test]
fn a_key_whose_request_was_refused_can_be_used_again() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let mut body = order(&holder);
    body["plan"] = json!("basic");
    once(&vendor, GENERATE, "order-1", &body).refused(404, "plan-not-found");
    let plan = json!({ "name": "Basic", "terms": {} });
    vendor.put(p, "/api/v1/plans/basic", &plan).ok(200);
    once(&vendor, GENERATE, "order-1", &body).ok(201);
}

#[test]
fn of_64_at_once_with_one_key_one_makes_the_license() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let body = order(&holder);
    let replies: Vec<Reply> = thread::scope(|scope| {
        let hands: Vec<_> =
            (0..64).map(|_| scope.spawn(|| once(&vendor, GENERATE, "order-1", &body))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let answers: Vec<_> =
        replies.iter().filter(|reply| reply.status == 201).map(Reply::json).collect();
    assert!(!answers.is_empty());
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer for all");
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(409, "idempotency-running");
        assert!(!reply.header("retry-after").is_empty());
    }
    assert_eq!(issued(&vendor), 1);
    assert_eq!(once(&vendor, GENERATE, "order-1", &body).ok(201), answers[0]);
}

#[test]
fn every_endpoint_that_takes_the_key_gives_its_answer_again() {
    let p = shared();
    let (vendor, msp) = (p.vendor(), p.msp());
    let holder = p.tenant("customer", Some(&msp), "apac");
    let license = p.license(&vendor, &holder, &json!({}));
    let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
    let at = |tail: &str| format!("/api/v1/licenses/{}{tail}", license.id);
    let tenant = |tail: &str| format!("/api/v1/tenants/{}{tail}", holder.id);
    let new =
        json!({ "tenant_id": p.name("once"), "kind": "customer", "name": "New", "region": "us" });
    let (none, device) = (Value::Null, json!({ "device_id": device }));
    let key = json!({ "app_name": "x", "scopes": ["license:read"] });
    let rows = [
        (&holder, "/api/v1/keys/generate".to_owned(), key, 201),
        (&vendor, at("/suspend"), none.clone(), 200),
        (&vendor, at("/reinstate"), none.clone(), 200),
        (&vendor, at("/renew"), json!({ "expires_at": "2090-01-01" }), 200),
        (&vendor, "/api/v1/signing-keys/rotate".to_owned(), none.clone(), 200),
        (&vendor, at("/devices/block"), device.clone(), 200),
        (&vendor, at("/devices/unblock"), device, 200),
        (&msp, "/api/v1/tenants".to_owned(), new, 201),
        (&msp, tenant("/suspend"), none.clone(), 200),
        (&msp, tenant("/reactivate"), none, 200),
    ];
    for (caller, path, body, status) in rows {
        let first = once(caller, &path, &path, &body).ok(status);
        let again = once(caller, &path, &path, &body);
        assert_eq!(
            (again.ok(status), again.header("idempotent-replayed")),
            (first, "true"),
            "{path}"
        );
    }
}
