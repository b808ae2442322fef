//! Whatever comes in gets its documented answer; nothing panics, nothing is half-written. That every answer is
//! a problem with a documented code and no 5xx, the harness checks itself.

mod bodies;
mod fields;
mod keys;
mod large;

use live::shared;
use serde_json::json;

const VALIDATE: &str = "/api/v1/licenses/validate";
const HEARTBEAT: &str = "/api/v1/licenses/heartbeat";
const GENERATE: &str = "/api/v1/licenses/generate";

#[test]
fn unknown_paths_and_wrong_methods_are_told_apart() {
    let p = shared();
    let tenant = p.customer();
    let rows = [
        ("GET", "/api/v1/licenses/validate", Some("POST")),
        ("PUT", "/api/v1/licenses/validate", Some("POST")),
        ("GET", "/api/v1/licenses/heartbeat", Some("POST")),
        ("DELETE", "/api/v1/heartbeat", Some("POST")),
        ("GET", "/api/v1/licenses/generate", Some("POST")),
        ("PATCH", "/api/v1/licenses/lic_1", Some("GET, PUT, DELETE")),
        ("GET", "/api/v1/licenses/checkout", Some("POST")),
        ("PUT", "/api/v1/licenses/return", Some("POST")),
        ("GET", "/api/v1/licenses/extend", Some("POST")),
        ("POST", "/api/v1/pools/lic_1", Some("GET")),
        ("GET", "/api/v1/pools/lic_1/rules", Some("PUT")),
        ("POST", "/api/v1/audit", Some("GET")),
        ("POST", "/.well-known/jwks.json", Some("GET")),
        ("POST", "/api/v1/licenses/validate/more", None),
        ("POST", "/api/v1/licenses/validated", None),
        ("POST", "/api/v1/heartbeats", None),
        ("GET", "/api/v1/licenses/borrow", Some("POST")),
        ("GET", "/api/v1/pools", None),
        ("GET", "/api/v1/licenses/", None),
        ("GET", "/api/v1/nothing", None),
        ("GET", "/api/v1/licenses/a/b/c/d", None),
        ("POST", "/.well-known/security.txt", Some("GET")),
        ("GET", "/api/v3/licenses", None),
    ];
    for (method, path, allow) in rows {
        let reply = tenant.call(p, method, path).json(&json!({})).send();
        match allow {
            None => reply.refused(404, "not-found"),
            Some(allow) => {
                reply.refused(405, "method-not-allowed");
                assert_eq!(reply.header("allow"), allow, "{reply}");
            }
        }
    }
}

#[test]
fn ids_and_queries_of_any_shape_find_nothing() {
    let p = shared();
    let vendor = p.vendor();
    let long = "x".repeat(3000);
    let ids = [
        "lic_",
        "%00",
        "%ff%fe",
        "..%2f..%2f",
        "'%20OR%201=1--",
        "lic_e%30",
        "%F0%9F%92%A9",
        &long,
    ];
    for id in ids {
        vendor.get(p, &format!("/api/v1/licenses/{id}")).refused(404, "license-not-found");
        vendor.get(p, &format!("/api/v1/pools/{id}")).refused(404, "license-not-found");
        vendor.get(p, &format!("/api/v1/licenses/files/{id}")).refused(404, "license-not-found");
        vendor
            .call(p, "DELETE", &format!("/api/v1/keys/{id}"))
            .send()
            .refused(404, "key-not-found");
        vendor.get(p, &format!("/api/v1/tenants/{id}")).refused(404, "tenant-not-found");
    }
    let queries = [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=9999999999999999999",
        "color=red",
        "limit=1&limit=1",
    ];
    for query in queries {
        vendor.get(p, &format!("/api/v1/licenses?{query}")).refused(422, "invalid-request");
    }
    for cursor in ["%00", "'", "zzz", "lic_", &long] {
        vendor.get(p, &format!("/api/v1/licenses?cursor={cursor}")).ok(200);
    }
    vendor.get(p, "/api/v1/audit?cursor=x").refused(422, "invalid-request");
    vendor.get(p, "/api/v1/audit?since=yesterday").refused(422, "invalid-request");
}

#[test]
fn odd_headers_are_refused_or_passed_over() {
    let p = shared();
    let tenant = p.customer();
    let path = "/api/v1/licenses/validate";
    let long = "x".repeat(6000);
    for credentials in ["Bearer", "Bearer ", "bearer wk_a_b", "Token x", "License", ":", &long] {
        let call = p.call("POST", &tenant.id, path).json(&json!({ "license_id": "A-1" }));
        call.header("authorization", credentials).send().refused(401, "credentials-malformed");
    }
    let reply = tenant
        .call(p, "POST", path)
        .json(&json!({ "license_id": "A-1" }))
        .header("x-vendor-id", "nobody")
        .send();
    reply.refused(403, "wrong-host");
    let reply = tenant
        .call(p, "POST", path)
        .json(&json!({ "license_id": "A-1" }))
        .header("writ-fault", "no=such,word,=")
        .send();
    reply.ok(200);
}

#[test]
fn clocks_off_by_years_are_suspected_and_nothing_more() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({ "binding": { "mode": "strict" } }));
    holder.activate(p, &license.id, "hw-1").ok(200);
    let beat = |time: &str| {
        let body = json!({ "license_id": license.id, "hardware_id": "hw-1", "time": time });
        holder.post(p, "/api/v1/heartbeat", &body)
    };
    let now = holder.validate(p, &json!({ "license_id": license.id }))["time"]
        .as_str()
        .unwrap()
        .to_owned();
    let rows = [
        ("1970-01-01T00:00:00Z", "CLOCK_SUSPECTED"),
        (now.as_str(), "VALID"),
        ("2199-12-31T23:59:59.999+14:00", "CLOCK_SUSPECTED"),
        ("9999-12-31T23:59:59Z", "CLOCK_SUSPECTED"),
        ("0001-01-01T00:00:00Z", "CLOCK_SUSPECTED"),
        (now.as_str(), "VALID"),
    ];
    for (time, code) in rows {
        let reply = beat(time);
        let told = reply.ok(200);
        assert_eq!(
            (told["code"].as_str(), told["recorded"].as_bool()),
            (Some(code), Some(true)),
            "{time}: {reply}"
        );
    }
    for time in
        ["yesterday", "", "2025-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"]
    {
        beat(time).refused(422, "invalid-request");
    }
}
