//! Limits of checkouts: a key's and a tenant's, which 64 at once do not exceed.

use std::thread;

use live::{Reply, shared};
use serde_json::{Value, json};

use super::Site;

/// 64 checkouts at once, turn by turn with these keys.
fn crowd(site: &Site, keys: &[String]) -> Vec<Reply> {
    let p = shared();
    thread::scope(|scope| {
        let hands: Vec<_> = (0..64)
            .map(|n| {
                let path = "/api/v1/licenses/checkout";
                let call = p.call("POST", &site.tenant.id, path).key(&keys[n % keys.len()]);
                let call =
                    call.json(&json!({ "license_id": site.license, "user": format!("u{n}") }));
                scope.spawn(move || call.send())
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    })
}

fn passed(replies: &[Reply]) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(429, "rate-limited");
        assert!(!reply.header("retry-after").is_empty(), "{reply}");
    }
    replies.iter().filter(|reply| reply.status == 201).count()
}

#[test]
fn of_64_at_once_no_more_pass_than_the_key_may_check_out_and_other_requests_do() {
    let p = shared();
    let site = Site::new(p);
    for limits in [
        json!({ "checkouts_per_minute": 20, "checkouts_per_hour": 1000 }),
        json!({ "checkouts_per_minute": 100, "checkouts_per_hour": 10 }),
    ] {
        let (id, key) = site.key(p, &json!({ "rate_limits": limits }));
        let replies = crowd(&site, std::slice::from_ref(&key));
        let most = if limits["checkouts_per_hour"] == 10 { 10 } else { 20 };
        let count = passed(&replies);
        assert!((1..=most).contains(&count), "{count} of {most}");
        let policy = replies[0].header("ratelimit-policy");
        assert!(policy.contains("key-checkouts-"), "{policy}");
        let call = p.call("POST", &site.tenant.id, "/api/v1/licenses/validate").key(&key);
        assert_eq!(call.json(&json!({ "license_id": site.license })).send().status, 200);
        let shown = site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200);
        assert_eq!(shown["rate_limits"], limits);
    }
}

#[test]
fn all_keys_of_a_tenant_together_have_a_limit_too() {
    let p = shared();
    let tenant = p.customer_with(12, 1000);
    let license = p.seats(&p.vendor(), &tenant, (50, 50), &json!({})).id;
    let site = Site { tenant, license };
    let keys: Vec<_> = (0..4).map(|_| site.key(p, &json!({})).1).collect();
    let count = passed(&crowd(&site, &keys));
    assert!((1..=12).contains(&count), "{count} passed");
}

#[test]
fn the_usual_limits_are_those_of_seed_3() {
    let p = shared();
    let site = Site::new(p);
    let (id, key) = site.key(p, &json!({}));
    let shown = site.tenant.get(p, &format!("/api/v1/keys/{id}")).ok(200);
    let usual = json!({ "checkouts_per_minute": 100, "checkouts_per_hour": 1000 });
    assert_eq!(shown["rate_limits"], usual);
    let call = p.call("POST", &site.tenant.id, "/api/v1/licenses/checkout").key(&key);
    let reply = call.json(&json!({ "license_id": site.license })).send();
    assert_eq!(reply.status, 201, "{reply}");
    let policy = reply.header("ratelimit-policy");
    let want = concat!(
        r#""key";q=6000;w=60, "key-checkouts-minute";q=100;w=60, "key-checkouts-hour";q=1000;w=3600, "#,
        r#""tenant-checkouts-minute";q=1000;w=60, "tenant-checkouts-hour";q=10000;w=3600"#
    );
    assert_eq!(policy, want);
    let call = p.call("GET", &site.tenant.id, "/api/v1/licenses").key(&key).json(&Value::Null);
    assert_eq!(call.send().header("ratelimit-policy"), r#""key";q=6000;w=60"#);
}

#[test]
fn whoever_stands_above_a_tenant_changes_its_limits_and_nobody_their_own() {
    let p = shared();
    let msp = p.msp();
    let tenant = p.tenant("customer", Some(&msp), "eu");
    let path = format!("/api/v1/tenants/{}/limits", tenant.id);
    let few = json!({ "rate_limits": { "checkouts_per_minute": 2, "checkouts_per_hour": 1000 } });
    tenant.put(p, &path, &few).refused(403, "role-not-allowed");
    p.msp().put(p, &path, &few).refused(404, "tenant-not-found");
    msp.put(p, &format!("/api/v1/tenants/{}/limits", msp.id), &few)
        .refused(403, "role-not-allowed");
    let none = json!({ "rate_limits": { "checkouts_per_minute": 0, "checkouts_per_hour": 1 } });
    msp.put(p, &path, &none).refused(422, "invalid-request");
    assert_eq!(msp.put(p, &path, &few).ok(200), few);
    let shown = tenant.get(p, "/api/v1/subscription").ok(200);
    assert_eq!(shown["rate_limits"], few["rate_limits"]);
    assert!(tenant.get(p, "/api/v1/audit").ok(200).to_string().contains("tenant.limits_changed"));
    let license = p.seats(&p.vendor(), &tenant, (50, 50), &json!({})).id;
    let site = Site { tenant, license };
    let (_, key) = site.key(p, &json!({}));
    let count = passed(&crowd(&site, &[key]));
    assert!((1..=2).contains(&count), "{count} passed");
    assert_eq!(
        msp.put(p, &path, &json!({ "rate_limits": null })).ok(200)["rate_limits"],
        Value::Null
    );
}
