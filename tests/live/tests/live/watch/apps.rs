//! Application fingerprints: what the issuer of a product lets in, at validation, heartbeat and checkout.

use live::{Call, Licensed, Platform, Tenant, shared, until};
use serde_json::{Value, json};

use super::{TOLD, alerts, short};

/// A license with seats, its two parties, and an application that uses it.
struct Stage<'p> {
    p: &'p Platform,
    vendor: Tenant,
    holder: Tenant,
    license: Licensed,
}

impl<'p> Stage<'p> {
    fn new(p: &'p Platform) -> Self {
        let (vendor, holder) = (p.vendor(), p.tenant("customer", None, "us"));
        let license = p.seats(&vendor, &holder, (50, 0), &json!({ "borrow_max_seconds": 60 }));
        Self { p, vendor, holder, license }
    }

    fn app(&self, path: &str, (fingerprint, version): (&str, &str), body: Value) -> Call<'p> {
        let mut body = body;
        body["license_id"] = json!(self.license.id);
        let call =
            self.holder.call(self.p, "POST", &format!("/api/v1/licenses/{path}")).json(&body);
        let call = if fingerprint.is_empty() {
            call
        } else {
            call.header("x-app-fingerprint", fingerprint)
        };
        if version.is_empty() { call } else { call.header("x-lib-version", version) }
    }

    /// The verdict on an application.
    fn verdict(&self, app: (&str, &str)) -> String {
        let answer = self.app("validate", app, json!({})).send().ok(200);
        answer["code"].as_str().unwrap().to_owned()
    }

    fn policy(&self, policy: &Value) {
        self.vendor.put(self.p, "/api/v1/products/davinci/fingerprints", policy).ok(200);
    }

    fn seen(&self) -> Vec<Value> {
        let view = self.vendor.get(self.p, "/api/v1/products/davinci/fingerprints").ok(200);
        view["seen"].as_array().unwrap().clone()
    }

    /// Waits until an application gets this verdict: a change is in force within five seconds.
    #[track_caller]
    fn comes_to(&self, app: (&str, &str), want: &str) {
        let took = until(&format!("{app:?}: {want}"), TOLD, || self.verdict(app) == want);
        assert!(took.as_secs() < 8, "{took:?}");
    }
}

#[test]
fn a_product_learns_who_uses_it_unless_its_issuer_says_otherwise() {
    let stage = Stage::new(shared());
    for app in [("sha256:a", "1.0"), ("sha256:a", "1.1"), ("sha256:b", ""), ("", "")] {
        assert_eq!(stage.verdict(app), "VALID", "{app:?}");
    }
    until("the issuer sees three of them", TOLD, || stage.seen().len() == 3);
    until("calls are counted", TOLD, || {
        stage.verdict(("sha256:a", "1.0"));
        let seen = stage.seen();
        let app = seen.iter().find(|app| app["lib_version"] == "1.0").unwrap();
        assert_eq!((&app["customer"], &app["refused"]), (&json!(stage.holder.id), &json!(0)));
        app["calls"].as_u64().unwrap() > 5
    });
    let view = stage.vendor.get(stage.p, "/api/v1/products/davinci/fingerprints").ok(200);
    assert_eq!((&view["mode"], &view["product_id"]), (&json!("learn"), &json!("davinci")));
    stage
        .holder
        .get(stage.p, "/api/v1/products/davinci/fingerprints")
        .refused(403, "role-not-allowed");
}

