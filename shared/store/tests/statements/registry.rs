//! A list of every statement, each made once with plausible arguments. `rules` finds statements that are missing here.

use domain::app::Policy;
use domain::command::{Command, Order};
use domain::fleet::{Device, DeviceStatus};
use domain::hostname::Claim;
use domain::id::{
    AlertId, ChannelId, CommandId, DeviceId, EventId, Kid, PlanId, ProductId, RegistrationId,
};
use domain::id::{GrantId, InvitationId, SessionId, UserId};
use domain::license::Standing;
use domain::limiter::CheckoutLimits;
use domain::perimeter::Restrictions;
use domain::person::Email;
use domain::place::{Region, Shard};
use domain::scope::Scopes;
use domain::subscription::Plan;
use domain::usage::Metric;
use domain::watch::{Alert, Rule, Rules, Severity};
use serde_json::json;
use store::data::{
    alert_settings, alerts, api_key_info, app_policies, ask, audit, brand_images, commands,
    crm_links, custom_hostnames, data_keys, devices, holdings, idempotency, identity_providers,
    invitations, lease_events, licenses, outbox, plans, products, profiles, registrations,
    seat_use, session_info, sign_in_links, signing_keys, support_grants, usage, users,
};
use store::directory::{
    api_keys, erasures, hostnames, issuer_keys, registrations as wanted, sessions, tenants,
};
use store::{Statement, Target};
use testkit::{Db, NOW, key_id, license, request_id, tenant, terms};

/// One statement, without its types.
pub struct Item {
    /// `table::function`.
    pub name: &'static str,
    /// Its SQL.
    pub sql: &'static str,
    /// Whether `?1` is the tenant.
    pub tenant_bound: bool,
    /// Whether it goes to the DIRECTORY.
    pub directory: bool,
    /// Whether it is answered by index searches alone.
    pub hot: bool,
    /// Its plan.
    pub plan: String,
    /// What the database said to it.
    pub outcome: Result<(), String>,
}

fn item<T: Target, R>(db: &Db, name: &'static str, statement: &Statement<T, R>) -> Item {
    Item {
        name,
        sql: statement.sql(),
        tenant_bound: T::TENANT_BOUND,
        directory: T::DIRECTORY,
        hot: statement.is_hot(),
        plan: db.explain(statement),
        outcome: db.try_out(&tenant("acme"), statement),
    }
}

macro_rules! items {
    ($db:expr; $($module:ident :: $function:ident ( $($argument:expr),* );)*) => {
        vec![$(item($db, concat!(stringify!($module), "::", stringify!($function)), &$module::$function($($argument),*))),*]
    };
}

pub fn all() -> Vec<Item> {
    let db = Db::migrated();
    db.run(&[tenants::create(&tenant("acme"), "customer", None, Region::Eu, Shard::Eu, NOW)])
        .unwrap();
    let mut items = on_directory(&db);
    items.extend(on_directory_registrations(&db));
    items.extend(sessions_on_directory(&db));
    items.extend(people(&db));
    items.extend(on_shard(&db));
    items.extend(on_shard_hostnames(&db));
    items.extend(on_shard_logs(&db));
    items.extend(on_shard_ledger(&db));
    items.extend(on_ledger(&db));
    items.extend(on_watch(&db));
    items
}

