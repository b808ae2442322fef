//! Floating seats: never one more than there are, and every one comes back.

use std::thread;
use std::time::Duration;

use live::{Licensed, Platform, Reply, Tenant, shared, until};
use serde_json::{Value, json};

/// The staleness bound, and a second for the way.
const WARM: Duration = Duration::from_secs(6);
/// Longer than anything here lasts by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A license with seats and its holder.
struct Pool {
    vendor: Tenant,
    holder: Tenant,
    license: Licensed,
}

impl Pool {
    fn new(commit: u32, overage: u32, floating: &Value) -> Self {
        let p = shared();
        let (vendor, holder) = (p.vendor(), p.customer());
        let license = p.seats(&vendor, &holder, (commit, overage), floating);
        Self { vendor, holder, license }
    }

    fn ask(&self, more: &Value) -> Value {
        let mut body = json!({ "license_id": self.license.id });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    fn checkout(&self, more: &Value) -> Reply {
        self.holder.post(shared(), "/api/v1/licenses/checkout", &self.ask(more))
    }

    fn lease(&self, more: &Value) -> String {
        id(&self.checkout(more).ok(201), "lease_id")
    }

    fn give_back(&self, lease: &str) -> Reply {
        self.holder.post(shared(), "/api/v1/licenses/return", &json!({ "lease_id": lease }))
    }

    fn come_back(&self, ticket: &str) -> Reply {
        self.holder.post(shared(), "/api/v1/licenses/checkout", &json!({ "ticket": ticket }))
    }

    fn path(&self, tail: &str) -> String {
        format!("/api/v1/pools/{}{tail}", self.license.id)
    }

    fn view(&self) -> Value {
        self.holder.get(shared(), &self.path("")).ok(200)
    }

    fn rule(&self, rules: &Value) -> Reply {
        self.holder.put(shared(), &self.path("/rules"), rules)
    }

    /// Seats held: within the price and above it.
    fn held(&self) -> (u64, u64) {
        let held = self.view()["held"].clone();
        (held["commit"].as_u64().unwrap(), held["overage"].as_u64().unwrap())
    }
}

fn id(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn another_key(p: &Platform, tenant: &Tenant) -> Tenant {
    let key = p.key_of(&tenant.id, &json!({ "scopes": ["license:checkout", "license:return"] }));
    Tenant { id: tenant.id.clone(), key }
}

#[test]
fn seats_within_the_price_go_first_then_those_above_it_then_none() {
    let pool = Pool::new(2, 1, &json!({}));
    for _ in 0..2 {
        let lease = pool.checkout(&json!({ "user": "ada", "host": "ws-1", "ttl": 600 })).ok(201);
        assert_eq!((&lease["type"], &lease["user"]), (&json!("commit"), &json!("ada")), "{lease}");
        assert_eq!((&lease["ttl"], &lease["overage_cost"]), (&json!(600), &Value::Null), "{lease}");
    }
    let lease = pool.checkout(&json!({})).ok(201);
    let price = json!({ "amount": 50_025, "currency": "EUR" });
    assert_eq!((&lease["type"], &lease["overage_cost"]), (&json!("overage"), &price), "{lease}");
    let reply = pool.checkout(&json!({}));
    reply.refused(409, "no-seat-free");
    let told = reply.json();
    for (name, want) in [("commit", 2), ("max_overage", 1), ("held", 3)] {
        assert_eq!(told[name], want, "{name}: {told}");
    }
    assert!(id(&told, "detail").contains(&pool.holder.id), "who can help: {told}");
    let retry: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&retry), "{retry}");
    assert!(told["next_free_at"].is_string(), "{told}");
    assert_eq!(pool.held(), (2, 1));
}

#[test]
fn a_returned_seat_is_free_and_a_returned_lease_is_over() {
    let p = shared();
    let pool = Pool::new(1, 0, &json!({}));
    let lease = pool.lease(&json!({}));
    pool.checkout(&json!({})).refused(409, "no-seat-free");
    let told = pool.give_back(&lease).ok(200);
    assert_eq!((&told["lease_id"], &told["held_until"]), (&json!(lease), &Value::Null), "{told}");
    let reply = pool.give_back(&lease);
    reply.refused(409, "lease-ended");
    assert_eq!(reply.json()["ended_at"], told["returned_at"], "{reply}");
    let extend = json!({ "lease_id": lease });
    pool.holder.post(p, "/api/v1/licenses/extend", &extend).refused(409, "lease-ended");
    pool.lease(&json!({}));
    let nobodys = format!("{}{}", &lease[..lease.len() - 16], "0".repeat(16));
    pool.give_back(&nobodys).refused(404, "lease-not-found");
}

