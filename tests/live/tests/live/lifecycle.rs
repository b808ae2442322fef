//! A license's life as its holder's devices see it.

use std::time::Duration;

use live::{Licensed, Platform, Tenant, shared, until};
use serde_json::{Value, json};

/// The staleness bound, and a second for the way.
const WARM: Duration = Duration::from_secs(6);

struct Life {
    vendor: Tenant,
    holder: Tenant,
    license: Licensed,
    device: Value,
}

fn life(p: &Platform) -> Life {
    let (vendor, holder) = (p.vendor(), p.customer());
    let terms = json!({ "limits": { "vms": 50, "devices": 2 }, "binding": { "mode": "strict" } });
    let license = p.license(&vendor, &holder, &terms);
    let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
    Life { vendor, holder, license, device }
}

impl Life {
    fn path(&self, tail: &str) -> String {
        format!("/api/v1/licenses/{}{tail}", self.license.id)
    }

    fn ask(&self) -> Value {
        json!({ "license_id": self.license.code, "hardware_id": "hw-1" })
    }

    fn verdict(&self, p: &Platform) -> Value {
        self.holder.validate(p, &self.ask())
    }

    fn beat(&self, p: &Platform, acknowledge: &[&str]) -> Value {
        let mut body = json!({ "license_id": self.license.id, "device_id": self.device, "acknowledge": acknowledge });
        // A device id is no secret: a strict license wants the hardware as well.
        body["hardware_id"] = json!("hw-1");
        self.holder.post(p, "/api/v1/licenses/heartbeat", &body).ok(200)
    }
}

#[test]
fn new_limits_reach_the_device_as_a_command_until_it_acknowledges_them() {
    let p = shared();
    let life = life(p);
    assert_eq!(life.verdict(p)["commands"], json!([]));
    let changed = life.vendor.put(p, &life.path(""), &json!({ "limits": { "vms": 60 } })).ok(200);
    assert_eq!(
        (changed["terms"]["limits"]["vms"].as_u64(), changed["version"].as_u64()),
        (Some(60), Some(2))
    );
    let update = json!({ "type": "update_limits", "new_limits": { "max_vms": 60 } });
    let is_told = |commands: &Value| {
        commands.as_array().unwrap().iter().any(|command| {
            command["type"] == update["type"] && command["new_limits"] == update["new_limits"]
        })
    };
    until("a heartbeat brings the command", WARM, || is_told(&life.beat(p, &[])["commands"]));
    until("a validation brings the command", WARM, || is_told(&life.verdict(p)["commands"]));
    let told = life.verdict(p);
    assert_eq!(
        (told["license_version"].as_u64(), told["entitlements"]["limits"]["vms"].as_u64()),
        (Some(2), Some(60))
    );
    let commands = life.beat(p, &[])["commands"].clone();
    let ids: Vec<_> = commands
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command["id"].as_str().unwrap())
        .collect();
    let after = life.beat(p, &ids);
    assert_eq!(
        (after["commands"].clone(), after["license_version"].as_u64()),
        (json!([]), Some(2))
    );
    until("validations forget the command", WARM, || life.verdict(p)["commands"] == json!([]));
}

#[test]
fn changes_show_at_once_when_asked_strictly_and_within_the_bound_when_warm() {
    let p = shared();
    let life = life(p);
    let strictly = || {
        let mut ask = life.ask();
        ask["strict"] = json!(true);
        life.holder.validate(p, &ask)["code"].clone()
    };
    assert_eq!(life.verdict(p)["code"], "VALID");
    let steps = [
        ("POST", "/suspend", "SUSPENDED"),
        ("POST", "/reinstate", "VALID"),
        ("DELETE", "", "REVOKED"),
    ];
    for (method, tail, code) in steps {
        // Warm: another answer is in memory a moment before the change.
        life.verdict(p);
        life.vendor.call(p, method, &life.path(tail)).send().ok(200);
        let took = until(&format!("{code} shows"), WARM, || life.verdict(p)["code"] == code);
        assert_eq!(strictly(), code, "after {took:?}");
        let beat = life.beat(p, &[]);
        assert_eq!(
            (beat["code"].as_str(), beat["recorded"].as_bool()),
            (Some(code), Some(true)),
            "{beat}"
        );
    }
    life.vendor.post(p, &life.path("/reinstate"), &Value::Null).refused(409, "license-not-usable");
    life.holder.activate(p, &life.license.id, "hw-2").refused(409, "license-not-usable");
}

#[test]
fn a_strict_question_sees_a_change_at_once() {
    let p = shared();
    let life = life(p);
    let mut ask = life.ask();
    ask["strict"] = json!(true);
    for (tail, code) in [("/suspend", "SUSPENDED"), ("/reinstate", "VALID")] {
        life.verdict(p);
        life.vendor.post(p, &life.path(tail), &json!({ "reason": "billing" })).ok(200);
        assert_eq!(life.holder.validate(p, &ask)["code"], code);
    }
}

#[test]
fn stop_and_resume_reach_the_device() {
    let p = shared();
    let life = life(p);
    let told = |kind: &str| {
        let beat = life.beat(p, &[]);
        beat["commands"].as_array().unwrap().iter().any(|command| command["type"] == kind)
    };
    life.vendor.post(p, &life.path("/suspend"), &json!({ "reason": "unpaid" })).ok(200);
    until("the device is stopped", WARM, || told("stop"));
    life.vendor.post(p, &life.path("/reinstate"), &Value::Null).ok(200);
    until("the device is resumed", WARM, || told("resume"));
}

#[test]
fn a_suspended_tenant_takes_its_licenses_along() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    let ask = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    let shows = |code: &str| {
        let what = format!("{code} shows");
        until(&what, WARM, || holder.validate(p, &ask)["code"] == code);
        until(&what, WARM, || holder.post(p, "/api/v1/heartbeat", &ask).ok(200)["code"] == code);
    };
    shows("VALID");
    for tenant in [&vendor, &holder] {
        let step = |step: &str| {
            p.console("POST", &format!("/api/v1/tenants/{}/{step}", tenant.id)).send().ok(200)
        };
        step("suspend");
        shows("TENANT_SUSPENDED");
        step("reactivate");
        shows("VALID");
    }
}

#[test]
fn a_change_made_on_an_outdated_version_is_refused() {
    let p = shared();
    let life = life(p);
    let put = |version: i64| {
        life.vendor.put(p, &life.path(""), &json!({ "features": ["a"], "version": version }))
    };
    put(2).refused(409, "version-conflict");
    put(1).ok(200);
    put(1).refused(409, "version-conflict");
}
