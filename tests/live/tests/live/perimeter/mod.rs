//! The layers round an API key: each lets in, refuses, and has its boundary; and the life of keys.

mod checkouts;
mod keys;
mod layers;
mod signatures;
mod stolen;

use std::time::Duration;

use live::{Call, Platform, Reply, Tenant};
use serde_json::{Value, json};

/// Entries are shipped after the answer.
pub const SHIPPED: Duration = Duration::from_secs(20);
/// A change of a key is in force everywhere within this time: `STALENESS_MS`, and what asking takes.
pub const IN_FORCE: Duration = Duration::from_millis(5_500);

/// A customer with a license that has floating seats.
pub struct Site {
    pub tenant: Tenant,
    pub license: String,
}

impl Site {
    pub fn new(p: &Platform) -> Self {
        let (vendor, tenant) = (p.vendor(), p.customer());
        let license = p.seats(&vendor, &tenant, (50, 50), &json!({}));
        Self { tenant, license: license.id }
    }

    /// The id and the text of a new key of the customer, made with its own key.
    pub fn key(&self, p: &Platform, more: &Value) -> (String, String) {
        let mut body = json!({ "app_name": "DaVinci Workstation 042", "scopes": ["admin"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.tenant.post(p, "/api/v1/keys/generate", &body).ok(201);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("key_id"), text("api_key"))
    }

    /// One request to each worker with doors of its own kind, of which all let in who may come in.
    pub fn doors<'p>(&self, p: &'p Platform, key: &str) -> Vec<Call<'p>> {
        let license = json!({ "license_id": self.license });
        let asks = [
            ("POST", "/api/v1/licenses/validate", &license),
            ("POST", "/api/v1/licenses/checkout", &license),
            ("GET", "/api/v1/licenses", &Value::Null),
        ];
        let call = |(method, path, body)| p.call(method, &self.tenant.id, path).key(key).json(body);
        asks.into_iter().map(call).collect()
    }

    /// The entries of this action about this key, newest first.
    pub fn entries(&self, p: &Platform, action: &str, key: &str) -> Vec<Value> {
        let page = self.tenant.get(p, &format!("/api/v1/audit?limit=200&action={action}")).ok(200);
        let items = page["items"].as_array().unwrap();
        items.iter().filter(|item| item["subject"] == *key).cloned().collect()
    }
}

/// Asserts that every door lets in, or refuses with this code.
#[track_caller]
pub fn all_say(calls: &[Call<'_>], code: Option<&str>, case: &str) {
    for call in calls {
        let reply: Reply = call.send();
        match code {
            Some(code) => {
                assert_eq!((reply.status, reply.code().as_str()), (403, code), "{case}: {reply}");
            }
            None => assert!(reply.status < 300, "{case}: {reply}"),
        }
    }
}

/// Each call with these headers.
pub fn with<'p>(calls: Vec<Call<'p>>, headers: &[(&str, &str)]) -> Vec<Call<'p>> {
    let add =
        |call: Call<'p>| headers.iter().fold(call, |call, (name, value)| call.header(name, value));
    calls.into_iter().map(add).collect()
}
