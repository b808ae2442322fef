//! Fields that are missing, unknown, of another type or out of range.

use live::{Reply, Tenant, shared};
use serde_json::{Value, json};

use super::{GENERATE, HEARTBEAT, VALIDATE};

/// Asserts that each body is refused with a pointer to its wrong field.
#[track_caller]
fn pointed_at(caller: &Tenant, path: &str, rows: &[(String, &str)]) {
    for (body, pointer) in rows {
        let reply: Reply = caller.call(shared(), "POST", path).raw(body.as_bytes()).send();
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], *pointer, "{body}: {reply}");
    }
}

#[test]
fn a_wrong_field_of_a_validation_or_heartbeat_is_pointed_at() {
    let holder = shared().customer();
    let with = |rest: &str| format!(r#"{{"license_id":"A-1",{rest}}}"#);
    let long = "x".repeat(201);
    let rows = [
        ("[]".to_owned(), ""),
        ("null".to_owned(), ""),
        ("{}".to_owned(), ""),
        (r#"{"licence_id":"A-1"}"#.to_owned(), "/licence_id"),
        (r#"{"license_id":1}"#.to_owned(), "/license_id"),
        (r#"{"license_id":""}"#.to_owned(), "/license_id"),
        (format!(r#"{{"license_id":"{long}"}}"#), "/license_id"),
        (with(r#""strict":"yes""#), "/strict"),
        (with(r#""nonce":"""#), "/nonce"),
        (with(r#""usage_metrics":{"vm_count":[]}"#), "/usage_metrics/vm_count"),
    ];
    pointed_at(&holder, VALIDATE, &rows);
    let rows = [
        (with(r#""status":"good""#), ""),
        (with(r#""hardware_id":"x","mood":"good""#), "/mood"),
        (with(r#""hardware_id":"x","acknowledge":[7]"#), "/acknowledge/0"),
        (with(r#""device_id":"x""#), "/device_id"),
    ];
    pointed_at(&holder, HEARTBEAT, &rows);
}

#[test]
fn a_wrong_field_of_an_order_is_pointed_at_and_nothing_is_made() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let order = |name: &str, value: &Value| {
        let mut order =
            json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" } });
        order[name] = value.clone();
        order.to_string()
    };
    let seats = |total: u32, price: &str| {
        let text = format!(
            r#"{{"total_licenses":{total},"commit_qty":1,"max_overage":0,
                "pricing":{{"commit_fee_monthly":@,"overage_per_use":1,"currency":"EUR"}}}}"#
        );
        // The price is put in as text, for no reader may have touched it before.
        let seats = text.replace('@', "0");
        order("entitlement", &serde_json::from_str(&seats).unwrap())
            .replace(r#""commit_fee_monthly":0"#, &format!(r#""commit_fee_monthly":{price}"#))
    };
    let (fee, end) = ("/entitlement/pricing/commit_fee_monthly", "/contract/end_date");
    let rows = [
        ("{}".to_owned(), ""),
        (order("colour", &json!(1)), "/colour"),
        (order("contract", &json!({ "end_date": "2020-13-01" })), end),
        (order("contract", &json!({ "start_date": "2030-01-01", "end_date": "2020-01-01" })), end),
        (order("terms", &json!({ "limits": { "wms": 1 } })), "/terms/limits"),
        (order("terms", &json!({ "limits": { "vms": -1 } })), "/terms/limits"),
        (order("terms", &json!({ "limits": { "vms": 1_u64 << 53 } })), "/terms/limits/vms"),
        (seats(2, "1"), "/entitlement/total_licenses"),
        (seats(1, "-1"), fee),
        (seats(1, "0.001"), fee),
        (seats(1, "99999999999999999999999"), fee),
        (seats(1, "\"12,50\""), fee),
    ];
    pointed_at(&vendor, GENERATE, &rows);
    let licenses = vendor.get(p, "/api/v1/licenses").ok(200);
    assert_eq!(licenses["items"], json!([]));
    vendor.call(p, "POST", GENERATE).raw(seats(1, "12.50")).send().ok(201);
}

#[test]
fn nesting_without_an_end_exhausts_nobody() {
    let p = shared();
    let vendor = p.vendor();
    for path in [VALIDATE, HEARTBEAT, GENERATE] {
        for open in ["[", "{\"a\":"] {
            for before in ["", "{\"license_id\":", "{\"usage_metrics\":", "{\"unknown\":"] {
                let body = format!("{before}{}", open.repeat(10_000));
                let reply = vendor.call(p, "POST", path).raw(body).send();
                assert!(matches!(reply.status, 400 | 422), "{before}: {reply}");
            }
        }
    }
    let deep = format!(
        r#"{{"customer":{{"tenant_id":"x"}},"product":{{"id":"x"}},"entitlement":{{"total_licenses":1,
            "commit_qty":1,"max_overage":0,"pricing":{{"commit_fee_monthly":{}"#,
        "[".repeat(30_000)
    );
    let reply = vendor.call(p, "POST", GENERATE).raw(deep).send();
    assert!(matches!(reply.status, 400 | 422), "{reply}");
}

#[test]
fn numbers_at_their_edges_are_exact_or_refused() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license =
        p.license(&vendor, &holder, &json!({ "limits": { "vms": 9_007_199_254_740_991_u64 } }));
    let rows = [
        ("0", 200),
        ("9007199254740991", 200),
        ("9007199254740992", 422),
        ("9223372036854775807", 422),
        ("9223372036854775808", 422),
        ("18446744073709551615", 422),
        ("18446744073709551616", 422),
        ("-1", 422),
        ("-9223372036854775808", 422),
        ("-9223372036854775809", 422),
        ("1.5", 422),
        ("1e3", 422),
        ("1e400", 400),
        ("01", 400),
        ("NaN", 400),
        ("true", 422),
    ];
    for (number, status) in rows {
        for path in [VALIDATE, HEARTBEAT] {
            let gauges = if path == VALIDATE { "usage_metrics" } else { "metrics" };
            let body = format!(
                r#"{{"license_id":"{}","hardware_id":"hw","{gauges}":{{"vm_count":{number}}}}}"#,
                license.id
            );
            let reply = holder.call(p, "POST", path).raw(body).send();
            assert_eq!(reply.status, status, "{number}: {reply}");
            if status == 422 {
                assert_eq!(
                    reply.json()["errors"][0]["pointer"],
                    format!("/{gauges}/vm_count"),
                    "{number}: {reply}"
                );
            }
        }
    }
    let verdict = holder.validate(p, &json!({ "license_id": license.id, "usage_metrics": { "vm_count": 9_007_199_254_740_991_u64 } }));
    assert_eq!(
        (verdict["code"].as_str(), verdict["remaining"]["vms"].as_u64()),
        (Some("VALID"), Some(0))
    );
    let limits =
        &vendor.get(p, &format!("/api/v1/licenses/{}", license.id)).ok(200)["terms"]["limits"];
    assert_eq!(limits["vms"].as_u64(), Some(9_007_199_254_740_991), "no float has touched it");
}
