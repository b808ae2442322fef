//! Plans of the service are enforced, however many come at once.

use std::thread;

use live::{Platform, Tenant, shared};
use serde_json::{Value, json};

fn put_on(p: &Platform, tenant: &Tenant, plan: &str) {
    let path = format!("/api/v1/tenants/{}/plan", tenant.id);
    let said = p.console("PUT", &path).json(&json!({ "plan": plan })).send().ok(200);
    assert_eq!(said["plan"], plan);
}

#[test]
fn of_24_licenses_at_once_a_free_tenant_gets_ten_from_one_vendor() {
    let p = shared();
    let (tenant, vendor, other) = (p.customer(), p.vendor(), p.vendor());
    put_on(p, &tenant, "free");
    let body = json!({ "customer": { "tenant_id": tenant.id }, "product": { "id": "tool" } });
    let issue = |by: &Tenant| by.post(p, "/api/v1/licenses/generate", &body);
    issue(&vendor).ok(201);
    let replies: Vec<_> = thread::scope(|scope| {
        let hands: Vec<_> = (0..23).map(|_| scope.spawn(|| issue(&vendor))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 9);
    for refused in replies.iter().filter(|reply| reply.status != 201) {
        refused.refused(409, "plan-limit-reached");
        let problem = refused.json();
        assert_eq!((&problem["what"], &problem["limit"]), (&json!("licenses"), &json!(10)));
    }
    let licenses = vendor.get(p, "/api/v1/licenses?limit=1").ok(200);
    let first = licenses["items"][0]["license_id"].as_str().unwrap().to_owned();
    vendor.call(p, "DELETE", &format!("/api/v1/licenses/{first}")).send().ok(200);
    let strange = issue(&other);
    strange.refused(409, "plan-limit-reached");
    assert_eq!(strange.json()["what"], "vendors", "{strange}");
    issue(&vendor).ok(201);
    let view = tenant.get(p, "/api/v1/subscription").ok(200);
    assert_eq!((&view["used"]["licenses"], &view["used"]["vendors"]), (&json!(10), &json!(1)));
    assert_eq!((&view["limits"]["licenses"], &view["limits"]["vendors"]), (&json!(10), &json!(1)));
    put_on(p, &tenant, "startup");
    issue(&other).ok(201);
}

#[test]
fn keys_domains_and_people_have_their_limits_too() {
    let p = shared();
    let tenant = p.customer();
    put_on(p, &tenant, "free");
    let key = json!({ "app_name": "x", "scopes": ["license:read"] });
    let make = || tenant.post(p, "/api/v1/keys/generate", &key);
    let keys: Vec<_> = (0..4).map(|_| make().ok(201)["key_id"].clone()).collect();
    let refused = make();
    refused.refused(409, "plan-limit-reached");
    assert_eq!(refused.json()["used"], 5, "{refused}");
    let path = format!("/api/v1/keys/{}", keys[0].as_str().unwrap());
    tenant.call(p, "DELETE", &path).send().ok(204);
    make().ok(201);
    let add = || {
        let host = format!("{}.plans.dev", p.name("host"));
        tenant.post(p, "/api/v1/hostnames", &json!({ "host": host }))
    };
    add().refused(409, "plan-limit-reached");
    put_on(p, &tenant, "startup");
    add().ok(201);
    add().refused(409, "plan-limit-reached");
    put_on(p, &tenant, "enterprise");
    add().ok(201);
    put_on(p, &tenant, "free");
    let invite = || {
        let body = json!({ "email": format!("{}@acme.dev", p.name("ann")), "role": "auditor" });
        tenant.post(p, "/api/v1/invitations", &body)
    };
    (0..3).for_each(|_| drop(invite().ok(201)));
    invite().refused(409, "plan-limit-reached");
    put_on(p, &tenant, "enterprise");
    invite().ok(201);
    let view = tenant.get(p, "/api/v1/subscription").ok(200);
    assert_eq!(view["used"]["users"], 4);
    assert_eq!(view["limits"]["hostnames"], Value::Null);
    assert_eq!(view["used"]["hostnames"], 2);
}

#[test]
fn only_the_operator_changes_a_plan_and_the_log_says_so() {
    let p = shared();
    let msp = p.msp();
    let customer = p.tenant("customer", Some(&msp), "eu");
    let path = format!("/api/v1/tenants/{}/plan", customer.id);
    for tenant in [&msp, &customer] {
        tenant.put(p, &path, &json!({ "plan": "free" })).refused(403, "role-not-allowed");
    }
    let nobody = p.console("PUT", "/api/v1/tenants/nobody-at-all/plan");
    nobody.json(&json!({ "plan": "free" })).send().refused(404, "tenant-not-found");
    put_on(p, &customer, "professional");
    live::until("the log has it", std::time::Duration::from_secs(10), || {
        customer.get(p, "/api/v1/audit").ok(200).to_string().contains("tenant.plan_changed")
    });
}