fn on_directory(db: &Db) -> Vec<Item> {
    let (acme, newco, key, kid) =
        (tenant("acme"), tenant("newco"), key_id(1), Kid::parse("k1").unwrap());
    let new_key = api_keys::NewApiKey {
        hash: &"0".repeat(64),
        id: &key,
        tenant: &acme,
        scopes: Scopes::default(),
        expires: None,
        rate_limit: 1,
        rate_window_seconds: 1,
        restrictions: None,
        rate_limits: Some(CheckoutLimits::KEY),
    };
    items![db;
        tenants::by_id(&acme);
        tenants::children(&acme, "", 50, None);
        tenants::list("", 50);
        tenants::suspended();
        tenants::create(&newco, "msp", Some(&acme), Region::Us, Shard::Us, NOW);
        tenants::limit(&acme, Some(CheckoutLimits::TENANT));
        tenants::activate(&acme);
        tenants::set_status(&acme, 1, tenants::TenantStatus::Suspended);
        tenants::set_plan(&acme, 1, Plan::Free);
        hostnames::site("acme.example.com");
        hostnames::of_tenant(&acme);
        hostnames::add("a.example.com", &acme, hostnames::HostKind::Custom, hostnames::HostStatus::Pending);
        hostnames::take("a.example.com", &acme);
        hostnames::release("a.example.com", &acme);
        hostnames::set_status("a.example.com", &acme, hostnames::HostStatus::Active);
        api_keys::principal("hash");
        api_keys::list(&acme, "", 50);
        api_keys::by_id(&acme, &key);
        api_keys::by_id_anywhere(&key);
        api_keys::insert(&new_key, NOW);
        api_keys::revoke(&acme, &key, NOW);
        api_keys::restrict(&acme, &key, 1, &Restrictions::default(), None);
        api_keys::succeed(&acme, &key, 1, &key_id(2), NOW);
        api_keys::by_hash("hash");
        api_keys::within(&acme, &json!({ "free": 1 }), NOW);
        api_keys::counted(&acme, NOW);
        issuer_keys::of_tenant(&acme);
        issuer_keys::of_tenants(&[acme.clone(), newco.clone()]);
        issuer_keys::by_kid(&kid);
        issuer_keys::active(&acme);
        issuer_keys::insert(&issuer_key("k1", issuer_keys::KeyState::Next));
        issuer_keys::retire(&acme, &kid, NOW);
        issuer_keys::activate(&acme, &kid);
        erasures::of_tenant(&acme);
        erasures::due(NOW, 10);
        erasures::ending(NOW, 10);
        erasures::ended(&acme, NOW);
        erasures::ask(&acme, NOW, NOW);
        erasures::call_off(&acme, NOW);
        erasures::objects_done(&acme, "lic_1");
        erasures::done(&acme, NOW);
    ]
}

fn sessions_on_directory(db: &Db) -> Vec<Item> {
    let (acme, id, hash) = (tenant("acme"), SessionId::new([1; 16]), "0".repeat(64));
    let session = sessions::NewSession {
        hash: &hash,
        id: &id,
        tenant: &acme,
        actor: "usr_1",
        role: "auditor",
        customers: None,
        expires: NOW,
    };
    items![db;
        sessions::principal("hash");
        sessions::of_actor(&acme, "usr_1", NOW);
        sessions::insert(&session, NOW);
        sessions::seen("hash", NOW, NOW);
        sessions::copy("old", "new", NOW);
        sessions::replaced("old", NOW);
        sessions::revoke(&acme, "usr_1", &id, NOW);
        sessions::revoke_token("hash", NOW);
        sessions::revoke_others(&acme, "usr_1", &id, NOW);
        sessions::revoke_all(&acme, "usr_1", NOW);
        sessions::set_role(&acme, "usr_1", "auditor", Some(&[tenant("newco")]));
        sessions::purge(NOW);
    ]
}

fn people(db: &Db) -> Vec<Item> {
    let (user, email) = (UserId::new([1; 16]), Email::parse("a@acme.example").unwrap());
    let grant = GrantId::new([1; 16]);
    let (session, supporter) = (SessionId::new([1; 16]), tenant("techpartners"));
    let link = sign_in_links::NewLink {
        hash: "hash",
        actor: "usr_1",
        grant: Some(&grant),
        return_to: None,
        expires: NOW,
    };
    let granted = support_grants::NewGrant {
        id: &grant,
        supporter: &supporter,
        actor: "usr_2",
        reason: "why",
        expires: NOW,
    };
    let mut items = items![db;
        users::by_id(&user);
        users::by_email(&email);
        users::by_subject("https://id.example", "1");
        users::list("", 50);
        users::insert(&user, &email, "Ann", "auditor", None, NOW);
        users::update(&user, "Ann", "auditor", None, NOW);
        users::link(&user, "https://id.example", "1", NOW);
        users::delete(&user);
        sign_in_links::by_hash("hash");
        sign_in_links::insert(&link, NOW);
        sign_in_links::use_up("hash", NOW);
        sign_in_links::purge(NOW);
        session_info::of_actor("usr_1");
        session_info::insert(&session, "usr_1", ("192.0.2.1", "a browser"), "link", NOW);
        session_info::seen(&session, "192.0.2.1", NOW);
        session_info::delete(&session);
        session_info::delete_others("usr_1", &session);
        session_info::delete_all("usr_1");
        session_info::purge(NOW);
        support_grants::by_id(&grant);
        support_grants::list("", 50);
        support_grants::insert(&granted, NOW);
        support_grants::end_all("usr_2", NOW);
    ];
    items.extend(invited(db, &email));
    items.extend(providers(db));
    items
}

