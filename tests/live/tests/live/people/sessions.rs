//! Sessions: listed, ended within the staleness bound, and of no use to other sites.

use std::time::Duration;

use live::{shared, until};
use serde_json::json;

const SESSION: &str = "/api/v1/auth/session";
const SESSIONS: &str = "/api/v1/auth/sessions";
/// What may be remembered, and some time for the machine.
const BOUND: Duration = Duration::from_secs(6);

#[test]
fn the_cookie_is_bound_to_the_host_and_hidden_from_scripts() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    let ask = json!({ "email": person.email });
    p.visit("POST", &tenant.id, "/api/v1/auth/link").json(&ask).send().ok(202);
    let token = json!({ "token": p.mailed(&person.email, "/login/link#") });
    let redeem = p.visit("POST", &tenant.id, "/api/v1/auth/link/redeem").json(&token);
    let reply = redeem.header("cookie", &person.cookie).send();
    let set = reply.header("set-cookie");
    for part in ["__Host-writ=", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert_eq!(reply.header("cache-control"), "no-store");
    until("the session before has ended", BOUND, || person.get(p, SESSION).status == 401);
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_and_all() {
    let p = shared();
    let tenant = p.customer();
    let first = p.person(&tenant, "auditor");
    let second = p.by_link(&tenant.id, &first.email);
    let third = p.by_link(&tenant.id, &first.email);
    let list = first.call(p, "GET", SESSIONS).send().ok(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3, "{list}");
    let methods: Vec<_> = items.iter().map(|item| item["method"].as_str().unwrap()).collect();
    assert_eq!(methods.iter().filter(|method| **method == "link").count(), 2, "{list}");
    assert_eq!(items.iter().filter(|item| item["current"] == true).count(), 1, "{list}");

    let id = second.get(p, SESSION).ok(200)["session_id"].as_str().unwrap().to_owned();
    first.call(p, "DELETE", &format!("{SESSIONS}/{id}")).send().ok(204);
    until("the second has ended", BOUND, || second.get(p, SESSION).code() == "credentials-revoked");
    first.call(p, "DELETE", &format!("{SESSIONS}/{id}")).send().refused(404, "session-not-found");

    first.call(p, "DELETE", &format!("{SESSIONS}/all")).send().ok(204);
    until("the third has ended", BOUND, || third.get(p, SESSION).code() == "credentials-revoked");
    first.get(p, SESSION).ok(200);

    let out = first.call(p, "DELETE", SESSION).send();
    out.ok(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
    until("the first has ended", BOUND, || first.get(p, SESSION).code() == "credentials-revoked");
}

#[test]
fn a_session_of_somebody_else_cannot_be_ended() {
    let p = shared();
    let tenant = p.customer();
    let (ann, ben) = (p.person(&tenant, "auditor"), p.person(&tenant, "customer_admin"));
    let id = ann.get(p, SESSION).ok(200)["session_id"].as_str().unwrap().to_owned();
    let end = ben.call(p, "DELETE", &format!("{SESSIONS}/{id}"));
    end.send().refused(404, "session-not-found");
    ann.get(p, SESSION).ok(200);
}

#[test]
fn pages_of_other_sites_can_do_nothing_with_a_cookie() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    let person = p.person(&tenant, "customer_admin");
    let key = json!({ "app_name": "theft", "scopes": ["license:read"] });
    let make = || person.call(p, "POST", "/api/v1/keys/generate").json(&key);
    let neighbour = format!("http://{}", p.host(&other.id));
    for origin in ["https://evil.example", "null", neighbour.as_str()] {
        make().header("origin", origin).send().refused(403, "cross-site-request");
    }
    let silent = p.call("POST", &tenant.id, "/api/v1/keys/generate").json(&key);
    let silent = silent.header("cookie", &person.cookie);
    silent.send().refused(403, "cross-site-request");
    silent.clone().header("sec-fetch-site", "same-site").send().refused(403, "cross-site-request");
    silent.header("sec-fetch-site", "same-origin").send().ok(201);
    make().send().ok(201);
}

#[test]
fn a_cookie_is_for_its_own_host_and_not_for_verdicts() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    let person = p.person(&tenant, "customer_admin");
    let there = p.visit("GET", &other.id, SESSION).header("cookie", &person.cookie);
    there.send().refused(403, "wrong-host");
    let ask = json!({ "license_id": "X-1" });
    let validate = person.call(p, "POST", "/api/v1/licenses/validate").json(&ask);
    validate.send().refused(401, "credentials-missing");
    let garbage = p.visit("GET", &tenant.id, SESSION).header("cookie", "__Host-writ=garbage");
    garbage.send().refused(401, "credentials-malformed");
    let forged = format!("__Host-writ={}.e{}", tenant.id, "0".repeat(52));
    let forged = p.visit("GET", &tenant.id, SESSION).header("cookie", &forged);
    forged.send().refused(401, "credentials-unknown");
    p.visit("GET", &tenant.id, SESSION).send().refused(401, "credentials-missing");
    tenant.get(p, SESSION).refused(403, "session-needed");
}

#[test]
fn a_session_costs_the_look_up_that_a_key_costs() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "customer_admin");
    let least = |call: live::Call<'_>| {
        let call = call.fault("cold");
        (0..6).map(|_| call.send().rounds()).min().unwrap()
    };
    let path = "/api/v1/users";
    let (session, key) = (person.call(p, "GET", path), tenant.call(p, "GET", path));
    assert_eq!(least(session), least(key), "a session and a key");
}
