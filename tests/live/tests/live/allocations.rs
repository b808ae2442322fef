//! Who is promised what of a license: never more than there is, and nobody's promise is eaten by others.

use std::thread;
use std::time::Duration;

use live::{Licensed, Reply, Tenant, shared, until};
use serde_json::{Value, json};

/// Longer than anything here lasts by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A license of cores and its holder.
struct Pool {
    vendor: Tenant,
    holder: Tenant,
    license: Licensed,
}

impl Pool {
    fn new(cores: u32) -> Self {
        let p = shared();
        let (vendor, holder) = (p.vendor(), p.customer());
        let license = p.license(&vendor, &holder, &json!({ "limits": { "cores": cores } }));
        Self { vendor, holder, license }
    }

    fn path(&self, tail: &str) -> String {
        format!("/api/v1/pools/{}{tail}", self.license.id)
    }

    fn set(&self, node: &str, dedicated: u32, burst: &Value) -> Reply {
        let shares = json!({ "cores": { "dedicated": dedicated, "burst": burst } });
        let body = json!({ "node": node, "shares": shares });
        self.holder.put(shared(), &self.path("/allocations"), &body)
    }

    fn remove(&self, node: &str) -> Reply {
        let path = self.path(&format!("/allocations?node={node}"));
        self.holder.call(shared(), "DELETE", &path).send()
    }

    fn reserve(&self, request: &str, node: &str, quantity: u32) -> Reply {
        let body = json!({
            "request_id": request, "node": node, "metric": "cores", "quantity": quantity,
        });
        self.holder.post(shared(), &self.path("/reserve"), &body)
    }

    fn free(&self, request: &str) -> Reply {
        let body = json!({ "request_id": request });
        self.holder.post(shared(), &self.path("/free"), &body)
    }

    fn limit(&self, cores: u32) {
        let path = format!("/api/v1/licenses/{}", self.license.id);
        let body = json!({ "limits": { "cores": cores } });
        self.vendor.put(shared(), &path, &body).ok(200);
    }

    /// How a node stands in cores.
    fn part(&self, node: &str) -> Value {
        let path = self.path(&format!("/allocations?node={node}"));
        let told = self.holder.get(shared(), &path).ok(200);
        let first = told["nodes"]["items"][0].clone();
        assert_eq!(first["node"], node, "{told}");
        first["metrics"]["cores"].clone()
    }

    fn can(&self, node: &str, quantity: u32) -> Value {
        let query = format!("/can-provision?node={node}&metric=cores&quantity={quantity}");
        self.holder.get(shared(), &self.path(&query)).ok(200)
    }
}

fn granted(replies: &[Reply]) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(409, "no-capacity");
    }
    replies.iter().filter(|reply| reply.status == 201).count()
}

