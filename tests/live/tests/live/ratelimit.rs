//! A key's limit is never exceeded, however many ask at once, and its headers tell the truth.

use std::thread;

use live::{Reply, shared};
use serde_json::{Value, json};

/// `"key";r=3;t=7` as its two numbers.
fn numbers(header: &str, names: [&str; 2]) -> [u64; 2] {
    let mut parts = header.split(';');
    assert_eq!(parts.next(), Some("\"key\""), "{header}");
    names.map(|name| {
        let part = parts.next().unwrap_or_default();
        let value = part.strip_prefix(&format!("{name}=")).and_then(|value| value.parse().ok());
        value.unwrap_or_else(|| panic!("{name} in {header}"))
    })
}

fn limited(requests: u32, window: u32) -> (live::Tenant, String) {
    let p = shared();
    let tenant = p.customer();
    let limit = json!({ "requests": requests, "window_seconds": window });
    let key = p.key_of(&tenant.id, &json!({ "scopes": ["admin"], "rate_limit": limit }));
    (tenant, key)
}

#[test]
fn of_64_at_once_no_more_than_20_pass_a_limit_of_20() {
    let p = shared();
    let (tenant, key) = limited(20, 600);
    let own = format!("/api/v1/tenants/{}", tenant.id);
    // Two workers, each with leases of its own.
    let asks = [
        ("GET", own.as_str(), Value::Null),
        ("POST", "/api/v1/licenses/validate", json!({ "license_id": "X-1" })),
    ];
    let replies: Vec<Reply> = thread::scope(|scope| {
        let hands: Vec<_> = (0..64)
            .map(|n| {
                let (method, path, body) = &asks[n % 2];
                let call = p.call(method, &tenant.id, path).key(&key).json(body);
                scope.spawn(move || call.send())
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let passed = replies.iter().filter(|reply| reply.status == 200).count();
    assert!((1..=20).contains(&passed), "{passed} passed");
    for reply in &replies {
        let [quota, window] = numbers(reply.header("ratelimit-policy"), ["q", "w"]);
        let [left, reset] = numbers(reply.header("ratelimit"), ["r", "t"]);
        assert_eq!((quota, window), (20, 600), "{reply}");
        // A token counts until the slot in which it was granted has left the window.
        assert!(left < 20 && reset <= 720, "{reply} {:?}", reply.headers);
        if reply.status != 200 {
            reply.refused(429, "rate-limited");
            let wait: u64 = reply.header("retry-after").parse().unwrap();
            assert!((1..=720).contains(&wait), "{reply}");
        }
    }
}

#[test]
fn every_one_of_a_limit_can_be_used_one_after_the_other() {
    let p = shared();
    let (tenant, key) = limited(20, 600);
    let own = format!("/api/v1/tenants/{}", tenant.id);
    let ask = || p.call("GET", &tenant.id, &own).key(&key).send();
    let mut least = 20;
    for n in 0..20 {
        let reply = ask();
        assert_eq!(reply.status, 200, "{n}: {reply}");
        let [left, _] = numbers(reply.header("ratelimit"), ["r", "t"]);
        assert!(left < least, "{left} left after {least}");
        least = left;
    }
    ask().refused(429, "rate-limited");
}

#[test]
fn when_the_window_is_over_requests_pass_again() {
    let p = shared();
    let (tenant, key) = limited(1, 2);
    let own = format!("/api/v1/tenants/{}", tenant.id);
    let ask = || p.call("GET", &tenant.id, &own).key(&key).send();
    assert_eq!(ask().status, 200);
    let took = live::until("the window is over", std::time::Duration::from_secs(20), || {
        ask().status == 200
    });
    assert!(took.as_millis() > 500, "it passed again after {took:?}");
}