#[test]
fn reported_applications_pass_and_both_sides_hear_of_it_once() {
    let stage = Stage::new(shared());
    let p = stage.p;
    stage.policy(&json!({ "mode": "report", "allowed": [{ "fingerprint": "sha256:a" }] }));
    let heard = |tenant: &Tenant| {
        let found = short(&alerts(p, tenant, "rule=unknown_fingerprint"));
        found.into_iter().filter(|alert| alert.contains("davinci: ")).collect::<Vec<_>>()
    };
    let want = ["unknown_fingerprint davinci: sha256:x"];
    for tenant in [&stage.holder, &stage.vendor] {
        until("both sides hear of it", TOLD, || {
            assert_eq!(stage.verdict(("sha256:x", "")), "VALID");
            assert_eq!(stage.verdict(("sha256:a", "")), "VALID");
            heard(tenant) == want
        });
    }
    let vendors = &alerts(p, &stage.vendor, "rule=unknown_fingerprint")[0];
    assert_eq!(
        (&vendors["detail"]["customer"], vendors.get("key_id")),
        (&json!(stage.holder.id), None)
    );
}

#[test]
fn blocked_applications_are_refused_everywhere_and_others_are_not() {
    let stage = Stage::new(shared());
    let blocked =
        json!([{ "fingerprint": "sha256:x" }, { "fingerprint": "sha256:y", "lib_version": "1.0" }]);
    assert_eq!(stage.verdict(("sha256:x", "")), "VALID", "in memory from now on");
    stage.policy(&json!({ "mode": "block", "blocked": blocked }));
    stage.comes_to(("sha256:x", ""), "APP_NOT_ALLOWED");
    for (app, want) in [
        (("sha256:x", "7.0"), "APP_NOT_ALLOWED"),
        (("sha256:y", "1.0"), "APP_NOT_ALLOWED"),
        (("sha256:y", "1.1"), "VALID"),
        (("sha256:a", ""), "VALID"),
        (("", ""), "VALID"),
    ] {
        assert_eq!(stage.verdict(app), want, "{app:?}");
    }
    let bad = ("sha256:x", "");
    let answer = stage.app("validate", bad, json!({})).send().ok(200);
    assert_eq!(
        (&answer["valid"], answer["run_until"] == answer["time"]),
        (&json!(false), true),
        "{answer}"
    );
    until("the holder hears of it", TOLD, || {
        let found = alerts(stage.p, &stage.holder, "rule=refused");
        short(&found).contains(&"refused app-not-allowed".to_owned())
    });
    until("the issuer sees refusals", TOLD, || {
        stage.seen().iter().any(|app| app["refused"].as_u64().unwrap() > 0)
    });
    stage.policy(&json!({ "mode": "learn" }));
    stage.comes_to(bad, "VALID");
}

#[test]
fn only_allowed_applications_get_verdicts_beats_and_seats() {
    let stage = Stage::new(shared());
    let allowed =
        json!([{ "fingerprint": "sha256:a" }, { "fingerprint": "sha256:b", "lib_version": "2.0" }]);
    stage.policy(&json!({ "mode": "allow", "allowed": allowed, "blocked": [{ "fingerprint": "sha256:a", "lib_version": "0.1" }] }));
    stage.comes_to(("sha256:x", ""), "APP_NOT_ALLOWED");
    for (app, want) in [
        (("sha256:a", "1.0"), true),
        (("sha256:a", "0.1"), false),
        (("sha256:b", "2.0"), true),
        (("sha256:b", "2.0.1"), false),
        (("sha256:b", ""), false),
        (("", ""), false),
    ] {
        assert_eq!(stage.verdict(app) == "VALID", want, "{app:?}");
        let checkout = stage.app("checkout", app, json!({})).send();
        let borrow = stage.app("borrow", app, json!({ "seconds": 30 })).send();
        if want {
            checkout.ok(201);
            borrow.ok(201);
        } else {
            checkout.refused(403, "app-not-allowed");
            borrow.refused(403, "app-not-allowed");
        }
    }
    let named = json!({ "hardware_id": "hw-1" });
    stage.holder.activate(stage.p, &stage.license.id, "hw-1").ok(200);
    let beat = |app| stage.app("heartbeat", app, named.clone()).send().ok(200)["code"].clone();
    assert_eq!(
        (beat(("sha256:a", "")), beat(("sha256:x", ""))),
        (json!("VALID"), json!("APP_NOT_ALLOWED"))
    );
}
