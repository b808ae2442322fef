//! The life of a key: seen in use, rotated, revoked, given up by whoever finds it.

use std::thread;

use live::{Reply, shared, until};
use serde_json::{Value, json};

use super::{IN_FORCE, SHIPPED, Site, all_say, with};

#[test]
fn the_last_use_of_a_key_is_shown() {
    let p = shared();
    let site = Site::new(p);
    let (id, key) = site.key(p, &json!({}));
    let path = format!("/api/v1/keys/{id}");
    assert!(site.tenant.get(p, &path).ok(200)["last_use"].is_null());
    let seen = [("cf-connecting-ip", "203.0.113.7"), ("x-hostname", "dev-ws-042.mercedes.com")];
    all_say(&with(site.doors(p, &key), &seen), None, "used");
    until("its use is shown", SHIPPED, || {
        let shown = site.tenant.get(p, &path).ok(200)["last_use"].clone();
        (shown["address"].as_str(), shown["hostname"].as_str())
            == (Some("203.0.113.7"), Some("dev-ws-042.mercedes.com"))
    });
}

#[test]
fn a_rotated_key_works_on_beside_its_successor_until_the_overlap_is_over() {
    let p = shared();
    let site = Site::new(p);
    let more = json!({
        "scopes": ["license:validate", "license:checkout", "license:read"],
        "allowed_ip_ranges": ["10.0.0.0/8"], "metadata": { "team": "chassis" },
        "rate_limits": { "checkouts_per_minute": 90, "checkouts_per_hour": 900 },
    });
    let (id, old) = site.key(p, &more);
    let at = |tail: &str| format!("/api/v1/keys/{id}{tail}");
    let made = site.tenant.post(p, &at("/rotate"), &Value::Null).ok(201);
    let (new_id, new) = (made["key_id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    assert_eq!(made["replaces"], *id);
    let shown = |id: &str| site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200);
    let (before, after) = (shown(&id), shown(new_id));
    assert_eq!(
        (&before["successor"], &before["expires_at"]),
        (&json!(new_id), &made["overlap_ends_at"])
    );
    for same in ["scopes", "restrictions", "rate_limits", "rate_limit", "metadata", "app_name"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let inside = [("cf-connecting-ip", "10.0.1.42")];
    for key in [&old, new] {
        all_say(&with(site.doors(p, key), &inside), None, "both work");
        all_say(&site.doors(p, key), Some("address-not-allowed"), "both from there only");
    }
    // Without an overlap the old one ends at once.
    let next = site.tenant.post(
        p,
        &format!("/api/v1/keys/{new_id}/rotate"),
        &json!({ "overlap_seconds": 0 }),
    );
    let next = next.ok(201)["api_key"].as_str().unwrap().to_owned();
    for call in with(site.doors(p, new), &inside) {
        until("the old one has ended", IN_FORCE, || call.send().code() == "credentials-expired");
    }
    all_say(&with(site.doors(p, &next), &inside), None, "the newest");
    let ended = site.tenant.post(p, &format!("/api/v1/keys/{new_id}/rotate"), &Value::Null);
    ended.refused(409, "key-ended");
    until("rotations stand in the log", SHIPPED, || {
        !site.entries(p, "key.rotated", &id).is_empty()
    });
}

#[test]
fn of_many_who_rotate_at_once_one_does() {
    let p = shared();
    let site = Site::new(p);
    let (id, _) = site.key(p, &json!({}));
    let path = format!("/api/v1/keys/{id}/rotate");
    let replies: Vec<Reply> = thread::scope(|scope| {
        let hands: Vec<_> =
            (0..8).map(|_| scope.spawn(|| site.tenant.post(p, &path, &Value::Null))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert!(!made.is_empty());
    for refused in replies.iter().filter(|reply| reply.status != 201) {
        refused.refused(409, "version-conflict");
    }
    let newest = site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200)["successor"].clone();
    assert!(made.iter().any(|reply| reply.json()["key_id"] == newest));
}

#[test]
fn a_repeated_rotation_gives_the_same_key() {
    let p = shared();
    let site = Site::new(p);
    let (id, _) = site.key(p, &json!({}));
    let call = site.tenant.call(p, "POST", &format!("/api/v1/keys/{id}/rotate"));
    let call = call.header("idempotency-key", "rotate-once");
    let (first, second) = (call.send().ok(201), call.send().ok(201));
    assert_eq!(first, second);
}

#[test]
fn a_revoked_key_works_nowhere_within_five_seconds() {
    let p = shared();
    let site = Site::new(p);
    let (id, key) = site.key(p, &json!({}));
    all_say(&site.doors(p, &key), None, "before");
    let call = site.tenant.call(p, "DELETE", &format!("/api/v1/keys/{id}"));
    assert_eq!(call.send().status, 204);
    for call in site.doors(p, &key) {
        until("revoked", IN_FORCE, || call.send().code() == "credentials-revoked");
    }
}

#[test]
fn whoever_finds_a_key_can_end_it_and_learns_nothing() {
    let p = shared();
    let (site, other) = (Site::new(p), p.customer());
    let (id, key) = site.key(p, &json!({}));
    all_say(&site.doors(p, &key), None, "before");
    // Said by anybody, on anybody's host, of a key, a key that never was, and something else.
    let report = |text: &str| {
        let call = p.call("POST", &other.id, "/api/v1/keys/leaked");
        // An address of its own: reports are counted by the address.
        call.header("cf-connecting-ip", "203.0.113.99").json(&json!({ "api_key": text })).send()
    };
    let mut altered = key.clone();
    altered.pop();
    let replies = [&key, &key, &altered, "nonsense", ""].map(report);
    for reply in &replies {
        assert_eq!(reply.ok(202), json!({ "received": true }));
    }
    for call in site.doors(p, &key) {
        until("revoked", IN_FORCE, || call.send().code() == "credentials-revoked");
    }
    until("it stands in the log, once", SHIPPED, || site.entries(p, "key.leaked", &id).len() == 1);
    // Guessing is slow.
    let last = (0..120).map(|_| report("nonsense")).find(|reply| reply.status != 202).unwrap();
    last.refused(429, "rate-limited");
}

#[test]
fn nobody_changes_a_key_that_may_do_more_than_they_or_is_not_theirs() {
    let p = shared();
    let (site, other) = (Site::new(p), p.customer());
    let (admin, _) = site.key(p, &json!({}));
    let (_, clerk) = site.key(p, &json!({ "scopes": ["keys:manage"] }));
    for (tail, body) in [("/restrictions", json!({})), ("/rotate", json!({}))] {
        let path = format!("/api/v1/keys/{admin}{tail}");
        let call = p.call("POST", &site.tenant.id, &path).key(&clerk).json(&body);
        call.send().refused(403, "scope-missing");
        other.post(p, &path, &body).refused(404, "key-not-found");
    }
    other.get(p, &format!("/api/v1/keys/{admin}")).refused(404, "key-not-found");
    site.tenant.get(p, "/api/v1/keys/nonsense").refused(404, "key-not-found");
}