#[test]
fn of_64_at_once_a_node_gets_its_own_and_its_burst_and_no_more() {
    let pool = Pool::new(20);
    pool.set("acme", 5, &json!(3)).ok(200);
    pool.set("globex", 6, &json!(0)).ok(200);
    let replies: Vec<Reply> = thread::scope(|scope| {
        let ask = |n: u32| {
            let pool = &pool;
            scope.spawn(move || pool.reserve(&format!("vm-{n}"), "acme", 1))
        };
        let hands: Vec<_> = (0..64).map(ask).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(granted(&replies), 8);
    let part = pool.part("acme");
    for (name, want) in [("held", 8), ("held_from_shared", 3), ("available", 0)] {
        assert_eq!(part[name], want, "{name}: {part}");
    }
    let told = pool.reserve("one-more", "acme", 1).json();
    for (name, want) in [("available", 0), ("dedicated_free", 0), ("shared_free", 0)] {
        assert_eq!(told[name], want, "{name}: {told}");
    }
    assert_eq!(told["narrowest"], "acme", "{told}");
}

#[test]
fn nobody_bursts_into_what_another_node_is_promised() {
    let pool = Pool::new(10);
    pool.set("acme", 2, &Value::Null).ok(200);
    pool.set("globex", 4, &json!(0)).ok(200);
    let can = pool.can("acme", 7);
    assert_eq!((&can["can_provision"], &can["available"]), (&json!(false), &json!(6)), "{can}");
    pool.reserve("vm-1", "acme", 7).refused(409, "no-capacity");
    assert_eq!(pool.can("acme", 6)["can_provision"], true);
    assert_eq!(pool.reserve("vm-1", "acme", 6).ok(201)["burst"], 4);
    pool.reserve("vm-2", "acme", 1).refused(409, "no-capacity");
    assert_eq!(pool.reserve("vm-3", "globex", 4).ok(201)["burst"], 0);
    // What is let go can be had by others.
    let told = pool.free("vm-1").ok(200);
    assert!(told["released_at"].is_string(), "{told}");
    pool.free("vm-1").refused(404, "reservation-not-found");
    pool.reserve("vm-4", "/", 4).ok(201);
    assert_eq!(pool.can("acme", 3)["available"], 2);
}

#[test]
fn of_64_at_once_under_one_request_id_one_is_held() {
    let pool = Pool::new(64);
    pool.set("acme", 64, &json!(0)).ok(200);
    let answers: Vec<Value> = thread::scope(|scope| {
        let ask = || scope.spawn(|| pool.reserve("vm-1", "acme", 2).ok(201));
        let hands: Vec<_> = (0..64).map(|_| ask()).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one reservation for all");
    assert_eq!(pool.part("acme")["held"], 2);
    assert_eq!(pool.reserve("vm-1", "acme", 2).header("idempotent-replayed"), "true");
    pool.reserve("vm-1", "acme", 3).refused(409, "request-id-reused");
}

#[test]
fn a_reservation_with_a_time_ends_by_itself() {
    let p = shared();
    let pool = Pool::new(1);
    let body = json!({
        "request_id": "vm-1", "node": "/", "metric": "cores", "quantity": 1, "ttl": 3,
    });
    let first = pool.holder.post(p, &pool.path("/reserve"), &body).ok(201);
    assert_eq!(pool.holder.post(p, &pool.path("/reserve"), &body).ok(201), first);
    pool.reserve("vm-2", "/", 1).refused(409, "no-capacity");
    let over = || pool.reserve("vm-2", "/", 1).status == 201;
    until("the reservation of three seconds ends", PATIENCE, over);
}

#[test]
fn a_license_that_shrinks_below_its_use_lets_nothing_new_in() {
    let pool = Pool::new(10);
    pool.set("acme", 4, &Value::Null).ok(200);
    pool.reserve("vm-1", "acme", 3).ok(201);
    pool.reserve("vm-2", "/", 5).ok(201);
    pool.limit(5);
    let root = pool.part("/");
    assert_eq!(root["dedicated"], 5, "{root}");
    assert_eq!(root["exceeded"]["by"], 4, "4 are promised and 5 are held: {root}");
    let reply = pool.reserve("vm-3", "/", 1);
    reply.refused(409, "allocation-exceeded");
    let told = reply.json();
    assert_eq!((&told["exceeded"]["node"], &told["exceeded"]["by"]), (&json!("/"), &json!(4)));
    assert_eq!(pool.can("/", 1)["can_provision"], false);
    pool.set("acme", 5, &Value::Null).refused(409, "sum-exceeds-parent");
    pool.free("vm-2").ok(200);
    assert!(pool.part("/").get("exceeded").is_none());
    pool.reserve("vm-3", "acme", 1).ok(201);
}

#[test]
fn the_tree_is_kept_whole_and_its_changes_are_in_the_log() {
    let p = shared();
    let pool = Pool::new(10);
    pool.set("acme/project-1", 1, &json!(0)).refused(404, "unknown-node");
    pool.set("acme", 6, &json!(0)).ok(200);
    pool.set("acme/project-1", 4, &json!(0)).ok(200);
    pool.set("globex", 5, &json!(0)).refused(409, "sum-exceeds-parent");
    pool.set("globex", 1, &json!(0)).ok(200);
    pool.set("acme", 3, &json!(0)).refused(409, "promised-below");
    pool.set("/", 3, &json!(0)).refused(422, "invalid-request");
    pool.remove("acme").refused(409, "node-in-use");
    let body = json!({ "from": "acme", "to": "globex", "metric": "cores", "quantity": 2 });
    let transfer = |key: &str| {
        let path = pool.path("/allocations/transfer");
        pool.holder.call(p, "POST", &path).header("idempotency-key", key).json(&body).send()
    };
    transfer("move-1").ok(200);
    transfer("move-1").ok(200);
    assert_eq!(pool.part("globex")["dedicated"], 3, "a repeat moves nothing");
    transfer("move-2").refused(409, "not-enough-free");
    pool.remove("acme/project-1").ok(204);
    pool.remove("acme/project-1").refused(404, "unknown-node");
    let mut want = ["allocation.changed", "allocation.transferred", "allocation.removed"].to_vec();
    until("the log tells of it", PATIENCE, || {
        let log = pool.holder.get(p, "/api/v1/audit?limit=200").ok(200).to_string();
        want.retain(|action| !log.contains(action));
        want.is_empty()
    });
}

#[test]
fn an_administrator_takes_a_reservation_back_under_the_address_for_leases() {
    let p = shared();
    let pool = Pool::new(1);
    pool.reserve("vm-1", "/", 1).ok(201);
    let path = pool.path("/release");
    pool.holder.post(p, &path, &json!({ "request_id": "vm-1" })).ok(200);
    let again = pool.holder.post(p, &path, &json!({ "request_id": "vm-1", "reason": "gone" }));
    again.refused(404, "reservation-not-found");
    pool.reserve("vm-2", "/", 1).ok(201);
}

#[test]
fn a_stranger_learns_nothing_of_a_tree_and_frees_nothing() {
    let p = shared();
    let pool = Pool::new(2);
    pool.set("acme", 1, &json!(0)).ok(200);
    pool.reserve("vm-1", "acme", 1).ok(201);
    let stranger = p.customer();
    let body = json!({ "request_id": "vm-2", "node": "acme", "metric": "cores", "quantity": 1 });
    stranger.post(p, &pool.path("/reserve"), &body).refused(404, "license-not-found");
    let freed = stranger.post(p, &pool.path("/free"), &json!({ "request_id": "vm-1" }));
    freed.refused(404, "reservation-not-found");
    stranger.get(p, &pool.path("/allocations")).refused(404, "license-not-found");
    let query = pool.path("/can-provision?metric=cores");
    stranger.get(p, &query).refused(404, "license-not-found");
    assert_eq!(pool.part("acme")["held"], 1);
}
