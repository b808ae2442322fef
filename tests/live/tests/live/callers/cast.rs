//! The tenants around one license, and keys that do not work.

use std::time::Duration;

use live::{Licensed, Platform, Tenant, until};
use serde_json::{Value, json};

/// A tenant by what it is to the license.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Who {
    /// Holds it.
    Holder,
    /// Another customer.
    OtherCustomer,
    /// The MSP above the holder.
    Parent,
    /// Another MSP.
    OtherMsp,
    /// The vendor that signed it.
    Issuer,
    /// Another vendor.
    OtherVendor,
    /// The operator.
    Operator,
}

impl Who {
    pub const ALL: [Self; 7] = [
        Self::Holder,
        Self::OtherCustomer,
        Self::Parent,
        Self::OtherMsp,
        Self::Issuer,
        Self::OtherVendor,
        Self::Operator,
    ];

    /// A tenant of the same kind that has nothing to do with the license.
    pub const fn stranger(self) -> Self {
        match self {
            Self::Issuer | Self::OtherVendor => Self::OtherVendor,
            Self::Parent | Self::OtherMsp => Self::OtherMsp,
            _ => Self::OtherCustomer,
        }
    }
}

/// Everybody.
pub struct Cast {
    /// In the order of [`Who`].
    pub tenants: [Tenant; 7],
    /// The license that all is about.
    pub license: Licensed,
    /// A device of the license.
    pub device: String,
    /// A lease of the license, held with the holder's first key.
    pub lease: String,
    /// An alert about a key of the holder.
    pub alert: String,
    /// Another customer of the holder's MSP.
    pub spare: Tenant,
    /// The id of a key of the holder.
    pub spare_key: String,
    /// A domain of the holder that was never proved.
    pub domain: String,
    /// The id of an auditor of the holder.
    pub person: String,
    /// Support access to the holder, opened by its MSP.
    pub grant: String,
    /// Keys of holder, issuer and MSP that do not work, by why not.
    pub broken: Vec<Broken>,
}

/// A key that does not work.
pub struct Broken {
    pub who: Who,
    pub why: &'static str,
    pub host: String,
    pub key: String,
    pub refusal: (u16, &'static str),
}

impl Cast {
    pub fn new(p: &Platform) -> Self {
        let (parent, other_msp) = (p.msp(), p.msp());
        let (issuer, other_vendor) = (p.vendor(), p.vendor());
        let holder = p.tenant("customer", Some(&parent), "us");
        let other = p.tenant("customer", Some(&other_msp), "us");
        let spare = p.tenant("customer", Some(&parent), "eu");
        let license = p.license(
            &issuer,
            &holder,
            &json!({ "limits": { "devices": 3 }, "commit": 20,
                "floating": { "borrow_max_seconds": 60 } }),
        );
        let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
        let lease = checked_out(p, &holder, &holder.key, &license.id);
        let domain = format!("{}.cast.dev", p.name("host"));
        holder.post(p, "/api/v1/hostnames", &json!({ "host": domain })).ok(201);
        let alert = raised(p, &holder, &other);
        let operator = Tenant { id: "console".into(), key: p.operator_key().to_owned() };
        let (spare_key, _) = made_key(p, &holder, &json!({ "scopes": ["license:read"] }));
        let person = p.person(&holder, "auditor").id;
        let support = format!("/api/v1/tenants/{}/support", holder.id);
        let reason = json!({ "reason": "callers", "minutes": 5 });
        let grant = parent.post(p, &support, &reason).ok(201)["grant_id"].clone();
        let grant = grant.as_str().unwrap().to_owned();
        let tenants = [holder, other, parent, other_msp, issuer, other_vendor, operator];
        let broken = [Who::Holder, Who::Issuer, Who::Parent];
        let broken = broken.iter().flat_map(|who| broken_keys(p, *who, &tenants)).collect();
        let device = device.as_str().unwrap().to_owned();
        Self {
            tenants,
            license,
            device,
            lease,
            alert,
            spare,
            spare_key,
            domain,
            person,
            grant,
            broken,
        }
    }

    pub fn of(&self, who: Who) -> &Tenant {
        &self.tenants[who as usize]
    }

    /// What a stranger must never see.
    pub fn secrets(&self) -> [&str; 5] {
        let [holder, parent, issuer] =
            [Who::Holder, Who::Parent, Who::Issuer].map(|who| self.of(who));
        [&self.license.id, &self.license.code, &holder.id, &parent.id, &issuer.id]
    }
}

/// An alert: the holder's key is shown on another tenant's host.
fn raised(p: &Platform, holder: &Tenant, other: &Tenant) -> String {
    let shown = p.call("GET", &other.id, "/api/v1/licenses").key(&holder.key).send();
    shown.refused(403, "wrong-host");
    let mut alert = Value::Null;
    until("an alert is raised", Duration::from_secs(20), || {
        alert = holder.get(p, "/api/v1/alerts?rule=cross_tenant").ok(200)["items"][0]["alert_id"]
            .clone();
        alert.is_string()
    });
    alert.as_str().unwrap().to_owned()
}

/// A seat, checked out with `key`.
pub fn checked_out(p: &Platform, holder: &Tenant, key: &str, license: &str) -> String {
    let call = p.call("POST", &holder.id, "/api/v1/licenses/checkout").key(key);
    let lease = call.json(&json!({ "license_id": license })).send().ok(201);
    lease["lease_id"].as_str().unwrap().to_owned()
}

/// The id and the text of a new key.
fn made_key(p: &Platform, tenant: &Tenant, more: &Value) -> (String, String) {
    let mut body = json!({ "app_name": "callers", "tenant_id": tenant.id, "scopes": ["admin"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = p.console("POST", "/api/v1/keys/generate").json(&body).send().ok(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("key_id"), text("api_key"))
}

fn broken_keys(p: &Platform, who: Who, tenants: &[Tenant; 7]) -> Vec<Broken> {
    let tenant = &tenants[who as usize];
    let broken =
        |why, host: &str, key, refusal| Broken { who, why, host: host.to_owned(), key, refusal };
    let (_, expired) = made_key(p, tenant, &json!({ "expires_in_seconds": 1 }));
    let (id, revoked) = made_key(p, tenant, &json!({}));
    p.console("DELETE", &format!("/api/v1/keys/{id}")).send().ok(204);
    let (_, limited) =
        made_key(p, tenant, &json!({ "rate_limit": { "requests": 1, "window_seconds": 600 } }));
    let own = format!("/api/v1/tenants/{}", tenant.id);
    p.call("GET", &tenant.id, &own).key(&limited).send().ok(200);
    let kind = tenant.id.split('-').next().unwrap();
    let suspended = p.tenant(kind, None, "eu");
    p.console("POST", &format!("/api/v1/tenants/{}/suspend", suspended.id)).send().ok(200);
    until("the key expires", Duration::from_secs(30), || {
        p.call("GET", &tenant.id, &own).key(&expired).send().status == 401
    });
    vec![
        broken("expired", &tenant.id, expired, (401, "credentials-expired")),
        broken("revoked", &tenant.id, revoked, (401, "credentials-revoked")),
        broken("over its rate limit", &tenant.id, limited, (429, "rate-limited")),
        broken(
            "of a suspended tenant",
            &suspended.id,
            suspended.key.clone(),
            (403, "tenant-suspended"),
        ),
    ]
}
