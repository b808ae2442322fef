//! Cold, every endpoint of the main job asks its stores no more often in sequence than it may.

use live::{Reply, shared};
use serde_json::{Value, json};

#[test]
fn cold_rounds_in_sequence_stay_within_the_budget() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.tenant("customer", None, "apac"));
    let license = p.license(&vendor, &holder, &json!({ "limits": { "devices": 5 } }));
    let named = json!({ "license_id": license.id, "hardware_id": "hw-1", "usage_metrics": { "vm_count": 3 } });
    let device = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    // The first use of a key tells its limiter the limit, which is a round of its own.
    holder.activate(p, &license.id, "hw-0").ok(200);
    let rows: [(&str, &Value, u32); 4] = [
        ("/api/v1/licenses/activate", &device, 3),
        ("/api/v1/licenses/activate", &device, 3),
        ("/api/v1/licenses/validate", &named, 1),
        ("/api/v1/licenses/heartbeat", &device, 2),
    ];
    for (path, body, budget) in rows {
        let reply = holder.call(p, "POST", path).json(body).fault("cold").send();
        reply.ok(200);
        assert!(reply.rounds() <= budget, "{} rounds of {budget}: {reply}", reply.rounds());
    }
    let by_key = p.call("POST", &holder.id, "/api/v1/licenses/validate").json(&json!({}));
    let by_key = by_key.header("authorization", &format!("License {}", license.key));
    by_key.send().ok(200);
    let reply = by_key.fault("cold").send();
    assert!(reply.rounds() <= 1, "{} rounds: {reply}", reply.rounds());
}

#[test]
fn warm_validations_ask_no_store_and_warm_heartbeats_one() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    holder.activate(p, &license.id, "hw-1").ok(200);
    let ask = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    let least = |path: &str| {
        let count = |_| {
            // An unknown switch only makes the answer tell its rounds.
            let reply: Reply = holder.call(p, "POST", path).json(&ask).fault("none").send();
            reply.ok(200);
            reply.rounds()
        };
        (0..8).map(count).min().unwrap()
    };
    assert_eq!((least("/api/v1/licenses/validate"), least("/api/v1/licenses/heartbeat")), (0, 1));
}

#[test]
fn a_checkout_takes_two_rounds_cold_and_one_warm_and_so_do_its_sequels() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.tenant("customer", None, "us"));
    let license = p.seats(&vendor, &holder, (100, 0), &json!({}));
    let checkout = json!({ "license_id": license.id, "user": "ada" });
    let ask = |path: &str, body: &Value, fault: &str| {
        holder.call(p, "POST", path).json(body).fault(fault).send()
    };
    let lease = ask("/api/v1/licenses/checkout", &checkout, "none").ok(201)["lease_id"].clone();
    let named = json!({ "lease_id": lease });
    for (fault, budget) in [("cold", 2), ("none", 1)] {
        let fewest = |path: &str, body: &Value, status: u16| {
            let count = |_| {
                let reply = ask(path, body, fault);
                reply.ok(status);
                reply.rounds()
            };
            (0..8).map(count).min().unwrap()
        };
        assert_eq!(fewest("/api/v1/licenses/checkout", &checkout, 201), budget, "{fault}");
        assert_eq!(fewest("/api/v1/licenses/extend", &named, 200), budget, "{fault}");
    }
    let reply = ask("/api/v1/licenses/return", &named, "cold");
    reply.ok(200);
    assert!(reply.rounds() <= 2, "{} rounds: {reply}", reply.rounds());
}
