//! The audit log: everything is in it, and nobody changes it unnoticed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use live::{Platform, Tenant, shared, until};
use serde_json::{Value, json};

/// Entries are shipped after the answer.
const SHIPPED: Duration = Duration::from_secs(20);

fn actions(p: &Platform, tenant: &Tenant) -> Vec<String> {
    let page = tenant.get(p, "/api/v1/audit?limit=200").ok(200);
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
}

fn check(p: &Platform, tenant: &Tenant) -> Value {
    tenant.get(p, "/api/v1/audit/check").ok(200)
}

#[test]
fn what_is_done_to_a_license_stands_in_the_logs_of_holder_and_issuer() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.tenant("customer", None, "us"));
    let license = p.license(&vendor, &holder, &json!({}));
    let at = |tail: &str| format!("/api/v1/licenses/{}{tail}", license.id);
    let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
    let named = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    vendor.put(p, &at(""), &json!({ "limits": { "vms": 9 } })).ok(200);
    vendor.post(p, &at("/suspend"), &json!({ "reason": "unpaid" })).ok(200);
    vendor.post(p, &at("/reinstate"), &Value::Null).ok(200);
    vendor.post(p, &at("/renew"), &json!({ "expires_at": "2090-01-01" })).ok(200);
    holder.post(p, &at("/devices/block"), &json!({ "device_id": device })).ok(200);
    holder.post(p, &at("/devices/unblock"), &json!({ "device_id": device })).ok(200);
    holder.post(p, "/api/v1/licenses/deactivate", &named).ok(200);
    vendor.call(p, "DELETE", &at("")).send().ok(200);
    let both = [
        "license.issued",
        "license.updated",
        "license.suspended",
        "license.reinstated",
        "license.renewed",
        "license.revoked",
    ];
    let holders = ["device.activated", "device.blocked", "device.unblocked", "device.deactivated"];
    for (tenant, wanted) in
        [(&vendor, both.to_vec()), (&holder, [both.as_slice(), &holders].concat())]
    {
        until(&format!("{} has its entries", tenant.id), SHIPPED, || {
            let seen = actions(p, tenant);
            wanted.iter().all(|action| seen.iter().any(|seen| seen == action))
        });
        let proof = check(p, tenant);
        assert_eq!(proof["unbroken"], true, "{proof}");
        assert_eq!(proof["entries"], proof["head_seq"], "{proof}");
    }
    let page = holder.get(p, "/api/v1/audit?action=license.suspended").ok(200);
    let entry = &page["items"][0];
    assert_eq!(
        (entry["subject"].as_str(), entry["detail"]["reason"].as_str()),
        (Some(license.id.as_str()), Some("unpaid"))
    );
    assert!(
        !page.to_string().contains(&vendor.key) && !page.to_string().contains(&license.key),
        "no secrets"
    );
}

#[test]
fn keys_and_tenants_leave_traces_too() {
    let p = shared();
    let msp = p.msp();
    let made = msp
        .post(p, "/api/v1/keys/generate", &json!({ "app_name": "x", "scopes": ["license:read"] }))
        .ok(201);
    msp.call(p, "DELETE", &format!("/api/v1/keys/{}", made["key_id"].as_str().unwrap()))
        .send()
        .ok(204);
    let customer = p.name("audited");
    let body = json!({ "tenant_id": customer, "kind": "customer", "name": "X", "region": "apac" });
    msp.post(p, "/api/v1/tenants", &body).ok(201);
    msp.post(p, &format!("/api/v1/tenants/{customer}/suspend"), &Value::Null).ok(200);
    msp.put(p, "/api/v1/products/tool", &json!({ "name": "Tool" })).ok(200);
    let wanted =
        ["key.created", "key.revoked", "tenant.created", "tenant.suspended", "product.changed"];
    until("the MSP has its entries", SHIPPED, || {
        let seen = actions(p, &msp);
        wanted.iter().all(|action| seen.iter().any(|seen| seen == action))
    });
    assert_eq!(check(p, &msp)["unbroken"], true);
}

#[test]
fn a_changed_or_missing_entry_is_found() {
    let mut p = Platform::start("tampered");
    let vendor = p.vendor();
    for n in 0..3 {
        vendor.put(&p, &format!("/api/v1/products/tool-{n}"), &json!({ "name": "Tool" })).ok(200);
    }
    let total = 5;
    until("tenant, key and three products are there", SHIPPED, || {
        actions(&p, &vendor).len() == total
    });
    until("the chain is whole", SHIPPED, || check(&p, &vendor)["unbroken"] == true);
    p.stop();
    let change = "UPDATE audit SET actor = 'somebody else' WHERE tenant_id = ?1 AND seq = 2";
    assert_eq!(tamper(&p.state(), &vendor.id, change), 1);
    p.restart();
    let proof = check(&p, &vendor);
    assert_eq!(
        (proof["unbroken"].as_bool(), proof["broken_at"].as_u64()),
        (Some(false), Some(2)),
        "{proof}"
    );
    p.stop();
    assert_eq!(
        tamper(&p.state(), &vendor.id, "DELETE FROM audit WHERE tenant_id = ?1 AND seq > 2"),
        total - 2
    );
    let mend = "UPDATE audit SET actor = (SELECT actor FROM audit WHERE seq = 1) WHERE tenant_id = ?1 AND seq = 2";
    assert_eq!(tamper(&p.state(), &vendor.id, mend), 1);
    p.restart();
    let proof = check(&p, &vendor);
    assert_eq!(
        (proof["unbroken"].as_bool(), proof["broken_at"].as_u64()),
        (Some(false), Some(3)),
        "{proof}"
    );
}

/// Changes the log behind the platform's back, in whichever database has it.
fn tamper(state: &Path, tenant: &str, sql: &str) -> usize {
    let mut changed = 0;
    for file in files(&state.join("d1")) {
        let db = rusqlite::Connection::open(file).unwrap();
        // The DIRECTORY has no such table.
        changed += db.execute(sql, [tenant]).unwrap_or(0);
    }
    changed
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "sqlite"))
        .collect()
}
