//! Support access: for a reason and a time, seen by the customer, ended by it, and of no use for what outlives it.

use std::time::Duration;

use live::{Person, Platform, Tenant, shared, until};
use serde_json::{Value, json};

const SESSION: &str = "/api/v1/auth/session";

/// A guest at `customer`, let in by `msp`; with the grant.
fn guest(p: &Platform, msp: &Tenant, customer: &Tenant) -> (Person, Value) {
    let path = format!("/api/v1/tenants/{}/support", customer.id);
    let grant = msp.post(p, &path, &json!({ "reason": "ticket 7", "minutes": 30 })).ok(201);
    let url = grant["url"].as_str().unwrap();
    let at_home = format!("http://{}/login/link#", p.host(&customer.id));
    let token = json!({ "token": url.strip_prefix(&at_home).unwrap() });
    let redeem = p.visit("POST", &customer.id, "/api/v1/auth/link/redeem").json(&token);
    (p.signed_in(&customer.id, "", &redeem.send()), grant)
}

fn actions(p: &Platform, tenant: &Tenant) -> Vec<String> {
    let page = tenant.get(p, "/api/v1/audit?limit=50").ok(200);
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_guest_sees_and_mends_and_the_customer_sees_and_ends_it() {
    let p = shared();
    let msp = p.msp();
    let customer = p.tenant("customer", Some(&msp), "us");
    let (person, grant) = guest(p, &msp, &customer);
    let me = person.get(p, SESSION).ok(200);
    assert_eq!(
        (&me["user"]["role"], &me["user"]["tenant_id"]),
        (&json!("support"), &json!(customer.id))
    );
    person.get(p, "/api/v1/licenses").ok(200);
    let key = json!({ "app_name": "back door", "scopes": ["license:read"] });
    person.post(p, "/api/v1/keys/generate", &key).refused(403, "scope-missing");
    let friend = json!({ "email": "friend@support.example", "role": "auditor" });
    person.post(p, "/api/v1/invitations", &friend).refused(403, "scope-missing");

    let seen = customer.get(p, "/api/v1/support").ok(200);
    let (item, id) = (&seen["items"][0], grant["grant_id"].as_str().unwrap());
    assert_eq!(
        (&item["supporter"], &item["reason"], &item["active"]),
        (&json!(msp.id), &json!("ticket 7"), &json!(true))
    );
    customer.call(p, "DELETE", &format!("/api/v1/support/{id}")).send().ok(204);
    until("the guest is out", Duration::from_secs(6), || {
        person.get(p, SESSION).code() == "credentials-revoked"
    });
    assert_eq!(customer.get(p, "/api/v1/support").ok(200)["items"][0]["active"], false);
    for tenant in [&customer, &msp] {
        until("both logs tell of it", Duration::from_secs(20), || {
            let actions = actions(p, tenant);
            ["support.opened", "support.ended"]
                .iter()
                .all(|it| actions.iter().any(|action| action == it))
        });
    }
}

#[test]
fn nobody_is_a_guest_of_strangers_or_for_longer_than_a_working_day() {
    let p = shared();
    let (msp, stranger) = (p.msp(), p.customer());
    let customer = p.tenant("customer", Some(&msp), "eu");
    let path = |tenant: &str| format!("/api/v1/tenants/{tenant}/support");
    let body = json!({ "reason": "to look", "minutes": 30 });
    msp.post(p, &path(&stranger.id), &body).refused(404, "tenant-not-found");
    msp.post(p, &path(&msp.id), &body).refused(403, "role-not-allowed");
    p.vendor().post(p, &path(&customer.id), &body).refused(403, "role-not-allowed");
    for (minutes, reason) in [(0, "x"), (481, "x"), (30, "")] {
        let body = json!({ "reason": reason, "minutes": minutes });
        msp.post(p, &path(&customer.id), &body).refused(422, "invalid-request");
    }
    let ended = msp.post(p, &path(&customer.id), &body).ok(201);
    let end = format!(
        "/api/v1/support/{}?tenant_id={}",
        ended["grant_id"].as_str().unwrap(),
        customer.id
    );
    msp.call(p, "DELETE", &end).send().ok(204);
    let token = json!({ "token": ended["url"].as_str().unwrap().split('#').nth(1).unwrap() });
    let redeem = p.visit("POST", &customer.id, "/api/v1/auth/link/redeem").json(&token);
    redeem.send().refused(410, "token-used");
}

#[test]
fn an_operator_of_an_msp_helps_its_listed_customers() {
    let p = shared();
    let msp = p.msp();
    let (listed, other) =
        (p.tenant("customer", Some(&msp), "eu"), p.tenant("customer", Some(&msp), "eu"));
    let person = p.person_with(&msp, &json!({ "role": "msp_operator", "customers": [listed.id] }));
    let body = json!({ "reason": "to look", "minutes": 30 });
    let open = |tenant: &str| person.post(p, &format!("/api/v1/tenants/{tenant}/support"), &body);
    open(&other.id).refused(404, "tenant-not-found");
    let granted = open(&listed.id).ok(201);
    assert!(granted["url"].as_str().unwrap().contains("/login/link#"), "{granted}");
    let seen = listed.get(p, "/api/v1/support").ok(200);
    assert_eq!(seen["items"][0]["actor"], person.id, "{seen}");
}
