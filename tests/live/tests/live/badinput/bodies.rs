//! Bodies that are no JSON, or JSON that names what is not there.

use live::{Reply, Tenant, shared};
use serde_json::json;

use super::{GENERATE, HEARTBEAT, VALIDATE};

/// A vendor that is also a holder of nothing: it may call all three.
fn send(vendor: &Tenant, path: &str, body: &[u8]) -> Reply {
    vendor.call(shared(), "POST", path).raw(body).send()
}

#[test]
fn bodies_that_are_no_json_are_malformed() {
    let vendor = shared().vendor();
    let latin: &[u8] = b"{\"license_id\":\"M\xfcller-1\"}";
    let half: &[u8] = b"{\"license_id\":\"\xf0\x9f\x92\"}";
    let everywhere: [&[u8]; 8] =
        [b"", b"{", b"nope", b"'x'", latin, half, b"\xef\xbb\xbf{}", b"\0"];
    for path in [VALIDATE, HEARTBEAT, GENERATE] {
        for body in everywhere {
            send(&vendor, path, body).refused(400, "malformed-json");
        }
    }
    let with_fields: [&[u8]; 3] =
        [b"{\"license_id\"}", b"{\"license_id\":\"\\ud800\"}", b"{\"license_id\":\"A-1\"}{}"];
    for path in [VALIDATE, HEARTBEAT] {
        for body in with_fields {
            send(&vendor, path, body).refused(400, "malformed-json");
        }
    }
}

#[test]
fn the_same_field_twice_is_refused() {
    let p = shared();
    let vendor = p.vendor();
    let rows = [
        (VALIDATE, r#"{"license_id":"A-1","license_id":"B-1"}"#),
        (HEARTBEAT, r#"{"license_id":"A-1","hardware_id":"x","hardware_id":"y"}"#),
        (HEARTBEAT, r#"{"license_id":"A-1","hardware_id":"x","metrics":{},"usage":{}}"#),
        (GENERATE, r#"{"customer":{"tenant_id":"a","tenant_id":"b"},"product":{"id":"x"}}"#),
    ];
    for (path, body) in rows {
        send(&vendor, path, body.as_bytes()).refused(422, "invalid-request");
    }
}

#[test]
fn bodies_must_say_that_they_are_json() {
    let p = shared();
    let vendor = p.vendor();
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "application/json5",
        "json",
    ];
    for path in [VALIDATE, HEARTBEAT, GENERATE] {
        for media in types {
            let call = vendor.call(p, "POST", path).raw(*b"{}").header("content-type", media);
            call.send().refused(415, "unsupported-media-type");
        }
        let call = vendor
            .call(p, "POST", path)
            .raw(*b"{")
            .header("content-type", "Application/JSON; charset=utf-8");
        call.send().refused(400, "malformed-json");
    }
}

#[test]
fn what_is_not_there_is_told_by_its_own_code() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    assert_eq!(holder.validate(p, &json!({ "license_id": "NOBODYS-1" }))["code"], "NOT_FOUND");
    let device = json!({ "license_id": "NOBODYS-1", "hardware_id": "x" });
    for path in [HEARTBEAT, "/api/v1/licenses/activate", "/api/v1/licenses/deactivate"] {
        holder.post(p, path, &device).refused(404, "license-not-found");
    }
    let order = |tenant: &str, plan: &str| json!({ "customer": { "tenant_id": tenant }, "product": { "id": "tool" }, "plan": plan });
    vendor.post(p, GENERATE, &order(&holder.id, "nothing")).refused(404, "plan-not-found");
    vendor.put(p, "/api/v1/plans/basic", &json!({ "name": "Basic", "terms": {} })).ok(200);
    vendor.post(p, GENERATE, &order("nobody-at-all", "basic")).refused(404, "tenant-not-found");
    vendor.post(p, GENERATE, &order(&holder.id, "basic")).ok(201);
    let taken = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" }, "license_code": "TAKEN-CODE-1" });
    vendor.post(p, GENERATE, &taken).ok(201);
    vendor.post(p, GENERATE, &taken).refused(409, "already-exists");
}
