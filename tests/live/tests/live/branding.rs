//! White label: a tenant's pages look as it wants, or as the tenant above it wants, and cannot be made to do harm.

use live::{Platform, Tenant, shared};
use serde_json::{Value, json};

const SVG: &str = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA4IDgiPjxyZWN0IHdpZHRoPSI4IiBoZWlnaHQ9IjgiLz48L3N2Zz4=";
/// `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
const HOSTILE_SVG: &str = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD48L3N2Zz4=";

fn style(p: &Platform, tenant: &Tenant) -> String {
    p.call("GET", &tenant.id, "/brand/style.css").send().text()
}

fn set(p: &Platform, tenant: &Tenant, branding: &Value) -> Value {
    tenant.put(p, "/api/v1/branding", branding).ok(200)
}

/// The first address below `/brand/` in the tenant's page that begins so.
fn address(p: &Platform, tenant: &Tenant, begin: &str) -> String {
    let page = p.call("GET", &tenant.id, "/").send_page().text();
    let from = page.find(begin).unwrap_or_else(|| panic!("no {begin} in {page}"));
    page[from..].split('"').next().unwrap().to_owned()
}

#[test]
fn a_page_takes_from_above_what_its_tenant_has_not_set() {
    let p = shared();
    let msp = p.msp();
    // On two shards: what is above is found wherever it rests.
    let (near, far) =
        (p.tenant("customer", Some(&msp), "eu"), p.tenant("customer", Some(&msp), "apac"));
    set(
        p,
        &msp,
        &json!({ "company_name": "The MSP", "primary_color": "#00695c", "tagline": "From above",
        "custom_css": "h1{letter-spacing:1px}" }),
    );
    msp.put(p, "/api/v1/branding/logo", &json!({ "data": SVG })).ok(200);
    set(p, &near, &json!({ "primary_color": "#123456" }));
    for (tenant, color) in [(&near, "#123456"), (&far, "#00695c")] {
        let style = style(p, tenant);
        assert!(
            style.contains(color) && style.contains(".brand h1{letter-spacing:1px}"),
            "{style}"
        );
        let page = p.call("GET", &tenant.id, "/").send_page().text();
        assert!(page.contains("From above") && !page.contains("The MSP"), "{page}");
        let logo = p.call("GET", &tenant.id, &address(p, tenant, "/brand/logo")).send();
        assert_eq!(logo.header("content-type"), "image/svg+xml", "{logo}");
        let told = tenant.get(p, "/api/v1/branding").ok(200);
        assert_eq!(told["effective"]["tagline"], "From above");
        assert_eq!(
            (&told["logo"]["inherited"], &told["inherits_from"]),
            (&json!(true), &json!(msp.id))
        );
    }
    let other = p.customer();
    assert!(!style(p, &other).contains("#00695c"), "nobody else's");
}

#[test]
fn what_could_do_harm_is_refused_with_a_pointer_and_changes_nothing() {
    let p = shared();
    let tenant = p.customer();
    set(p, &tenant, &json!({ "tagline": "before" }));
    let rows = [
        (json!({ "custom_css": "h1{background:url(https://evil.example/)}" }), "/custom_css"),
        (json!({ "custom_css": "@import 'x';" }), "/custom_css"),
        (json!({ "custom_css": "</style><script>alert(1)</script>" }), "/custom_css"),
        (json!({ "custom_css": "form{position:fixed}" }), "/custom_css"),
        (json!({ "custom_css": "a".repeat(16_385) }), "/custom_css"),
        (json!({ "primary_color": "red;}" }), "/primary_color"),
        (json!({ "support": { "url": "javascript:alert(1)" } }), "/support/url"),
        (json!({ "colour": "#ffffff" }), "/colour"),
    ];
    for (body, pointer) in rows {
        let reply = tenant.put(p, "/api/v1/branding", &body);
        reply.refused(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply}");
    }
    for (data, why) in [
        (HOSTILE_SVG, "a script"),
        ("R0lGODlhAQABAA==", "a GIF"),
        ("PGh0bWw+", "HTML"),
        ("not base64", "no base64"),
        ("", "nothing"),
    ] {
        for image in ["logo", "favicon"] {
            let path = format!("/api/v1/branding/{image}");
            let reply = tenant.put(p, &path, &json!({ "data": data }));
            reply.refused(422, "invalid-request");
            assert_eq!(reply.json()["errors"][0]["pointer"], "/data", "{why}: {reply}");
        }
    }
    let told = tenant.get(p, "/api/v1/branding").ok(200);
    assert_eq!(told["branding"], json!({ "tagline": "before" }));
    assert!(told["logo"].is_null());
}

