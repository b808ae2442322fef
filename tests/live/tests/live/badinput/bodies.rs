//! Bodies that are too large, too deep, no JSON, or JSON that says something else.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use live::{Reply, Tenant, shared};
use serde_json::json;

const VALIDATE: &str = "/api/v1/licenses/validate";
const HEARTBEAT: &str = "/api/v1/licenses/heartbeat";
const GENERATE: &str = "/api/v1/licenses/generate";

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
fn wrong_fields_are_pointed_at() {
    let vendor = shared().vendor();
    let deep = |open: &str, n: usize| {
        format!("{{\"license_id\":\"A-1\",\"usage_metrics\":{}", open.repeat(n))
    };
    let generate = |rest: &str| {
        format!("{{\"customer\":{{\"tenant_id\":\"acme\"}},\"product\":{{\"id\":\"tool\"}}{rest}}}")
    };
    let pricing = |fee: &str| {
        generate(&format!(
            ",\"entitlement\":{{\"total_licenses\":1,\"commit_qty\":1,\"max_overage\":0,\"pricing\":{{\"commit_fee_monthly\":{fee},\"overage_per_use\":1,\"currency\":\"EUR\"}}}}"
        ))
    };
    let rows = [
        (VALIDATE, "[]".to_owned(), ""),
        (VALIDATE, "null".to_owned(), ""),
        (VALIDATE, r#"{"licence_id":"A-1"}"#.to_owned(), "/licence_id"),
        (VALIDATE, r#"{"license_id":1}"#.to_owned(), "/license_id"),
        (VALIDATE, r#"{"license_id":""}"#.to_owned(), "/license_id"),
        (VALIDATE, format!(r#"{{"license_id":"{}"}}"#, "x".repeat(201)), "/license_id"),
        (VALIDATE, "{}".to_owned(), ""),
        (VALIDATE, r#"{"license_id":"A-1","strict":"yes"}"#.to_owned(), "/strict"),
        (VALIDATE, r#"{"license_id":"A-1","nonce":""}"#.to_owned(), "/nonce"),
        (VALIDATE, deep("[", 30_000), "/usage_metrics"),
        (HEARTBEAT, r#"{"license_id":"A-1"}"#.to_owned(), ""),
        (HEARTBEAT, r#"{"license_id":"A-1","hardware_id":"x","mood":"good"}"#.to_owned(), "/mood"),
        (
            HEARTBEAT,
            r#"{"license_id":"A-1","hardware_id":"x","acknowledge":[7]}"#.to_owned(),
            "/acknowledge/0",
        ),
        (GENERATE, "{}".to_owned(), ""),
        (GENERATE, generate(",\"colour\":1"), "/colour"),
        (GENERATE, generate(",\"contract\":{\"end_date\":\"2020-13-01\"}"), "/contract/end_date"),
        (
            GENERATE,
            generate(",\"contract\":{\"start_date\":\"2030-01-01\",\"end_date\":\"2020-01-01\"}"),
            "/contract/end_date",
        ),
        (GENERATE, generate(",\"terms\":{\"limits\":{\"wms\":1}}"), "/terms/limits"),
        (
            GENERATE,
            generate(",\"terms\":{\"limits\":{\"vms\":9007199254740992}}"),
            "/terms/limits/vms",
        ),
        (GENERATE, generate(",\"terms\":{\"limits\":{\"vms\":-1}}"), "/terms/limits"),
        (GENERATE, pricing(&"[".repeat(30_000)), ""),
        (GENERATE, pricing("-1"), "/entitlement/pricing/commit_fee_monthly"),
        (GENERATE, pricing("0.001"), "/entitlement/pricing/commit_fee_monthly"),
        (GENERATE, pricing("99999999999999999999999"), "/entitlement/pricing/commit_fee_monthly"),
        (GENERATE, pricing("\"12,50\""), "/entitlement/pricing/commit_fee_monthly"),
    ];
    // The vendor's own customer, so that what is wrong is what the row says.
    let holder = shared().customer();
    for (path, body, pointer) in rows {
        let body = body.replace("\"acme\"", &format!("\"{}\"", holder.id));
        let reply = send(&vendor, path, body.as_bytes());
        // Nesting without an end is no JSON at all.
        if body.ends_with('[') || body.contains("[[[[") && reply.status == 400 {
            assert!(
                matches!(reply.code().as_str(), "malformed-json" | "invalid-request"),
                "{reply}"
            );
            continue;
        }
        reply.refused(422, "invalid-request");
        assert_eq!(
            reply.json()["errors"][0]["pointer"],
            pointer,
            "{}: {reply}",
            body.chars().take(200).collect::<String>()
        );
    }
    let licenses = vendor.get(shared(), "/api/v1/licenses").ok(200);
    assert_eq!(licenses["items"], json!([]), "nothing was made");
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

#[test]
fn bodies_over_the_limit_are_refused_however_they_come() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    let (small, large) = (65_536, 10 << 20);
    for path in [VALIDATE, HEARTBEAT, GENERATE] {
        for size in [small + 1, large] {
            for chunked in [false, true] {
                let answer = upload(&vendor, path, size, chunked);
                let told =
                    answer.contains(" 413 ") && answer.contains("\"code\":\"body-too-large\"");
                assert!(
                    told && answer.contains("x-request-id: "),
                    "{path}, {size} bytes, chunked {chunked}: {answer}"
                );
            }
        }
    }
    let mut body = format!(r#"{{"license_id":"{}"}}"#, license.id).into_bytes();
    body.resize(small, b' ');
    assert_eq!(holder.call(p, "POST", VALIDATE).raw(body.clone()).send().ok(200)["code"], "VALID");
    assert_eq!(
        holder.call(p, "POST", VALIDATE).raw(body).chunked().send().ok(200)["code"],
        "VALID"
    );
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

/// The answer to a body of `size` blanks, as text. It comes while the body is still being sent, and then the
/// connection ends: so reading must not wait for writing.
fn upload(tenant: &Tenant, path: &str, size: usize, chunked: bool) -> String {
    let (p, key) = (shared(), &tenant.key);
    let length = if chunked {
        "transfer-encoding: chunked".to_owned()
    } else {
        format!("content-length: {size}")
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n{length}\r\n\r\n",
        p.host(&tenant.id)
    );
    let mut stream = TcpStream::connect(("127.0.0.1", p.port())).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        let blanks = vec![b' '; size];
        let body = if chunked {
            [format!("{size:x}\r\n").as_bytes(), &blanks, b"\r\n0\r\n\r\n"].concat()
        } else {
            blanks
        };
        // The platform may hang up before it has everything.
        let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body));
    });
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(read) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
        if read == 0 || answer.windows(16).any(|window| window == b"\"body-too-large\"") {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    writing.join().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
