//! Sign-in at a tenant's own identity provider: the whole flow against a real one, every mix-up, and forged tokens.

use std::collections::BTreeMap;

use live::{Person, Platform, Reply, Tenant, shared};
use serde_json::{Value, json};

const START: &str = "/api/v1/auth/oidc/start?return_to=/licenses";
const CALLBACK: &str = "/api/v1/auth/oidc/callback";

/// A browser: it keeps cookies by host and goes where it is sent.
struct Browser<'p> {
    p: &'p Platform,
    cookies: BTreeMap<(bool, String), String>,
}

impl<'p> Browser<'p> {
    const fn new(p: &'p Platform) -> Self {
        Self { p, cookies: BTreeMap::new() }
    }

    /// Asks the tenant's host (`Some`) or the provider, and keeps the cookies of the answer.
    fn ask(&mut self, host: Option<&str>, method: &str, path: &str, form: &str) -> Reply {
        let call = match host {
            Some(host) => self.p.call(method, host, path),
            None => self.p.outside(method, path),
        };
        let own = self.cookies.iter().filter(|((ours, _), _)| *ours == host.is_some());
        let cookies: Vec<_> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let mut call = call.header("cookie", &cookies.join("; "));
        if !form.is_empty() {
            call = call.raw(form).header("content-type", "application/x-www-form-urlencoded");
        }
        let reply = call.try_send().unwrap();
        for set in reply.headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert((host.is_some(), name.to_owned()), value.to_owned());
        }
        reply
    }

    /// Begins at the tenant's host; gives the provider's address as a path of the world outside.
    fn start(&mut self, tenant: &Tenant) -> String {
        let reply = self.ask(Some(&tenant.id), "GET", START, "");
        assert_eq!(reply.status, 303, "{reply}");
        let to = reply.header("location");
        to.strip_prefix(self.p.outside_url()).unwrap_or_else(|| panic!("{to}")).to_owned()
    }

    /// Signs in at the provider as `form` says; gives the path of the tenant's host that the provider sends back to.
    fn at_provider(&mut self, path: &str, form: &str) -> String {
        let outside = self.p.outside_url().to_owned();
        let near = |to: &str| to.strip_prefix(&outside).unwrap_or(to).to_owned();
        let asked = self.ask(None, "GET", path, "");
        assert_eq!(asked.status, 303, "{asked}");
        let interaction = near(asked.header("location"));
        let done = self.ask(None, "POST", &interaction, form);
        let back = self.ask(None, "GET", &near(done.header("location")), "");
        let to = back.header("location");
        to.find(CALLBACK)
            .and_then(|at| to.get(at..))
            .unwrap_or_else(|| panic!("{back}: {to}"))
            .to_owned()
    }

    /// The whole way; gives where it ends.
    fn sign_in(&mut self, tenant: &Tenant, form: &str) -> String {
        let provider = self.start(tenant);
        let back = self.at_provider(&provider, form);
        self.arrive(tenant, &back)
    }

    fn arrive(&mut self, tenant: &Tenant, back: &str) -> String {
        let reply = self.ask(Some(&tenant.id), "GET", back, "");
        assert_eq!(reply.status, 303, "{reply}");
        reply.header("location").to_owned()
    }

    fn person(&self, tenant: &Tenant) -> Person {
        let value = &self.cookies[&(true, "__Host-writ".to_owned())];
        Person {
            id: String::new(),
            email: String::new(),
            host: tenant.id.clone(),
            cookie: format!("__Host-writ={value}"),
        }
    }
}

/// Registers the tenant at the provider `issuer`, and the provider at the tenant.
fn provided(p: &Platform, tenant: &Tenant, issuer: &str, more: &Value) {
    let redirect = format!("http://{}{CALLBACK}", p.host(&tenant.id));
    let post = more["token_auth"] == "post";
    let auth = if post { "client_secret_post" } else { "client_secret_basic" };
    let mut wanted = json!({ "redirect_uris": [redirect], "token_endpoint_auth_method": auth });
    if let Some(alg) = more.get("alg") {
        wanted["id_token_signed_response_alg"] = alg.clone();
    }
    let reply = p.outside("POST", &format!("/oidc/{issuer}/reg")).json(&wanted).try_send().unwrap();
    let client = reply.json();
    let mut body = json!({
        "name": "The identity provider", "issuer": format!("{}/oidc/{issuer}", p.outside_url()),
        "client_id": client["client_id"], "client_secret": client["client_secret"],
    });
    for name in ["token_auth", "auto_join"] {
        if let Some(value) = more.get(name) {
            body[name] = value.clone();
        }
    }
    let view = tenant.put(p, "/api/v1/identity-provider", &body).ok(200);
    assert_eq!((&view["redirect_uri"], &view["has_secret"]), (&json!(redirect), &json!(true)));
    assert!(view.get("client_secret").is_none(), "{view}");
}

fn form(email: &str) -> String {
    format!("email={}&verified=true&name=Ann", email.replace('@', "%40"))
}