fn invited(db: &Db, email: &Email) -> Vec<Item> {
    let invitation = InvitationId::new([1; 16]);
    let id = &invitation;
    let invited = invitations::NewInvitation {
        id,
        email,
        role: "auditor",
        customers: None,
        token_hash: "hash",
        invited_by: "usr_2",
        expires: NOW,
    };
    items![db;
        invitations::by_token("hash");
        invitations::by_email(email);
        invitations::by_id(id);
        invitations::list("", 50);
        invitations::put(&invited, NOW);
        invitations::use_up(id, NOW);
        invitations::delete(id);
        invitations::forget(email);
    ]
}

fn providers(db: &Db) -> Vec<Item> {
    let provider = identity_providers::ProviderRow {
        name: "Keycloak".into(),
        issuer: "https://id.example".into(),
        client_id: "writ".into(),
        client_secret: None,
        token_auth: "basic".into(),
        auto_join: None,
        updated_ms: NOW,
    };
    items![db;
        identity_providers::get();
        identity_providers::put(&provider);
        identity_providers::delete();
    ]
}

pub fn issuer_key(kid: &str, state: issuer_keys::KeyState) -> issuer_keys::IssuerKeyRow {
    issuer_keys::IssuerKeyRow {
        kid: Kid::parse(kid).unwrap(),
        tenant: tenant("acme"),
        public_jwk: "{}".into(),
        cert: "a.b.c".into(),
        state,
        not_before_ms: NOW,
        retired_ms: None,
    }
}

pub fn device(n: u8) -> Device {
    Device {
        id: DeviceId::new([n; 16]),
        fingerprint: format!("fp{n}"),
        components: [("cpu".to_owned(), "c1".to_owned())].into(),
        name: Some(format!("plane {n}")),
        status: DeviceStatus::Active,
        activated: NOW.plus(i64::from(n)),
        last_seen: None,
        public_key: None,
        suspect: None,
        instance: None,
        retired_instances: Vec::new(),
        sequence: None,
        status_report: None,
        vacated: false,
    }
}

pub fn command(n: u8) -> Command {
    Command {
        id: CommandId::new([n; 16]),
        order: Order::RefreshLicense,
        created: NOW.plus(i64::from(n)),
    }
}

fn logo() -> brand_images::ImageRow {
    brand_images::ImageRow {
        kind: brand_images::ImageKind::Logo,
        media: "image/svg+xml".to_owned(),
        hash: "0".repeat(64),
        bytes: 6,
    }
}

fn on_shard(db: &Db) -> Vec<Item> {
    let (license, terms, device) = (license(1), terms(), device(1));
    let (id, code, command) = (&license.id, license.code.as_str(), command(1));
    let (product, plan) = (ProductId::parse("p").unwrap(), PlanId::parse("trial").unwrap());
    items![db;
        profiles::get();
        profiles::enroll("Acme", "it@acme.example", "CUST-1", NOW);
        profiles::of_tenants(&[&license.holder]);
        profiles::put("Acme", None, &json!({}), NOW);
        profiles::set_branding(&json!({}), NOW);
        brand_images::list();
        brand_images::get(brand_images::ImageKind::Logo);
        brand_images::put(&logo(), "PHN2Zy8+", NOW);
        brand_images::remove(brand_images::ImageKind::Favicon);
        products::by_id(&product);
        products::list("", 50);
        products::names(&[&product]);
        products::put(&product, "P", "NLS", NOW);
        products::ensure(&product, "P", "NLS", NOW);
        plans::by_id(&plan);
        plans::list("", 50);
        plans::put(&plan, "Trial", &terms, Some(1), NOW);
        licenses::by_ref(code);
        licenses::by_id(id);
        licenses::by_product(&license.product, NOW);
        licenses::list("", 50);
        licenses::list_issued("", 50, None);
        licenses::issued_by_id(id);
        licenses::issuers(50);
        licenses::insert(&license, Shard::Eu, &licenses::Origin::default(), NOW);
        licenses::set_terms(id, 1, &terms, None, NOW);
        licenses::set_standing(id, 1, Standing::Revoked, Some("why"), NOW);
        licenses::renew(id, 1, None, NOW);
        licenses::keep_key(id, 1, "key");
        licenses::mark_exceeded(id, Some(NOW));
        ask::about(ask::Ask { license: code, fingerprint: Some("fp"), device: Some(&device.id), by_parts: true });
        devices::list(code, "", 50);
        devices::put(id, &device, NOW);
        devices::seen(id, &device.id, NOW);
        commands::put(id, None, &command);
        commands::acknowledge(id, &command.id, NOW);
        commands::withdraw(id, &command.id);
        usage::latest(code);
        usage::of_held(&[id]);
        usage::of_issued(&[id]);
        usage::put(id, Some(&device.id), Metric::Vms, 5, NOW);
        usage::forget(id, &device.id);
        crm_links::by_account("ACC-1");
        crm_links::by_customer(&license.holder);
        crm_links::first_of(&[&license.holder]);
        crm_links::link("ACC-1", &license.holder, NOW);
    ]
}

