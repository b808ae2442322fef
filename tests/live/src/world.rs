//! Tenants, keys and licenses made through the API, each with a name that no other test has.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::platform::Platform;

/// A tenant with a key of scope `admin`.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its slug, under which it has its host.
    pub id: String,
    /// Its key.
    pub key: String,
}

/// A license as its issuer got it.
#[derive(Clone, Debug)]
pub struct Licensed {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub code: String,
    /// The signed text.
    pub key: String,
}

impl Platform {
    /// A slug that no other test has.
    pub fn name(&self, prefix: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        format!("{prefix}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
    }

    /// A request of the operator.
    pub fn console(&self, method: &str, path: &str) -> Call<'_> {
        self.call(method, "console", path).key(self.operator_key())
    }

    /// A new vendor.
    pub fn vendor(&self) -> Tenant {
        self.tenant("vendor", None, "eu")
    }

    /// A new MSP.
    pub fn msp(&self) -> Tenant {
        self.tenant("msp", None, "eu")
    }

    /// A new customer of nobody.
    pub fn customer(&self) -> Tenant {
        self.tenant("customer", None, "eu")
    }

    /// A new customer, of whose checkouts this many may be made in a minute and in an hour: by each key, and by all.
    pub fn customer_with(&self, minute: u32, hour: u32) -> Tenant {
        let id = self.name("customer");
        let limits = json!({ "checkouts_per_minute": minute, "checkouts_per_hour": hour });
        let body = json!({
            "tenant_id": id, "kind": "customer", "name": format!("The {id}"), "region": "eu", "rate_limits": limits,
        });
        self.console("POST", "/api/v1/tenants").json(&body).send().ok(201);
        let key = self.key_of(&id, &json!({ "scopes": ["admin"], "rate_limits": limits }));
        Tenant { id, key }
    }

    /// A new tenant with a key.
    pub fn tenant(&self, kind: &str, parent: Option<&Tenant>, region: &str) -> Tenant {
        let id = self.name(kind);
        let mut body =
            json!({ "tenant_id": id, "kind": kind, "name": format!("The {id}"), "region": region });
        if let Some(parent) = parent {
            body["parent"] = json!(parent.id);
        }
        self.console("POST", "/api/v1/tenants").json(&body).send().ok(201);
        let key = self.key_of(&id, &json!({ "scopes": ["admin"] }));
        Tenant { id, key }
    }

    /// A new key of a tenant, made by the operator; `more` has at least the scopes.
    pub fn key_of(&self, tenant: &str, more: &Value) -> String {
        let mut body = json!({ "app_name": "live test", "tenant_id": tenant });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let made = self.console("POST", "/api/v1/keys/generate").json(&body).send().ok(201);
        made["api_key"].as_str().unwrap().to_owned()
    }

    /// A new license with these terms (a patch of the usual ones).
    pub fn license(&self, issuer: &Tenant, holder: &Tenant, terms: &Value) -> Licensed {
        let body = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" }, "terms": terms });
        self.license_by(issuer, &body)
    }

    /// A new license with floating seats, at seed 3's prices; `floating` says how they are lent.
    pub fn seats(
        &self,
        issuer: &Tenant,
        holder: &Tenant,
        (commit, overage): (u32, u32),
        floating: &Value,
    ) -> Licensed {
        let entitlement = json!({
            "total_licenses": commit + overage, "commit_qty": commit, "max_overage": overage,
            "pricing": { "commit_fee_monthly": 5000, "overage_per_use": 500.25, "currency": "EUR" },
        });
        let body = json!({
            "customer": { "tenant_id": holder.id }, "product": { "id": "davinci" }, "entitlement": entitlement,
            "terms": { "floating": floating, "features": ["color"] },
        });
        self.license_by(issuer, &body)
    }

    /// A new license as `body` wants it.
    pub fn license_by(&self, issuer: &Tenant, body: &Value) -> Licensed {
        let made = issuer.post(self, "/api/v1/licenses/generate", body).ok(201);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Licensed { id: text("license_id"), code: text("license_code"), key: text("license_key") }
    }
}

impl Tenant {
    /// A request with the tenant's key on its own host.
    pub fn call<'p>(&self, platform: &'p Platform, method: &str, path: &str) -> Call<'p> {
        platform.call(method, &self.id, path).key(&self.key)
    }

    /// Sends a POST.
    pub fn post(&self, platform: &Platform, path: &str, body: &Value) -> Reply {
        self.call(platform, "POST", path).json(body).send()
    }

    /// Sends a PUT.
    pub fn put(&self, platform: &Platform, path: &str, body: &Value) -> Reply {
        self.call(platform, "PUT", path).json(body).send()
    }

    /// Sends a GET.
    pub fn get(&self, platform: &Platform, path: &str) -> Reply {
        self.call(platform, "GET", path).send()
    }

    /// Validates.
    pub fn validate(&self, platform: &Platform, body: &Value) -> Value {
        self.post(platform, "/api/v1/licenses/validate", body).ok(200)
    }

    /// Activates the device with this hardware id.
    pub fn activate(&self, platform: &Platform, license: &str, hardware: &str) -> Reply {
        self.post(
            platform,
            "/api/v1/licenses/activate",
            &json!({ "license_id": license, "hardware_id": hardware }),
        )
    }
}

/// Asks again until `found` says so; gives how long that took.
///
/// # Panics
/// When `patience` is over; `what` says what was waited for.
pub fn until(what: &str, patience: Duration, mut found: impl FnMut() -> bool) -> Duration {
    let from = Instant::now();
    while !found() {
        assert!(from.elapsed() < patience, "{what}: not after {patience:?}");
        // A pause between two questions, so that asking does not slow down what is asked about.
        std::thread::sleep(Duration::from_millis(50));
    }
    from.elapsed()
}
