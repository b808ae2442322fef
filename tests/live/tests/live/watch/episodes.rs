//! Each rule: what is usual raises nothing, what is not raises one alert however long it goes on.

use std::thread::sleep;
use std::time::Duration;

use live::{shared, until};
use serde_json::json;

use super::{Key, TOLD, alerts, raised, set_rules, short};

/// Only what the first call shows is usual.
fn learn_one() -> serde_json::Value {
    json!({ "learning": { "seconds": 3600, "distinct": 1 } })
}

#[test]
fn an_unknown_network_host_or_application_raises_one_alert_each() {
    let p = shared();
    let holder = p.customer();
    set_rules(p, &holder, &learn_one());
    let key = Key::new(p, &holder, &["license:read"]);
    let usual = |address: &str| {
        let call = key.call(p, address).header("x-hostname", "build-1");
        call.header("x-app-fingerprint", "sha256:good").header("x-lib-version", "1.0")
    };
    usual("192.0.2.1").send().ok(200);
    usual("192.0.2.200").header("x-lib-version", "1.1").send().ok(200);
    usual("198.51.100.9").send().ok(200);
    raised(p, &key, &["unknown_address 198.51.100.0/24"]);
    usual("192.0.2.1").header("x-hostname", "laptop").send().ok(200);
    let two = ["unknown_host laptop", "unknown_address 198.51.100.0/24"];
    raised(p, &key, &two);
    usual("192.0.2.1").header("x-app-fingerprint", "sha256:bad").send().ok(200);
    let three = ["unknown_fingerprint sha256:bad", two[0], two[1]];
    raised(p, &key, &three);
    until("calls of an episode are counted", TOLD, || {
        usual("198.51.100.77").send().ok(200);
        raised(p, &key, &three)[2]["calls"].as_u64().unwrap() > 10
    });
    let first = &key.alerts(p)[2];
    assert_eq!(first["detail"]["address"], "198.51.100.9", "{first}");
    assert_eq!((&first["state"], &first["severity"]), (&json!("open"), &json!("medium")));
}

#[test]
fn what_is_seen_while_objects_are_away_is_told_when_they_are_back() {
    let p = shared();
    let holder = p.customer();
    set_rules(p, &holder, &learn_one());
    let key = Key::new(p, &holder, &["license:read"]);
    key.call(p, "192.0.2.1").send().ok(200);
    key.call(p, "198.51.100.9").fault("objects=off").send().ok(200);
    until("the next call tells of both", TOLD, || {
        key.call(p, "192.0.2.1").send().ok(200);
        short(&key.alerts(p)) == ["unknown_address 198.51.100.0/24"]
    });
}

#[test]
fn people_acknowledge_an_alert_and_what_they_trust_raises_no_more() {
    let p = shared();
    let holder = p.customer();
    set_rules(p, &holder, &learn_one());
    let key = Key::new(p, &holder, &["license:read"]);
    key.call(p, "192.0.2.1").send().ok(200);
    key.call(p, "198.51.100.9").send().ok(200);
    let one = "unknown_address 198.51.100.0/24";
    let id = raised(p, &key, &[one])[0]["alert_id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/alerts/{id}");
    let said = json!({ "note": "the new office", "trust": true });
    let answer = holder.post(p, &format!("{path}/acknowledge"), &said).ok(200);
    assert_eq!((&answer["state"], &answer["trusted"]), (&json!("acknowledged"), &json!(true)));
    let again =
        holder.post(p, &format!("{path}/acknowledge"), &json!({ "note": "me too" })).ok(200);
    assert_eq!(again["acknowledged_at"], answer["acknowledged_at"], "the first counts");
    assert_eq!(holder.get(p, &path).ok(200)["note"], "the new office");
    key.call(p, "198.51.100.10").send().ok(200);
    key.call(p, "203.0.113.1").send().ok(200);
    raised(p, &key, &["unknown_address 203.0.113.0/24", one]);
    let states = |state: &str| short(&alerts(p, &holder, &format!("key={}&state={state}", key.id)));
    assert_eq!(states("open"), ["unknown_address 203.0.113.0/24"]);
    assert_eq!(states("acknowledged"), [one]);
    until("the log says who did it", TOLD, || {
        let page = holder.get(p, "/api/v1/audit?action=alert.acknowledged").ok(200);
        page["items"].as_array().unwrap().len() == 2
    });
}

