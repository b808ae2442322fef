//! Invitations: accepted once, on their own host, by nobody who is not meant.

use live::shared;
use serde_json::json;

const INVITATIONS: &str = "/api/v1/invitations";
const ACCEPT: &str = "/api/v1/invitations/accept";

#[test]
fn an_invitation_is_accepted_once_on_its_own_host() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    let email = format!("ann@{}.example", tenant.id);
    let body = json!({ "email": email, "role": "customer_member" });
    let made = tenant.post(p, INVITATIONS, &body).ok(201);
    assert_eq!(made["state"], "open");
    assert!(made.get("token").is_none(), "{made}");
    let accept = json!({ "token": p.mailed(&email, "/login/invitation#"), "name": "Ann" });
    p.visit("POST", &other.id, ACCEPT).json(&accept).send().refused(404, "token-unknown");
    let joined = p.visit("POST", &tenant.id, ACCEPT).json(&accept).send().ok(200);
    assert_eq!(
        (&joined["user"]["name"], &joined["user"]["role"]),
        (&json!("Ann"), &json!("customer_member"))
    );
    p.visit("POST", &tenant.id, ACCEPT).json(&accept).send().refused(410, "token-used");
    tenant.post(p, INVITATIONS, &body).refused(409, "already-exists");
    let list = tenant.get(p, INVITATIONS).ok(200);
    assert_eq!(list["items"][0]["state"], "accepted", "{list}");
}

#[test]
fn a_newer_invitation_takes_the_place_of_the_one_before_and_one_can_be_taken_back() {
    let p = shared();
    let tenant = p.customer();
    let email = format!("ben@{}.example", tenant.id);
    let body = json!({ "email": email, "role": "auditor" });
    tenant.post(p, INVITATIONS, &body).ok(201);
    let first = p.mailed(&email, "/login/invitation#");
    let newer = tenant.post(p, INVITATIONS, &body).ok(201);
    let accept = json!({ "token": first });
    p.visit("POST", &tenant.id, ACCEPT).json(&accept).send().refused(404, "token-unknown");
    let mut second = first.clone();
    live::until("the second mail comes", std::time::Duration::from_secs(20), || {
        second = p.mailed(&email, "/login/invitation#");
        second != first
    });
    let path = format!("{INVITATIONS}/{}", newer["invitation_id"].as_str().unwrap());
    tenant.call(p, "DELETE", &path).send().ok(204);
    let accept = json!({ "token": second });
    p.visit("POST", &tenant.id, ACCEPT).json(&accept).send().refused(404, "token-unknown");
}

#[test]
fn nobody_gives_a_role_that_may_do_more_than_they_may() {
    let p = shared();
    let msp = p.msp();
    let customer = p.tenant("customer", Some(&msp), "eu");
    let stranger = p.customer();
    let key = p.key_of(&customer.id, &json!({ "scopes": ["users:manage", "license:read"] }));
    let invite = |role: &str| {
        let body = json!({ "email": "eve@people.example", "role": role });
        p.call("POST", &customer.id, INVITATIONS).key(&key).json(&body).send()
    };
    invite("customer_admin").refused(403, "scope-missing");
    for role in ["msp_admin", "operator", "support"] {
        invite(role).refused(422, "invalid-request");
    }
    let listed = json!({ "email": "eve@people.example", "role": "msp_operator", "customers": [stranger.id] });
    msp.post(p, INVITATIONS, &listed).refused(422, "invalid-request");
    let from_above =
        json!({ "email": "it@people.example", "role": "customer_admin", "tenant_id": customer.id });
    msp.post(p, INVITATIONS, &from_above).ok(201);
    let token = json!({ "token": p.mailed("it@people.example", "/login/invitation#") });
    p.visit("POST", &customer.id, ACCEPT).json(&token).send().ok(200);
}
