//! Statements of the DIRECTORY.

use domain::id::Kid;
use domain::id::SessionId;
use domain::limiter::CheckoutLimits;
use domain::perimeter::Restrictions;
use domain::place::{Region, Shard};
use domain::scope::Scopes;
use domain::subscription::Plan;
use serde_json::json;
use store::directory::{
    api_keys, erasures, hostnames, issuer_keys, registrations as wanted, sessions, tenants,
};
use testkit::{Db, NOW, key_id, tenant};

use super::samples::{issuer_key, registration};
use super::{Item, item};

pub fn on_directory(db: &Db) -> Vec<Item> {
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

pub fn sessions_on_directory(db: &Db) -> Vec<Item> {
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

pub fn on_directory_registrations(db: &Db) -> Vec<Item> {
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
