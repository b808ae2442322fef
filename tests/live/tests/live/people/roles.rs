//! Each role gets what the table of `domain::role` says, on endpoints of every kind.

use std::time::Duration;

use domain::role::Role;
use domain::tenant::TenantKind;
use live::{Person, Tenant, shared, until};
use serde_json::json;
use wire::endpoints::{Access, ENDPOINTS, Worker};

/// Everything that can be asked for without a parameter in the path.
#[test]
fn every_role_gets_what_the_table_says() {
    let p = shared();
    let msp = p.msp();
    let customer = p.tenant("customer", Some(&msp), "eu");
    let vendor = p.vendor();
    let operator = Tenant { id: "console".into(), key: p.operator_key().to_owned() };
    let mut wrong = Vec::new();
    for role in Role::ALL.iter().filter(|role| **role != Role::Support) {
        for kind in TenantKind::ALL.iter().filter(|kind| role.fits(**kind)) {
            let tenant = match kind {
                TenantKind::Operator => &operator,
                TenantKind::Vendor => &vendor,
                TenantKind::Msp => &msp,
                TenantKind::Customer => &customer,
            };
            let mut invitation = json!({ "role": role });
            if role.lists_customers() {
                invitation["customers"] = json!([customer.id]);
            }
            let person = p.person_with(tenant, &invitation);
            wrong.extend(gaps(&person, *role, *kind));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where a person gets something else than the table says: in by scope and kind, whatever is then made of the request.
fn gaps(person: &Person, role: Role, kind: TenantKind) -> Vec<String> {
    let p = shared();
    let asked = ENDPOINTS.iter().filter(|endpoint| {
        !endpoint.path.contains('{')
            && !matches!(endpoint.worker, Worker::Validate | Worker::Heartbeat)
    });
    let mut wrong = Vec::new();
    for endpoint in asked {
        let Access::Key(scope, kinds) = endpoint.access else { continue };
        // An ill-formed body does nothing for those who are let in.
        let call = person.call(p, endpoint.method, endpoint.path);
        let call = if endpoint.method == "GET" { call } else { call.raw("[]") };
        let code = call.send().code();
        let want = match () {
            () if !kinds.contains(&kind) => Some("role-not-allowed"),
            () if !role.scopes().allow(scope) => Some("scope-missing"),
            () => None,
        };
        let refused = ["role-not-allowed", "scope-missing"].contains(&code.as_str());
        if want.is_some_and(|want| want != code) || (want.is_none() && refused) {
            wrong.push(format!(
                "{} of a {}: {} gives {code}",
                role.name(),
                kind.name(),
                endpoint.id.name()
            ));
        }
    }
    wrong
}

#[test]
fn an_operator_of_an_msp_sees_its_listed_customers_only() {
    let p = shared();
    let msp = p.msp();
    let (listed, other) =
        (p.tenant("customer", Some(&msp), "eu"), p.tenant("customer", Some(&msp), "us"));
    let (own, others) = (p.license(&msp, &listed, &json!({})), p.license(&msp, &other, &json!({})));
    let person = p.person_with(&msp, &json!({ "role": "msp_operator", "customers": [listed.id] }));
    let ids = |path: &str, name: &str| {
        let page = person.get(p, path).ok(200);
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|item| item[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("/api/v1/tenants", "tenant_id"), [listed.id.as_str()]);
    assert_eq!(ids("/api/v1/licenses", "license_id"), [own.id.as_str()]);
    person.get(p, &format!("/api/v1/licenses/{}", own.id)).ok(200);
    person.get(p, &format!("/api/v1/licenses/{}", others.id)).refused(404, "license-not-found");
    let suspend = format!("/api/v1/licenses/{}/suspend", others.id);
    person.post(p, &suspend, &json!({})).refused(404, "license-not-found");
    person.get(p, &format!("/api/v1/tenants/{}", other.id)).refused(404, "tenant-not-found");
    person.get(p, &format!("/api/v1/pools/{}", others.id)).refused(404, "license-not-found");
    person.post(p, &format!("/api/v1/licenses/{}/suspend", own.id), &json!({})).ok(200);
}

#[test]
fn another_role_is_in_force_within_the_staleness_bound_and_removal_too() {
    let p = shared();
    let tenant = p.customer();
    let (admin, member) =
        (p.person(&tenant, "customer_admin"), p.person(&tenant, "customer_member"));
    let path = format!("/api/v1/users/{}", member.id);
    member.get(p, "/api/v1/audit").refused(403, "scope-missing");
    admin.call(p, "PUT", &path).json(&json!({ "role": "auditor" })).send().ok(200);
    until("the role is in force", Duration::from_secs(6), || {
        member.get(p, "/api/v1/audit").status == 200
    });
    let own = format!("/api/v1/users/{}", admin.id);
    let change = admin.call(p, "PUT", &own).json(&json!({ "role": "auditor" }));
    change.send().refused(403, "role-not-allowed");
    admin.call(p, "DELETE", &own).send().refused(403, "role-not-allowed");
    admin.call(p, "DELETE", &path).send().ok(204);
    until("the person is out", Duration::from_secs(6), || {
        member.get(p, "/api/v1/audit").code() == "credentials-revoked"
    });
}

#[test]
fn people_of_other_tenants_are_out_of_reach() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    let (person, stranger) = (p.person(&tenant, "auditor"), p.person(&other, "customer_admin"));
    let foreign = format!("/api/v1/users/{}", person.id);
    let change = || stranger.call(p, "PUT", &foreign).json(&json!({ "role": "auditor" }));
    change().send().refused(404, "user-not-found");
    stranger.call(p, "DELETE", &foreign).send().ok(204);
    let named = format!("{foreign}?tenant_id={}", tenant.id);
    stranger.call(p, "DELETE", &named).send().refused(404, "tenant-not-found");
    person.get(p, "/api/v1/auth/session").ok(200);
    let users = stranger.get(p, "/api/v1/users").ok(200);
    assert!(!users.to_string().contains(&person.id), "{users}");
}