pub fn alert(n: u8) -> Alert {
    Alert {
        id: AlertId::new([n; 16]),
        rule: Rule::Refused,
        severity: Severity::High,
        key: Some(key_id(1)),
        value: "wrong-client".into(),
        detail: json!({ "address": "192.0.2.7" }),
        calls: 1,
        first: NOW,
        last: NOW,
    }
}

fn on_watch(db: &Db) -> Vec<Item> {
    let (event, alert, acme) = (EventId::new([1; 16]), alert(1), tenant("acme"));
    let product = ProductId::parse("p").unwrap();
    let said = alerts::Said { by: "key_1", note: None, trusted: true };
    let channel = alert_settings::ChannelRow {
        id: ChannelId::new([1; 16]),
        kind: alert_settings::ChannelKind::Webhook,
        target: "https://hooks.example.com/".into(),
        sealed: Some("sealed".into()),
    };
    let (rules, policy) = (Rules::default(), Policy::default());
    items![db;
        alerts::list(&alerts::Filter::default(), None, 50);
        alerts::by_id(&alert.id);
        alerts::tell(&alert.id, &event, &acme, "mail", &json!({}), NOW);
        alerts::put(1, &alert);
        alerts::acknowledge(&alert.id, &said, NOW);
        alert_settings::rules();
        alert_settings::set_rules(1, &rules, NOW);
        alert_settings::channels();
        alert_settings::channel(&channel.id);
        alert_settings::add_channel(&channel, NOW);
        alert_settings::remove_channel(&channel.id);
        app_policies::by_product(&product);
        app_policies::put(&product, 1, &policy, NOW);
        app_policies::change(&product, 1, &policy, NOW);
    ]
}

fn on_ledger(db: &Db) -> Vec<Item> {
    let (period, license) = ((NOW, NOW.plus(1)), license(1));
    let page = seat_use::Page { after: "", limit: 50, period, account: None, customer: None };
    items![db;
        seat_use::billed(&page);
        seat_use::of_issued(&page, &[period]);
        seat_use::of_license(&license.id, &[period]);
    ]
}

fn on_shard_logs(db: &Db) -> Vec<Item> {
    let (acme, event, kid, request) =
        (tenant("acme"), EventId::new([1; 16]), Kid::parse("k1").unwrap(), request_id(1));
    let name = idempotency::Name { caller: "key_1", key_hash: "hash" };
    let claim = idempotency::Claim {
        name,
        endpoint: "Generate",
        body_hash: "b",
        owner: &request,
        expires: NOW,
    };
    items![db;
        api_key_info::list("", 50);
        api_key_info::insert(&key_id(1), ("app", ""), &json!({}), "key_2", NOW);
        api_key_info::by_id(&key_id(1));
        api_key_info::touch(&key_id(1), NOW, Some("::1"), None);
        signing_keys::by_kid(&kid);
        signing_keys::latest(4);
        signing_keys::insert(&kid, "sealed", NOW);
        signing_keys::under("k1", 50);
        signing_keys::reseal(&kid, "old", "new");
        data_keys::latest();
        data_keys::by_version(1);
        data_keys::add(1, "sealed", NOW);
        data_keys::under("k1", 50);
        data_keys::reseal(1, "old", "new");
        data_keys::sealed_by();
        audit::list(&audit::Filter::default(), None, 50);
        audit::chain(0, 200);
        audit::range(None, Some(NOW));
        audit::insert(&crate::log::entries(1)[0]);
        outbox::put(&event, &acme, "audit", &json!({}), NOW);
        outbox::delete(&event);
        outbox::failed(&event);
        outbox::list(50);
        outbox::sweep(NOW, 50);
        outbox::stuck(20);
        idempotency::begin(&claim, NOW);
        idempotency::read(&name);
        idempotency::take_over(&name, &request, NOW, NOW);
        idempotency::finish(&name, &request, 200, "sealed");
        idempotency::record(&claim, 200, "sealed", NOW);
        idempotency::release(&name, &request);
        idempotency::purge(NOW);
    ]
}