#[test]
fn a_person_signs_in_at_the_tenants_provider() {
    let p = shared();
    for (issuer, more) in [
        ("a", json!({})),
        ("b", json!({ "token_auth": "post", "alg": "ES256" })),
        ("a", json!({ "alg": "EdDSA" })),
        ("a", json!({ "alg": "PS256" })),
    ] {
        let tenant = p.customer();
        provided(p, &tenant, issuer, &more);
        let person = p.person(&tenant, "auditor");
        let methods = p.visit("GET", &tenant.id, "/api/v1/auth/methods").send().ok(200);
        assert_eq!(methods["oidc"]["name"], "The identity provider");
        let mut browser = Browser::new(p);
        assert_eq!(browser.sign_in(&tenant, &form(&person.email)), "/licenses", "{issuer} {more}");
        let me = browser.person(&tenant).get(p, "/api/v1/auth/session").ok(200);
        assert_eq!(me["user"]["user_id"], person.id);
        // From now on the provider's own id counts: an address may change there.
        let sub = format!("sub-of-{}", person.id);
        let mut other = Browser::new(p);
        let to = other.sign_in(&tenant, &format!("{}&sub={sub}", form(&person.email)));
        assert_eq!(to, "/login?error=not-invited", "another subject with the same address");
    }
}

#[test]
fn nobody_joins_uninvited_and_an_invitation_is_accepted_by_signing_in() {
    let p = shared();
    let tenant = p.customer();
    provided(p, &tenant, "a", &json!({}));
    let email = format!("new@{}.example", tenant.id);
    assert_eq!(Browser::new(p).sign_in(&tenant, &form(&email)), "/login?error=not-invited");
    let body = json!({ "email": email, "role": "customer_member" });
    tenant.post(p, "/api/v1/invitations", &body).ok(201);
    let unverified = form(&email).replace("verified=true", "verified=false");
    let to = Browser::new(p).sign_in(&tenant, &unverified);
    assert_eq!(to, "/login?error=oidc-email-unverified");
    let mut browser = Browser::new(p);
    assert_eq!(browser.sign_in(&tenant, &form(&email)), "/licenses");
    let me = browser.person(&tenant).get(p, "/api/v1/auth/session").ok(200);
    assert_eq!(
        (&me["user"]["role"], &me["user"]["name"]),
        (&json!("customer_member"), &json!("Ann"))
    );
    let list = tenant.get(p, "/api/v1/invitations").ok(200);
    assert_eq!(list["items"][0]["state"], "accepted");
    let denied = format!("{}&deny=1", form(&email));
    assert_eq!(Browser::new(p).sign_in(&tenant, &denied), "/login?error=oidc-denied");
}

#[test]
fn where_the_tenant_wants_it_everybody_of_the_provider_joins() {
    let p = shared();
    let tenant = p.customer();
    provided(p, &tenant, "b", &json!({ "auto_join": "customer_member" }));
    let mut browser = Browser::new(p);
    let email = format!("any@{}.example", tenant.id);
    assert_eq!(browser.sign_in(&tenant, &form(&email)), "/licenses");
    let me = browser.person(&tenant).get(p, "/api/v1/auth/session").ok(200);
    assert_eq!(me["user"]["role"], "customer_member");
    for role in ["msp_admin", "support"] {
        let body = json!({ "name": "x", "issuer": "https://id.example", "client_id": "x", "auto_join": role });
        tenant.put(p, "/api/v1/identity-provider", &body).refused(422, "invalid-request");
    }
}

/// What belongs to one sign-in is of no use in another: browser, state, host and issuer are bound together.
#[test]
fn mixed_up_answers_let_nobody_in() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    provided(p, &tenant, "a", &json!({ "auto_join": "customer_member" }));
    provided(p, &other, "a", &json!({ "auto_join": "customer_member" }));
    let (mut ann, mut eve) = (Browser::new(p), Browser::new(p));
    let (to_ann, to_eve) = (ann.start(&tenant), eve.start(&tenant));
    let ann_back = ann.at_provider(&to_ann, &form("ann@mixed.example"));
    let eve_back = eve.at_provider(&to_eve, &form("eve@mixed.example"));
    let state = "/login?error=oidc-state-mismatch";
    assert_eq!(
        Browser::new(p).arrive(&tenant, &ann_back),
        state,
        "a browser that has begun nothing"
    );
    assert_eq!(ann.arrive(&tenant, &eve_back), state, "the answer to somebody else");
    let query = |back: &str, name: &str| {
        let (_, rest) = back.split_once(&format!("{name}=")).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    // A code that was given to another, under one's own state: PKCE gives nothing for it.
    let mut fresh = Browser::new(p);
    let to_fresh = fresh.start(&tenant);
    let (code, own) = (query(&eve_back, "code"), query(&to_fresh, "state"));
    let stolen = format!("{CALLBACK}?code={code}&state={own}&iss={}", query(&eve_back, "iss"));
    assert_eq!(fresh.arrive(&tenant, &stolen), "/login?error=oidc-code-refused");

    let mut bob = Browser::new(p);
    let to_bob = bob.start(&tenant);
    let back = bob.at_provider(&to_bob, &form("bob@mixed.example"));
    let moved = bob.ask(Some(&other.id), "GET", &back, "");
    assert_eq!(moved.header("location"), state, "on another tenant's host");

    let mut cid = Browser::new(p);
    let to_cid = cid.start(&tenant);
    let back = cid.at_provider(&to_cid, &form("cid@mixed.example"));
    let foreign = back.replace("oidc%2Fa", "oidc%2Fb");
    assert_ne!(foreign, back);
    assert_eq!(
        cid.arrive(&tenant, &foreign),
        "/login?error=oidc-issuer-mismatch",
        "another issuer"
    );
    let silent = back.split("&iss=").next().unwrap();
    let mut dan = Browser::new(p);
    let to_dan = dan.start(&tenant);
    let unnamed =
        format!("{CALLBACK}?code={}&state={}", query(silent, "code"), query(&to_dan, "state"));
    assert_eq!(dan.arrive(&tenant, &unnamed), "/login?error=oidc-issuer-mismatch", "no issuer");
}

