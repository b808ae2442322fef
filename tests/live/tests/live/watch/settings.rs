//! Rules and channels: who may see and change them, and what is refused.

use live::shared;
use serde_json::json;

use super::{Key, alerts, raised};

#[test]
fn an_msp_sees_the_alerts_of_its_customers_and_nobody_elses() {
    let p = shared();
    let (msp, stranger) = (p.msp(), p.msp());
    let customer = p.tenant("customer", Some(&msp), "us");
    let key = Key::new(p, &customer, &["license:read"]);
    p.call("GET", &stranger.id, "/api/v1/licenses")
        .key(&key.text)
        .send()
        .refused(403, "wrong-host");
    let value = format!("cross_tenant {}", p.host(&stranger.id));
    let alert = raised(p, &key, &[&value])[0]["alert_id"].as_str().unwrap().to_owned();
    let of_customer = format!("tenant_id={}", customer.id);
    let seen = alerts(p, &msp, &format!("{of_customer}&rule=cross_tenant&severity=high"));
    assert_eq!(seen[0]["alert_id"], alert.as_str());
    let path = format!("/api/v1/alerts/{alert}/acknowledge?{of_customer}");
    msp.post(p, &path, &json!({ "note": "known" })).ok(200);
    let path = format!("/api/v1/alerts/{alert}?{of_customer}");
    assert_eq!(msp.get(p, &path).ok(200)["note"], "known");
    for path in ["alerts", "alert-rules", "alert-channels"] {
        let path = format!("/api/v1/{path}?{of_customer}");
        msp.get(p, &path).ok(200);
        stranger.get(p, &path).refused(404, "tenant-not-found");
    }
    msp.get(p, &format!("/api/v1/alerts/{alert}")).refused(404, "alert-not-found");
}

#[test]
fn settings_are_checked_and_come_back_whole() {
    let p = shared();
    let holder = p.customer();
    let hours =
        |zone: &str| json!({ "zone": zone, "days": [1, 2], "from": "22:00", "to": "06:00" });
    let rows = [
        (
            "alert-rules",
            json!({ "business_hours": hours("Europe/Atlantis") }),
            "/business_hours/zone",
        ),
        ("alert-rules", json!({ "quiet_seconds": 0 }), "/quiet_seconds"),
        ("alert-rules", json!({ "rules": { "unheard_of": { "severity": "low" } } }), "/rules"),
        (
            "alert-channels",
            json!({ "webhooks": [{ "url": "https://10.0.0.1/" }] }),
            "/webhooks/0/url",
        ),
        (
            "alert-channels",
            json!({ "webhooks": [{ "url": "https://169.254.169.254/x" }] }),
            "/webhooks/0/url",
        ),
        (
            "alert-channels",
            json!({ "webhooks": [{ "url": "http://hooks.example.com/" }] }),
            "/webhooks/0/url",
        ),
        ("alert-channels", json!({ "emails": ["nobody"] }), "/emails/0"),
    ];
    for (path, body, pointer) in rows {
        let reply = holder.put(p, &format!("/api/v1/{path}"), &body);
        reply.refused(422, "invalid-request");
        assert!(
            reply.json()["errors"][0]["pointer"].as_str().unwrap().starts_with(pointer),
            "{reply}"
        );
    }
    let usual = holder.get(p, "/api/v1/alert-rules").ok(200);
    assert_eq!(usual["rules"].as_object().unwrap().len(), 7, "{usual}");
    let mut rules = usual.clone();
    rules["business_hours"] = hours("Europe/Berlin");
    rules["rules"]["refused"] = json!({ "enabled": false, "severity": "high", "threshold": 9 });
    assert_eq!(holder.put(p, "/api/v1/alert-rules", &rules).ok(200), rules);
    assert_eq!(holder.get(p, "/api/v1/alert-rules").ok(200), rules);
    for query in ["rule=x", "severity=x", "state=x", "key=x", "cursor=x", "x=y", "limit=0"] {
        holder.get(p, &format!("/api/v1/alerts?{query}")).refused(422, "invalid-request");
    }
    for id in ["x", "alert_00000000000000000000000000"] {
        holder.get(p, &format!("/api/v1/alerts/{id}")).refused(404, "alert-not-found");
    }
}
