//! A host is somebody's or nobody's.

use live::shared;
use serde_json::json;

#[test]
fn every_site_shows_its_own_name_and_colors() {
    let p = shared();
    let (vendor, msp) = (p.vendor(), p.msp());
    let customer = p.tenant("customer", Some(&msp), "apac");
    let branded = p.name("branded");
    let body = json!({ "tenant_id": branded, "kind": "customer", "name": "Ünïcode & <Sons>", "region": "us",
        "branding": { "primary_color": "#123456", "tagline": "We <3 tools" } });
    p.console("POST", "/api/v1/tenants").json(&body).send().ok(201);
    let rows = [
        (vendor.id.as_str(), format!("The {}", vendor.id)),
        (&msp.id, format!("The {}", msp.id)),
        (&customer.id, format!("The {}", customer.id)),
        (&branded, "Ünïcode &amp; &lt;Sons&gt;".to_owned()),
        (&branded, "We &lt;3 tools".to_owned()),
    ];
    for (host, shown) in rows {
        let page = p.call("GET", host, "/").header("accept", "text/html").send();
        assert_eq!(page.status, 200, "{host}");
        assert!(page.header("content-type").starts_with("text/html"), "{host}");
        assert!(page.text().contains(&shown), "{host} does not show {shown}");
    }
    let style = p.call("GET", &branded, "/brand/style.css").send();
    assert!(style.text().contains("--brand:#123456"), "{style}");
    let text = p.call("GET", &customer.id, "/").send().text();
    assert!(!text.contains(&vendor.id) && !text.contains(&msp.id), "nobody else is on the page");
}

#[test]
fn a_page_shows_the_licenses_of_its_tenant_only() {
    let p = shared();
    let (vendor, one, two) = (p.vendor(), p.customer(), p.customer());
    let product = p.name("product");
    let body = json!({ "customer": { "tenant_id": one.id }, "product": { "id": product } });
    let license = p.license_by(&vendor, &body);
    for (tenant, shown) in [(&one, true), (&two, false)] {
        let page = p.call("GET", &tenant.id, "/").send_page().text();
        assert_eq!(page.contains(&product), shown, "{}", tenant.id);
        let told = [&license.id, &license.code, &license.key]
            .iter()
            .any(|secret| page.contains(secret.as_str()));
        assert!(!told, "anybody can open the page: {}", tenant.id);
    }
}

#[test]
fn the_type_of_every_problem_opens_its_explanation() {
    let p = shared();
    for host in ["console", "writ.localhost", &p.customer().id] {
        let page = p.call("GET", host, "/docs/errors").send_page();
        assert_eq!(page.status, 200, "{host}");
        for kind in wire::problem::Kind::ALL {
            assert!(
                page.text().contains(&format!("id=\"{}\"", kind.code())),
                "{host}: {}",
                kind.code()
            );
        }
    }
}

#[test]
fn hosts_of_nobody_are_not_found_and_the_houses_are_there() {
    let p = shared();
    let unknown =
        ["nobody-at-all", "www", "a.b.writ.localhost", "writ.example", "127.0.0.1", "localhost"];
    for host in unknown {
        for path in ["/api/v1/licenses", "/.well-known/jwks.json"] {
            let reply = p.call("GET", host, path).key(p.operator_key()).send();
            reply.refused(404, "unknown-host");
        }
        assert_eq!(p.call("GET", host, "/").send_page().status, 404, "{host}");
    }
    for host in ["console", "vendors", "msp"] {
        p.call("GET", host, "/.well-known/jwks.json").send().ok(200);
        assert_eq!(p.call("GET", host, "/").send_page().status, 200, "{host}");
    }
    for spelling in ["CONSOLE.writ.localhost", "console.writ.localhost."] {
        p.call("GET", spelling, "/.well-known/jwks.json").send().ok(200);
    }
}

#[test]
fn reserved_and_ill_formed_names_are_for_no_tenant() {
    let p = shared();
    let rows = [
        "console", "www", "api", "writ", "msp", "vendors", "admin", "Acme", "a", "-acme", "acme_1",
        "xn--acme", "",
    ];
    for name in rows {
        let body = json!({ "tenant_id": name, "kind": "customer", "name": "X", "region": "eu" });
        let reply = p.console("POST", "/api/v1/tenants").json(&body).send();
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], "/tenant_id", "{reply}");
    }
    let taken = p.customer();
    let body = json!({ "tenant_id": taken.id, "kind": "customer", "name": "X", "region": "eu" });
    p.console("POST", "/api/v1/tenants").json(&body).send().refused(409, "already-exists");
}

#[test]
fn every_worker_is_well() {
    let p = shared();
    for worker in ["validate", "heartbeat", "issue", "control"] {
        let reply = p.call("GET", "console", &format!("/healthz/{worker}")).send();
        assert_eq!(reply.ok(200)["status"], "ok", "{worker}");
    }
}