#[test]
fn a_key_shown_on_another_tenants_host_is_its_owners_alert_and_nobody_elses() {
    let p = shared();
    let (holder, other) = (p.customer(), p.customer());
    let key = Key::new(p, &holder, &["license:validate"]);
    for _ in 0..3 {
        let call = p.call("POST", &other.id, "/api/v1/licenses/validate").key(&key.text);
        call.json(&json!({ "license_id": "x" })).send().refused(403, "wrong-host");
    }
    let value = format!("cross_tenant {}", p.host(&other.id));
    let alert = &raised(p, &key, &[&value])[0];
    assert_eq!(alert["severity"], "high");
    let theirs = alerts(p, &other, "rule=cross_tenant");
    assert_eq!(theirs, Vec::<serde_json::Value>::new());
    let path = format!("/api/v1/alerts/{}", alert["alert_id"].as_str().unwrap());
    other.get(p, &path).refused(404, "alert-not-found");
    other.post(p, &format!("{path}/acknowledge"), &json!({})).refused(404, "alert-not-found");
}

#[test]
fn refusals_are_told_apart_and_a_threshold_holds_them_back() {
    let p = shared();
    let holder = p.customer();
    let rules = json!({ "rules": { "refused": { "severity": "low", "threshold": 5 } } });
    set_rules(p, &holder, &rules);
    let key = Key::new(p, &holder, &["license:read"]);
    let refused = || {
        let call = p.call("GET", &holder.id, "/api/v1/alerts").key(&key.text);
        call.send().refused(403, "scope-missing");
    };
    (0..4).for_each(|_| refused());
    // Heard later by the same object: nothing was raised by the four.
    let other = Key::new(p, &holder, &["license:read"]);
    p.call("GET", &p.customer().id, "/api/v1/licenses").key(&other.text).send();
    until("the other key's alert", TOLD, || other.alerts(p).len() == 1);
    assert_eq!(key.alerts(p), Vec::<serde_json::Value>::new());
    refused();
    let alert = &raised(p, &key, &["refused scope-missing"])[0];
    assert_eq!(
        (&alert["severity"], &alert["detail"]["code"]),
        (&json!("low"), &json!("scope-missing"))
    );
}

#[test]
fn a_rule_that_is_switched_off_raises_nothing() {
    let p = shared();
    let holder = p.customer();
    let off = json!({ "enabled": false, "severity": "high" });
    set_rules(
        p,
        &holder,
        &json!({ "learning": { "seconds": 0 }, "rules": { "unknown_address": off } }),
    );
    let key = Key::new(p, &holder, &["license:read"]);
    key.call(p, "198.51.100.9").header("x-hostname", "laptop").send().ok(200);
    raised(p, &key, &["unknown_host laptop"]);
}

#[test]
fn a_burst_is_unusual_against_the_keys_own_history() {
    let p = shared();
    let holder = p.customer();
    let rate = json!({ "window_seconds": 1, "factor": 2, "minimum": 20, "history": 1 });
    set_rules(p, &holder, &json!({ "rate": rate }));
    let mut found = None;
    // Each try is a key of its own: what a slow machine has made of the last one is no history to measure by.
    until("the burst is unusual", 2 * TOLD, || {
        let key = Key::new(p, &holder, &["license:read"]);
        let calls = |count| (0..count).for_each(|_| drop(key.call(p, "192.0.2.1").send()));
        // Calm: a call now and then, for longer than a window.
        for _ in 0..3 {
            calls(1);
            sleep(Duration::from_millis(600));
        }
        calls(60);
        let told = (0..50).any(|_| {
            sleep(Duration::from_millis(100));
            !key.alerts(p).is_empty()
        });
        found = told.then_some(key);
        found.is_some()
    });
    let key = found.unwrap();
    let alert = &raised(p, &key, &["unusual_rate "])[0];
    assert!(alert["detail"]["calls"].as_u64().unwrap() > 20, "{alert}");
}

#[test]
fn outside_of_business_hours_is_by_the_offices_clock() {
    let p = shared();
    let first = p.customer();
    let made = first.get(p, &format!("/api/v1/tenants/{}", first.id)).ok(200)["created_at"].clone();
    let now = wire::time::Instant::parse(made.as_str().unwrap()).unwrap();
    let today = domain::watch::Local::at(now.0.0, 0).day;
    // Neither today nor yesterday, wherever the office is.
    let closed = [(today + 2) % 7 + 1];
    let open: Vec<u8> = (1..=7).collect();
    for (days, want) in [(&closed[..], &["outside_business_hours "][..]), (&open[..], &[][..])] {
        let holder = p.customer();
        let hours =
            json!({ "zone": "America/New_York", "days": days, "from": "00:00", "to": "24:00" });
        set_rules(p, &holder, &json!({ "business_hours": hours }));
        let key = Key::new(p, &holder, &["license:read"]);
        key.call(p, "192.0.2.1").send().ok(200);
        p.call("GET", &p.customer().id, "/api/v1/licenses").key(&key.text).send();
        until("the key was seen", TOLD, || {
            short(&key.alerts(p)).iter().any(|alert| alert.starts_with("cross_tenant"))
        });
        let found = short(&key.alerts(p));
        let outside: Vec<_> = found.iter().filter(|alert| alert.starts_with("outside")).collect();
        assert_eq!(outside, want, "{days:?}");
    }
}
