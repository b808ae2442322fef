//! A stranger who knows every id of another tenant learns no more than one who made them up.

use live::{Tenant, shared};
use serde_json::json;

/// A request with ids in it: method, path, body.
type Ask = (&'static str, String, serde_json::Value);

/// Ids of a tenant's things.
struct Ids {
    license: String,
    code: String,
    device: String,
    key: String,
    tenant: String,
    lease: String,
}

fn asks(ids: &Ids) -> Vec<Ask> {
    let Ids { license, code, device, key, tenant, lease } = ids;
    // The ids of leases and tickets differ in their first word only.
    let ticket = lease.replace("lease_", "tick_");
    let at = |tail: &str| format!("/api/v1/licenses/{license}{tail}");
    let none = serde_json::Value::Null;
    let post = |path: &str, body| ("POST", path.to_owned(), body);
    let hardware = "hw-1";
    vec![
        post(
            "/api/v1/licenses/validate",
            json!({ "license_id": license, "hardware_id": hardware, "strict": true }),
        ),
        post("/api/v1/licenses/validate", json!({ "license_id": code, "device_id": device })),
        post("/api/v1/licenses/heartbeat", json!({ "license_id": code, "device_id": device })),
        post("/api/v1/heartbeat", json!({ "license_id": license, "hardware_id": hardware })),
        post("/api/v1/licenses/activate", json!({ "license_id": license, "hardware_id": "hw-2" })),
        post("/api/v1/licenses/deactivate", json!({ "license_id": code, "device_id": device })),
        post("/api/v1/licenses/checkout", json!({ "license_id": license })),
        post("/api/v1/licenses/checkout", json!({ "license_id": code, "wait": true })),
        post("/api/v1/licenses/checkout", json!({ "ticket": ticket })),
        post("/api/v1/licenses/borrow", json!({ "license_id": code, "seconds": 60 })),
        post("/api/v1/licenses/return", json!({ "lease_id": lease })),
        post("/api/v1/licenses/return", json!({ "ticket": ticket })),
        post("/api/v1/licenses/extend", json!({ "lease_id": lease })),
        ("GET", format!("/api/v1/pools/{license}"), none.clone()),
        ("GET", format!("/api/v1/pools/{code}"), none.clone()),
        ("PUT", format!("/api/v1/pools/{license}/rules"), json!({ "version": 0 })),
        (
            "POST",
            format!("/api/v1/pools/{license}/release"),
            json!({ "lease_id": lease, "reason": "x" }),
        ),
        ("GET", format!("/api/v1/licenses/files/{license}"), none.clone()),
        ("GET", format!("/api/v1/licenses/{code}"), none.clone()),
        ("GET", at(""), none.clone()),
        ("GET", at("/devices"), none.clone()),
        ("PUT", at(""), json!({ "limits": { "vms": 1 } })),
        ("DELETE", at(""), none.clone()),
        ("POST", at("/suspend"), none.clone()),
        ("POST", at("/reinstate"), none.clone()),
        ("POST", at("/renew"), json!({ "expires_at": "2100-01-01" })),
        ("POST", at("/devices/block"), json!({ "device_id": device })),
        ("POST", at("/devices/unblock"), json!({ "device_id": device })),
        ("DELETE", format!("/api/v1/keys/{key}"), none.clone()),
        ("GET", format!("/api/v1/keys?tenant_id={tenant}"), none.clone()),
        post(
            "/api/v1/keys/generate",
            json!({ "app_name": "x", "scopes": ["admin"], "tenant_id": tenant }),
        ),
        ("GET", format!("/api/v1/tenants/{tenant}"), none.clone()),
        ("POST", format!("/api/v1/tenants/{tenant}/suspend"), none.clone()),
        ("POST", format!("/api/v1/tenants/{tenant}/reactivate"), none),
    ]
}

#[test]
fn ids_of_others_and_ids_of_nobody_are_answered_alike() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let terms = json!({ "limits": { "devices": 3 }, "commit": 5 });
    let license = p.license(&vendor, &holder, &terms);
    let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
    let lease =
        holder.post(p, "/api/v1/licenses/checkout", &json!({ "license_id": license.id })).ok(201);
    let keys = holder.get(p, "/api/v1/keys").ok(200);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let real = Ids {
        license: license.id.clone(),
        code: license.code.clone(),
        device: text(&device),
        key: text(&keys["items"][0]["key_id"]),
        tenant: holder.id.clone(),
        lease: text(&lease["lease_id"]),
    };
    let made_up = Ids {
        license: format!("{}{}", &license.id[..5], "0".repeat(26)),
        code: "NOBODY-PRO-2026-ABCDEF".to_owned(),
        device: format!("dev_{}", "0".repeat(26)),
        key: format!("key_{}", "0".repeat(26)),
        tenant: "nobody-at-all".to_owned(),
        lease: format!("lease_{}{}_{}", &license.id[4..5], "0".repeat(26), "0".repeat(16)),
    };
    let strangers = [p.customer(), p.msp(), p.vendor()];
    for stranger in &strangers {
        for (theirs, nobodys) in asks(&real).iter().zip(asks(&made_up)) {
            let [seen, unknown] = [theirs, &nobodys].map(|ask| answer(stranger, ask));
            assert_eq!(seen, unknown, "{} asks {} {}", stranger.id, theirs.0, theirs.1);
        }
    }
    let view = vendor.get(p, &format!("/api/v1/licenses/{}", license.id)).ok(200);
    assert_eq!((view["state"].as_str(), view["version"].as_i64()), (Some("active"), Some(1)));
}

/// What a stranger sees, without what differs from request to request.
fn answer(stranger: &Tenant, (method, path, body): &Ask) -> (u16, serde_json::Value) {
    let reply = stranger.call(shared(), method, path).json(body).send();
    let mut seen = reply.json();
    for moment in ["time", "run_until", "request_id"] {
        if let Some(members) = seen.as_object_mut() {
            members.remove(moment);
        }
    }
    (reply.status, seen)
}

#[test]
fn a_device_of_another_license_is_a_device_of_nobody() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let terms = json!({ "binding": { "mode": "strict" } });
    let [one, two] = [0, 1].map(|_| p.license(&vendor, &holder, &terms));
    let device = holder.activate(p, &one.id, "hw-1").ok(200)["device_id"].clone();
    let ask = json!({ "license_id": two.id, "device_id": device, "hardware_id": "hw-1" });
    assert_eq!(holder.validate(p, &ask)["code"], "NOT_ACTIVATED");
    let beat = holder.post(p, "/api/v1/heartbeat", &ask).ok(200);
    assert_eq!(
        (beat["recorded"].as_bool(), beat["code"].as_str()),
        (Some(false), Some("NOT_ACTIVATED"))
    );
    holder.post(p, "/api/v1/licenses/deactivate", &ask).refused(404, "device-not-found");
}

#[test]
fn a_license_key_in_a_strangers_hands_tells_nothing() {
    let p = shared();
    let (vendor, holder, stranger) = (p.vendor(), p.customer(), p.customer());
    let license = p.license(&vendor, &holder, &json!({ "features": ["secret-feature"] }));
    let reply =
        stranger.post(p, "/api/v1/licenses/validate", &json!({ "license_key": license.key }));
    assert_eq!(reply.ok(200)["code"], "NOT_FOUND");
    assert!(!reply.text().contains("secret-feature"), "{reply}");
    let ask = json!({ "license_key": license.key, "hardware_id": "hw-1" });
    stranger.post(p, "/api/v1/licenses/activate", &ask).refused(404, "license-not-found");
}