#[test]
fn a_lease_belongs_to_the_key_that_it_was_checked_out_with() {
    let p = shared();
    let pool = Pool::new(2, 0, &json!({}));
    let lease = json!({ "lease_id": pool.lease(&json!({})) });
    let other = another_key(p, &pool.holder);
    other.post(p, "/api/v1/licenses/return", &lease).refused(403, "lease-not-yours");
    other.post(p, "/api/v1/licenses/extend", &lease).refused(403, "lease-not-yours");
    let stranger = p.customer();
    stranger.post(p, "/api/v1/licenses/return", &lease).refused(404, "lease-not-found");
    assert_eq!(pool.held(), (1, 0));
}

#[test]
fn a_repeated_checkout_gives_the_same_lease_and_takes_one_seat() {
    let p = shared();
    let pool = Pool::new(3, 0, &json!({}));
    let once = |path: &str, key: &str, body: &Value| {
        pool.holder.call(p, "POST", path).header("idempotency-key", key).json(body).send()
    };
    let checkout = "/api/v1/licenses/checkout";
    let first = once(checkout, "run-1", &pool.ask(&json!({}))).ok(201);
    let again = once(checkout, "run-1", &pool.ask(&json!({})));
    assert_eq!(again.ok(201), first);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(pool.held(), (1, 0));
    once(checkout, "run-1", &pool.ask(&json!({ "quantity": 2 })))
        .refused(422, "idempotency-mismatch");
    once(checkout, &"k".repeat(256), &pool.ask(&json!({}))).refused(400, "invalid-header");
    let named = json!({ "lease_id": first["lease_id"] });
    let given = once("/api/v1/licenses/return", "run-2", &named).ok(200);
    let again = once("/api/v1/licenses/return", "run-2", &named);
    assert_eq!((again.ok(200), again.header("idempotent-replayed")), (given, "true"));
    assert_eq!(pool.held(), (0, 0));
}