#[test]
fn forged_tokens_let_nobody_in() {
    let p = shared();
    let tenant = p.customer();
    let issuer = format!("{}/oidc/forger", p.outside_url());
    let body = json!({
        "name": "Forger", "issuer": issuer, "client_id": "writ", "client_secret": "s", "auto_join": "customer_member",
    });
    tenant.put(p, "/api/v1/identity-provider", &body).ok(200);
    let now = now_seconds();
    let (nonce, invalid) = ("oidc-nonce-mismatch", "oidc-token-invalid");
    let rows = [
        ("good", json!({}), json!({}), "own", None),
        ("another nonce", json!({ "nonce": "x" }), json!({}), "own", Some(nonce)),
        (
            "another issuer",
            json!({ "iss": "https://id.example" }),
            json!({}),
            "own",
            Some("oidc-issuer-mismatch"),
        ),
        ("another audience", json!({ "aud": "x" }), json!({}), "own", Some(invalid)),
        ("expired", json!({ "exp": now - 100 }), json!({}), "own", Some(invalid)),
        ("another access token", json!({ "at_hash": "x" }), json!({}), "own", Some(invalid)),
        ("another key", json!({}), json!({}), "other", Some(invalid)),
        ("an unknown key", json!({}), json!({ "kid": "2" }), "own", Some(invalid)),
        ("no signature", json!({}), json!({ "alg": "none" }), "own", Some(invalid)),
    ];
    for (name, change, header, key, want) in rows {
        let mut browser = Browser::new(p);
        let to = browser.start(&tenant);
        let value = |name: &str| {
            let (_, rest) = to.split_once(&format!("&{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        let mut claims = json!({
            "iss": issuer, "sub": format!("forged-{name}"), "aud": "writ", "exp": now + 300, "iat": now, "nonce": value("nonce"),
            "email": format!("{}@forged.example", name.replace(' ', "-")), "email_verified": true,
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let code = json!({ "claims": claims, "header": header, "key": key }).to_string();
        let back =
            format!("{CALLBACK}?code={}&state={}", base64url(code.as_bytes()), value("state"));
        let want = want.map_or("/licenses".to_owned(), |code| format!("/login?error={code}"));
        assert_eq!(browser.arrive(&tenant, &back), want, "{name}");
    }
}

#[expect(clippy::disallowed_methods, reason = "tests run natively")]
fn now_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn base64url(bytes: &[u8]) -> String {
    const SYMBOLS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().fold(0_usize, |word, byte| (word << 8) | usize::from(*byte))
            << (8 * (3 - part.len()));
        for at in 0..=part.len() {
            out.push(char::from(SYMBOLS[(word >> (18 - 6 * at)) & 63]));
        }
    }
    out
}

#[test]
fn a_provider_that_cannot_be_meant_is_refused_and_one_that_is_away_is_told() {
    let p = shared();
    let tenant = p.customer();
    let set = |issuer: &str| {
        let body = json!({ "name": "x", "issuer": issuer, "client_id": "x" });
        tenant.put(p, "/api/v1/identity-provider", &body)
    };
    for bad in [
        "",
        "id.example",
        "http://id.example",
        "https://",
        "https://id.example/?a=b",
        "https://id.example/#x",
        "ftp://id.example",
    ] {
        set(bad).refused(422, "invalid-request");
    }
    let to = |path: &str| p.call("GET", &tenant.id, path).send().header("location").to_owned();
    assert_eq!(to(START), "/login?error=no-identity-provider");
    set(&format!("{}/oidc/nobody", p.outside_url())).ok(200);
    assert_eq!(to(START), "/login?error=identity-provider-away");
    p.call("GET", &tenant.id, "/api/v1/auth/oidc/start?return_to=//evil.example")
        .send()
        .refused(422, "invalid-request");
    tenant.call(p, "DELETE", "/api/v1/identity-provider").send().ok(204);
    tenant.get(p, "/api/v1/identity-provider").refused(404, "no-identity-provider");
}
