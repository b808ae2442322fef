//! Watching API keys: what is unusual raises one alert per episode, which people see, acknowledge and are told of.

mod apps;
mod delivery;
mod episodes;
mod settings;

use std::time::Duration;

use live::{Call, Platform, Tenant, until};
use serde_json::{Value, json};

/// What isolates have seen is told after the answer; counts are gathered for two seconds, and for five by the object.
const TOLD: Duration = Duration::from_secs(30);

/// A key that is watched, with its id.
struct Key<'a> {
    owner: &'a Tenant,
    id: String,
    text: String,
}

impl<'a> Key<'a> {
    fn new(p: &Platform, owner: &'a Tenant, scopes: &[&str]) -> Self {
        let limit = json!({ "requests": 100_000, "window_seconds": 60 });
        let body = json!({ "app_name": "watched", "tenant_id": owner.id, "scopes": scopes,
            "rate_limit": limit });
        let made = p.console("POST", "/api/v1/keys/generate").json(&body).send().ok(201);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { owner, id: text("key_id"), text: text("api_key") }
    }

    /// A harmless request with the key.
    fn call<'p>(&self, p: &'p Platform, address: &str) -> Call<'p> {
        let call = p.call("GET", &self.owner.id, "/api/v1/licenses").key(&self.text);
        call.header("cf-connecting-ip", address)
    }

    fn alerts(&self, p: &Platform) -> Vec<Value> {
        alerts(p, self.owner, &format!("key={}", self.id))
    }
}

fn alerts(p: &Platform, tenant: &Tenant, query: &str) -> Vec<Value> {
    let page = tenant.get(p, &format!("/api/v1/alerts?limit=200&{query}")).ok(200);
    page["items"].as_array().unwrap().clone()
}

/// The alerts of a key as `rule value`, the newest first.
fn short(alerts: &[Value]) -> Vec<String> {
    let text = |alert: &Value, name: &str| alert[name].as_str().unwrap().to_owned();
    alerts.iter().map(|alert| format!("{} {}", text(alert, "rule"), text(alert, "value"))).collect()
}

/// Waits until a key has exactly these alerts.
#[track_caller]
fn raised(p: &Platform, key: &Key<'_>, want: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    until(&format!("{want:?}"), TOLD, || {
        found = key.alerts(p);
        assert!(found.len() <= want.len(), "wanted {want:?}, got {:?}", short(&found));
        found.len() == want.len()
    });
    assert_eq!(short(&found), want);
    found
}

fn set_rules(p: &Platform, tenant: &Tenant, rules: &Value) {
    tenant.put(p, "/api/v1/alert-rules", rules).ok(200);
}