#[test]
fn of_64_at_once_with_one_key_one_takes_a_seat() {
    let p = shared();
    let pool = Pool::new(64, 0, &json!({}));
    let body = pool.ask(&json!({}));
    let call = pool.holder.call(p, "POST", "/api/v1/licenses/checkout").json(&body);
    let call = call.header("idempotency-key", "run-1");
    let leases: Vec<Value> = thread::scope(|scope| {
        let hands: Vec<_> = (0..64).map(|_| scope.spawn(|| call.send().ok(201))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert!(leases.iter().all(|lease| *lease == leases[0]), "one lease for all");
    assert_eq!(pool.held(), (1, 0));
}

#[test]
fn of_64_at_once_exactly_8_get_the_5_and_3_seats() {
    let pool = Pool::new(5, 3, &json!({}));
    let replies: Vec<Reply> = thread::scope(|scope| {
        let ask = |n: u32| {
            let pool = &pool;
            scope.spawn(move || pool.checkout(&json!({ "user": format!("user-{n}") })))
        };
        let hands: Vec<_> = (0..64).map(ask).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let granted = replies.iter().filter(|reply| reply.status == 201).map(Reply::json);
    let (commit, overage): (Vec<_>, Vec<_>) = granted.partition(|lease| lease["type"] == "commit");
    assert_eq!((commit.len(), overage.len()), (5, 3));
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(409, "no-seat-free");
    }
    assert_eq!(pool.held(), (5, 3));
    assert_eq!(pool.view()["free"], 0);
}

#[test]
fn a_lease_ends_by_itself_unless_it_is_extended() {
    let p = shared();
    let pool = Pool::new(1, 1, &json!({}));
    let kept = pool.lease(&json!({ "ttl": 3 }));
    pool.lease(&json!({ "ttl": 3 }));
    let extend = json!({ "lease_id": kept, "ttl": 600 });
    let told = pool.holder.post(p, "/api/v1/licenses/extend", &extend).ok(200);
    // A lease never becomes shorter.
    let shorter = json!({ "lease_id": kept, "ttl": 1 });
    assert_eq!(pool.holder.post(p, "/api/v1/licenses/extend", &shorter).ok(200), told);
    until("the lease of three seconds ends", PATIENCE, || pool.checkout(&json!({})).status == 201);
    assert_eq!(pool.held(), (1, 1));
    let leases = pool.view()["leases"]["items"].clone();
    assert!(leases.as_array().unwrap().iter().any(|lease| lease["lease_id"] == kept.as_str()));
}

#[test]
fn who_waits_gets_the_seat_in_the_order_of_the_line() {
    let p = shared();
    let pool = Pool::new(1, 0, &json!({ "max_queue": 2 }));
    let lease = pool.lease(&json!({}));
    let wait = |user: &str| pool.checkout(&json!({ "user": user, "wait": true }));
    let (first, second) = (wait("ada").ok(202), wait("ben").ok(202));
    for (place, position) in [(&first, 1), (&second, 2)] {
        assert_eq!(place["position"], position, "{place}");
        let seconds = place["come_back_in"].as_u64().unwrap();
        assert!((5..=30).contains(&seconds), "{place}");
    }
    wait("cleo").refused(409, "queue-full");
    let (first, second) = (id(&first, "ticket"), id(&second, "ticket"));
    assert_eq!(pool.come_back(&first).ok(202)["position"], 1);
    pool.give_back(&lease).ok(200);
    // The seat is set aside for the head of the line: nobody else gets it.
    pool.checkout(&json!({})).refused(409, "no-seat-free");
    assert_eq!(pool.come_back(&second).ok(202)["position"], 2);
    let other = another_key(p, &pool.holder);
    let stolen = other.post(p, "/api/v1/licenses/checkout", &json!({ "ticket": first }));
    stolen.refused(403, "lease-not-yours");
    let claimed = pool.come_back(&first).ok(201);
    assert_eq!(claimed["user"], "ada", "{claimed}");
    assert_eq!(pool.come_back(&first).ok(201), claimed, "a lost answer is given again");
    let queue = pool.view()["queue"].clone();
    assert_eq!((&queue[0]["user"], &queue[0]["position"]), (&json!("ben"), &json!(1)), "{queue}");
    let given_up = json!({ "ticket": second });
    pool.holder.post(p, "/api/v1/licenses/return", &given_up).ok(200);
    pool.holder.post(p, "/api/v1/licenses/return", &given_up).refused(404, "ticket-not-found");
    pool.come_back(&second).refused(404, "ticket-not-found");
    assert_eq!(pool.view()["waiting"], 0);
}

#[test]
fn rules_cap_exclude_and_reserve() {
    let pool = Pool::new(4, 0, &json!({}));
    let rules = json!({
        "version": 0, "max_per_user": 1, "exclude": { "users": ["mallory"] },
        "groups": [{ "name": "night", "users": ["nora"], "reserve": 2 }],
    });
    assert_eq!(pool.rule(&rules).ok(200)["version"], 1);
    let ask = |user: &str| pool.checkout(&json!({ "user": user }));
    ask("mallory").refused(403, "seat-excluded");
    ask("ada").ok(201);
    let capped = ask("ada");
    capped.refused(409, "cap-reached");
    assert_eq!((&capped.json()["scope"], &capped.json()["limit"]), (&json!("ada"), &json!(1)));
    ask("ben").ok(201);
    // Two are kept for the night shift.
    ask("cleo").refused(409, "no-seat-free");
    ask("nora").ok(201);
    let unruled = json!({ "version": 1 });
    pool.rule(&unruled).ok(200);
    ask("mallory").ok(201);
}

#[test]
fn of_rules_made_at_once_on_one_version_one_counts() {
    let pool = Pool::new(4, 0, &json!({}));
    let rules = |n: u32| json!({ "version": 0, "max_per_user": n });
    let replies: Vec<(u32, Reply)> = thread::scope(|scope| {
        let (pool, rules) = (&pool, &rules);
        let make = |n| (n, scope.spawn(move || pool.rule(&rules(n))));
        let hands: Vec<_> = (1..=8).map(make).collect();
        hands.into_iter().map(|(n, hand)| (n, hand.join().unwrap())).collect()
    });
    let made: Vec<_> = replies.iter().filter(|(_, reply)| reply.status == 200).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    for (_, reply) in replies.iter().filter(|(_, reply)| reply.status != 200) {
        reply.refused(409, "version-conflict");
    }
    let (n, reply) = made[0];
    assert_eq!(reply.json()["max_per_user"], *n);
    assert_eq!(pool.view()["rules"], reply.json());
}

#[test]
fn rules_that_do_not_fit_are_pointed_at() {
    let pool = Pool::new(4, 0, &json!({}));
    let rows = [
        (json!({ "version": 0, "groups": [{ "name": "a", "reserve": 5 }] }), "/groups"),
        (json!({ "version": 0, "exclude": { "groups": ["a"] } }), "/exclude/groups"),
        (json!({ "version": 0, "max_per_users": 1 }), "/max_per_users"),
        (json!({ "version": 0, "groups": [{ "name": "" }] }), "/groups/0/name"),
    ];
    for (rules, pointer) in rows {
        let reply = pool.rule(&rules);
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply}");
    }
    assert_eq!(pool.view()["rules"]["version"], 0);
}

#[test]
fn an_administrator_takes_a_seat_back_and_the_log_says_so() {
    let p = shared();
    let pool = Pool::new(1, 0, &json!({}));
    let worker = another_key(p, &pool.holder);
    let ask = pool.ask(&json!({ "user": "ada" }));
    let lease = id(&worker.post(p, "/api/v1/licenses/checkout", &ask).ok(201), "lease_id");
    let release = json!({ "lease_id": lease, "reason": "the laptop is lost" });
    let path = pool.path("/release");
    worker.post(p, &path, &release).refused(403, "scope-missing");
    pool.vendor.post(p, &path, &release).refused(404, "license-not-found");
    let once = || {
        let call = pool.holder.call(p, "POST", &path).header("idempotency-key", "lost-1");
        call.json(&release).send()
    };
    let told = once().ok(200);
    let again = once();
    assert_eq!((again.ok(200), again.header("idempotent-replayed")), (told, "true"));
    pool.holder.post(p, &path, &release).refused(409, "lease-ended");
    let named = json!({ "lease_id": lease });
    worker.post(p, "/api/v1/licenses/extend", &named).refused(409, "lease-ended");
    pool.lease(&json!({}));
    pool.rule(&json!({ "version": 0, "max_per_user": 2 })).ok(200);
    let entries = |action: &str| {
        let page = pool.holder.get(p, &format!("/api/v1/audit?action={action}")).ok(200);
        page["items"].as_array().unwrap().clone()
    };
    for action in ["lease.released", "pool.rules_changed"] {
        until(&format!("{action} is in the log"), PATIENCE, || !entries(action).is_empty());
    }
    let released = entries("lease.released");
    assert_eq!(released.len(), 1, "neither repeats nor refusals are entries: {released:?}");
    assert_eq!(released[0]["subject"], lease.as_str());
    let detail = &released[0]["detail"];
    assert_eq!(detail["reason"], release["reason"], "{detail}");
    assert_eq!(detail["confirmed"], Value::Null, "only what is in doubt says so: {detail}");
}

#[test]
fn a_lease_of_another_pool_is_not_released_here() {
    let p = shared();
    let pool = Pool::new(1, 0, &json!({}));
    let other = p.seats(&pool.vendor, &pool.holder, (1, 0), &json!({}));
    let release = json!({ "lease_id": pool.lease(&json!({})), "reason": "a mistake" });
    let path = format!("/api/v1/pools/{}/release", other.id);
    pool.holder.post(p, &path, &release).refused(404, "lease-not-found");
    assert_eq!(pool.held(), (1, 0));
}

#[test]
fn a_pool_is_seen_page_by_page_by_holder_and_issuer() {
    let p = shared();
    let pool = Pool::new(3, 0, &json!({}));
    for user in ["ada", "ben", "cleo"] {
        pool.lease(&json!({ "user": user }));
    }
    for tenant in [&pool.holder, &pool.vendor] {
        let (mut cursor, mut users) = (String::new(), Vec::new());
        loop {
            let page = tenant.get(p, &pool.path(&format!("?limit=2{cursor}"))).ok(200);
            let items = page["leases"]["items"].as_array().unwrap();
            users.extend(items.iter().map(|lease| id(lease, "user")));
            let Some(next) = page["leases"]["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(users, ["ada", "ben", "cleo"], "{}", tenant.id);
    }
    pool.holder.get(p, &pool.path("?cursor=x")).refused(422, "invalid-request");
    pool.holder.get(p, &pool.path("?color=red")).refused(422, "invalid-request");
}

#[test]
fn a_suspended_license_gives_no_seats_until_it_is_reinstated() {
    let p = shared();
    let pool = Pool::new(1000, 0, &json!({}));
    let ask = || pool.checkout(&json!({ "ttl": 1 }));
    let step = |step: &str| {
        let path = format!("/api/v1/licenses/{}/{step}", pool.license.id);
        pool.vendor.post(p, &path, &Value::Null).ok(200)
    };
    ask().ok(201);
    step("suspend");
    until("no seats are given out", WARM, || ask().status == 409);
    let reply = ask();
    reply.refused(409, "license-not-usable");
    assert!(id(&reply.json(), "detail").starts_with("SUSPENDED"), "{reply}");
    step("reinstate");
    until("seats are given out again", WARM, || ask().status == 201);
}

#[test]
fn only_what_is_licensed_is_checked_out() {
    let p = shared();
    let pool = Pool::new(5, 0, &json!({ "max_ttl_seconds": 7200 }));
    pool.lease(&json!({ "features": ["color"] }));
    pool.checkout(&json!({ "features": ["color", "fusion"] })).refused(409, "feature-not-licensed");
    let plain = p.license(&pool.vendor, &pool.holder, &json!({}));
    let ask = |body: &Value| pool.holder.post(p, "/api/v1/licenses/checkout", body);
    ask(&json!({ "license_id": plain.id })).refused(409, "no-seats-licensed");
    ask(&json!({ "license_id": "ACME-NO-SUCH" })).refused(404, "license-not-found");
    ask(&json!({ "product": "nothing" })).refused(404, "license-not-found");
    let by_product = ask(&json!({ "product": "davinci", "hostname": "ws-042" })).ok(201);
    assert_eq!(by_product["license_id"], pool.license.id.as_str());
    ask(&json!({ "license_id": pool.license.code })).ok(201);
    let rows = [
        (json!({ "quantity": 0 }), "/quantity"),
        (json!({ "quantity": 6 }), "/quantity"),
        (json!({ "ttl": 7201 }), "/ttl"),
        (json!({ "user": "" }), "/user"),
        (json!({ "seats": 1 }), "/seats"),
    ];
    for (more, pointer) in rows {
        let reply = pool.checkout(&more);
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply}");
    }
}

#[test]
fn without_a_store_nothing_is_guessed() {
    let p = shared();
    let pool = Pool::new(2, 0, &json!({}));
    let lease = json!({ "lease_id": pool.lease(&json!({})) });
    let checkout = pool.ask(&json!({}));
    let release = json!({ "lease_id": lease["lease_id"], "reason": "gone" });
    let at = |tail: &str| format!("/api/v1/licenses/{tail}");
    let rows = [
        ("POST", at("checkout"), &checkout, "cold,d1=off"),
        ("POST", at("checkout"), &checkout, "cold,d1=slow:5000"),
        ("POST", at("checkout"), &checkout, "objects=off"),
        ("POST", at("return"), &lease, "cold,d1=off"),
        ("POST", at("return"), &lease, "objects=off"),
        ("POST", at("extend"), &lease, "objects=off"),
        ("GET", pool.path(""), &Value::Null, "cold,d1=off"),
        ("GET", pool.path(""), &Value::Null, "objects=off"),
        ("POST", pool.path("/release"), &release, "cold,d1=off"),
        ("POST", pool.path("/release"), &release, "objects=off"),
    ];
    for (method, path, body, fault) in rows {
        let reply = pool.holder.call(p, method, &path).json(body).fault(fault).send();
        reply.refused(503, "store-unavailable");
        assert_eq!(reply.header("retry-after"), "2", "{fault}: {reply}");
    }
    assert_eq!(pool.held(), (1, 0));
}