fn on_shard_ledger(db: &Db) -> Vec<Item> {
    let pool = license(1).id;
    let kept = lease_events::insert(&pool, &crate::ledger::journal());
    let mut items = items![db; lease_events::of_pool(&pool, 0, 100);];
    items.push(item(db, "lease_events::insert", &kept.unwrap()));
    items
}

pub fn registration(n: u8) -> wanted::RegistrationRow {
    wanted::RegistrationRow {
        id: RegistrationId::new([n; 16]),
        tenant: tenant("newco"),
        domain: "newco.example".into(),
        proof: format!("proof{n}"),
        plan: Plan::Free,
        region: Region::Eu,
        shard: Shard::Eu,
        status: wanted::RegistrationStatus::Pending,
        attempts: 0,
        created_ms: NOW,
        next_ms: Some(NOW),
    }
}

fn on_directory_registrations(db: &Db) -> Vec<Item> {
    let (row, acme) = (registration(1), tenant("acme"));
    let lost = wanted::RegistrationStatus::Lost;
    let statements = [
        item(db, "registrations::by_proof", &wanted::by_proof(&row.tenant, "proof1")),
        item(db, "registrations::due", &wanted::due(NOW, 20)),
        item(db, "registrations::owner", &wanted::owner("newco.example")),
        item(db, "registrations::looked", &wanted::looked(&row.id, 1, NOW)),
        item(db, "registrations::verified", &wanted::verified(&row.id, NOW)),
        item(db, "registrations::ended", &wanted::ended(&row.id, lost)),
        item(db, "registrations::own", &wanted::own("newco.example", &acme)),
    ];
    // `insert` stands in both: this one goes to the DIRECTORY.
    let mut all = vec![item(db, "registrations::insert", &wanted::insert(&row))];
    all.extend(statements);
    all
}

pub fn registration_info(n: u8) -> registrations::RegistrationInfoRow {
    registrations::RegistrationInfoRow {
        id: RegistrationId::new([n; 16]),
        company: "Newco AG".into(),
        domain: "newco.example".into(),
        country: "DE".into(),
        tax_id: None,
        admin_email: "it@newco.example".into(),
        admin_name: "It".into(),
        setup_hash: "0".repeat(64),
        crm_id: "CUST-1".into(),
        settled_ms: None,
        key_id: None,
        created_ms: NOW,
    }
}

pub fn custom_hostname(host: &str) -> custom_hostnames::CustomHostnameRow {
    let json = json!({ "tenant_id": "acme", "host": host, "token": "t", "state": "pending_proof", "attempts": 0,
        "since_ms": 0, "next_ms": null, "reason": null, "remote_id": null, "remote": "{}", "created_ms": 0, "version": 1 });
    let row: custom_hostnames::CustomHostnameRow = serde_json::from_value(json).unwrap();
    row.with(&Claim::begin(NOW))
}

fn on_shard_hostnames(db: &Db) -> Vec<Item> {
    let (row, info) = (custom_hostname("a.acme.example"), registration_info(1));
    items![db;
        custom_hostnames::by_host("a.acme.example");
        custom_hostnames::list("", 50);
        custom_hostnames::due(NOW, 20);
        custom_hostnames::insert(&row, Some(1));
        custom_hostnames::step(&row);
        custom_hostnames::forget("a.acme.example");
        holdings::counted(NOW);
        holdings::people_within(1, NOW);
        holdings::within(Some(1), None);
        registrations::by_id(&info.id);
        registrations::insert(&info);
        registrations::settle(&info.id, NOW);
        registrations::show_key(&info.id, &key_id(1));
        registrations::forget_others(&info.id);
        registrations::forget(&info.id);
    ]
}