#[test]
fn what_is_left_out_is_told_and_a_check_stores_nothing() {
    let p = shared();
    let tenant = p.customer();
    let body = json!({ "custom_css": "h1{color:#fff}\nh1{display:none}" });
    let told = tenant.put(p, "/api/v1/branding?check=true", &body).ok(200);
    assert!(told["warnings"][0].as_str().unwrap().starts_with("line 2: display"), "{told}");
    assert!(!style(p, &tenant).contains("h1"), "only checked");
    set(p, &tenant, &body);
    let style = style(p, &tenant);
    assert!(style.contains(".brand h1{color:#fff}") && !style.contains("display"), "{style}");
}

#[test]
fn images_and_styles_are_kept_by_their_hash_and_cannot_act() {
    let p = shared();
    let tenant = p.customer();
    assert_eq!(p.call("GET", &tenant.id, "/brand/logo").send().status, 404);
    for image in ["logo", "favicon"] {
        let path = format!("/api/v1/branding/{image}");
        let told = tenant.put(p, &path, &json!({ "data": SVG })).ok(200);
        assert_eq!(told["media_type"], "image/svg+xml");
    }
    for begin in ["/brand/logo", "/brand/favicon", "/brand/style.css", "/app/"] {
        let path = address(p, &tenant, begin);
        let reply = p.call("GET", &tenant.id, &path).send();
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        if begin == "/app/" {
            continue;
        }
        let short = p.call("GET", &tenant.id, begin).send();
        assert_eq!(
            short.header("cache-control"),
            "public, max-age=300, stale-while-revalidate=3600"
        );
        let tag = reply.header("etag").to_owned();
        let again = p.call("GET", &tenant.id, &path).header("if-none-match", &tag).send();
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
    }
    let logo = p.call("GET", &tenant.id, "/brand/logo").send();
    let policy = logo.header("content-security-policy");
    assert_eq!(policy, "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    let icon = p.call("GET", &tenant.id, "/favicon.ico").send();
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    tenant.call(p, "DELETE", "/api/v1/branding/logo").send().ok(204);
    tenant.call(p, "DELETE", "/api/v1/branding/logo").send().ok(204);
    assert_eq!(p.call("GET", &tenant.id, "/brand/logo").send().status, 404);
}

#[test]
fn pages_may_show_and_ask_their_own_host_and_nothing_else() {
    let p = shared();
    let tenant = p.customer();
    for (host, path) in [
        (tenant.id.as_str(), "/"),
        ("console", "/"),
        (&tenant.id, "/docs/errors"),
        (&tenant.id, "/no"),
    ] {
        let page = p.call("GET", host, path).send_page();
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; img-src 'self'; style-src 'self';"),
            "{page}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!page.text().contains("<style"), "{page}");
    }
}

#[test]
fn every_change_is_in_the_log() {
    let p = shared();
    let msp = p.msp();
    let tenant = p.tenant("customer", Some(&msp), "eu");
    // The MSP changes how its customer looks.
    let path = |tail: &str| format!("/api/v1/branding{tail}?tenant_id={}", tenant.id);
    msp.put(p, &path(""), &json!({ "tagline": "ours" })).ok(200);
    msp.put(p, &path(""), &json!({ "tagline": "ours" })).ok(200);
    msp.put(p, &path("/logo"), &json!({ "data": SVG })).ok(200);
    msp.call(p, "DELETE", &path("/logo")).send().ok(204);
    let wanted = ["branding.image_removed", "branding.image_set", "branding.changed"];
    live::until("the log has them", std::time::Duration::from_secs(20), || {
        let log = tenant.get(p, "/api/v1/audit").ok(200);
        let items = log["items"].as_array().unwrap();
        let actions = items.iter().filter_map(|item| item["action"].as_str());
        actions.filter(|action| action.starts_with("branding")).eq(wanted)
    });
}

#[test]
fn frames_of_the_application_are_where_people_sign_in_and_registration_on_the_apex() {
    let p = shared();
    let tenant = p.customer();
    set(p, &tenant, &json!({ "company_name": "Acme <Works>", "login_banner": "Staff only" }));
    let rows = [
        (tenant.id.as_str(), "/login", 200),
        (&tenant.id, "/login/link", 200),
        (&tenant.id, "/login/invitation", 200),
        (&tenant.id, "/overview", 200),
        (&tenant.id, "/register", 404),
        (&tenant.id, "/nothing", 404),
        ("console", "/login", 200),
        ("vendors", "/keys", 200),
        ("writ.localhost", "/register", 200),
        ("writ.localhost", "/login", 404),
        ("nobody-at-all", "/login", 404),
    ];
    for (host, path, status) in rows {
        let page = p.call("GET", host, path).send_page();
        assert_eq!(page.status, status, "{host}{path}");
    }
    let login = p.call("GET", &tenant.id, "/login").send_page();
    assert!(
        login.text().contains("Staff only") && login.text().contains("Acme &lt;Works&gt;"),
        "{login}"
    );
    assert_eq!(login.header("cache-control"), "no-cache");
    p.call("POST", &tenant.id, "/login").json(&json!({})).send().refused(405, "method-not-allowed");
}
