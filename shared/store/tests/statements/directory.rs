//! Tenants, hosts, API keys and signing keys.

use domain::id::Kid;
use domain::limiter::CheckoutLimits;
use domain::perimeter::{AddressRange, Restrictions};
use domain::place::{Region, Shard};
use domain::scope::{Scope, Scopes};
use store::Refusal;
use store::directory::{api_keys, hostnames, issuer_keys, tenants};
use testkit::{Db, NOW, key_id, tenant};

use crate::registry::issuer_key;

fn db() -> Db {
    let db = Db::migrated();
    let (msp, acme) = (tenant("techpartners"), tenant("acme"));
    db.run(&[
        tenants::create(&msp, "msp", None, Region::Us, Shard::Us, NOW),
        tenants::create(&acme, "customer", Some(&msp), Region::Eu, Shard::Eu, NOW),
        hostnames::add(
            "acme.example.com",
            &acme,
            hostnames::HostKind::Default,
            hostnames::HostStatus::Active,
        ),
    ])
    .unwrap();
    db
}

#[test]
fn a_tenant_is_created_once_and_activated_once() {
    let (db, acme) = (db(), tenant("acme"));
    let again = tenants::create(&acme, "msp", None, Region::Us, Shard::Us, NOW);
    assert_eq!(db.run(&[again]), Err(Refusal::Duplicate), "the slug is taken");
    assert_eq!(db.first(&tenants::by_id(&acme)).unwrap().status, tenants::TenantStatus::Creating);
    assert_eq!(db.run(&[tenants::activate(&acme)]), Ok(vec![1]));
    assert_eq!(db.run(&[tenants::activate(&acme)]), Ok(vec![0]), "nothing left to do");
    let row = db.first(&tenants::by_id(&acme)).unwrap();
    assert_eq!((row.status, row.version, row.shard), (tenants::TenantStatus::Active, 2, Shard::Eu));
}

#[test]
fn a_stale_change_of_status_is_refused() {
    let (db, acme) = (db(), tenant("acme"));
    let suspend = tenants::set_status(&acme, 1, tenants::TenantStatus::Suspended);
    assert_eq!(db.run(std::slice::from_ref(&suspend)), Ok(vec![1]));
    assert_eq!(db.run(&[suspend]), Err(Refusal::Stale));
    assert_eq!(db.all(&tenants::suspended())[0].id, acme);
}

#[test]
fn a_page_holds_the_children_of_one_parent_only() {
    let (db, msp) = (db(), tenant("techpartners"));
    let globex = tenant("globex");
    db.run(&[tenants::create(&globex, "customer", Some(&msp), Region::Eu, Shard::Eu, NOW)])
        .unwrap();
    let ids = |after: &str, limit| {
        db.all(&tenants::children(&msp, after, limit, None))
            .into_iter()
            .map(|row| row.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("", 1), ["acme"]);
    assert_eq!(ids("acme", 50), ["globex"]);
    assert_eq!(db.all(&tenants::children(&globex, "", 50, None)), []);
    assert_eq!(db.all(&tenants::list("acme", 50)).len(), 2);
}

#[test]
fn a_host_leads_to_its_tenant_and_belongs_to_one() {
    let db = db();
    let site = db.first(&hostnames::site("acme.example.com")).unwrap();
    assert_eq!(
        (site.tenant, site.shard, site.parent),
        (tenant("acme"), Shard::Eu, Some(tenant("techpartners")))
    );
    assert_eq!(db.first(&hostnames::site("nobody.example.com")), None);
    let stranger = tenant("techpartners");
    let theft = hostnames::add(
        "acme.example.com",
        &stranger,
        hostnames::HostKind::Custom,
        hostnames::HostStatus::Active,
    );
    assert_eq!(db.run(&[theft]), Err(Refusal::Duplicate));
    let off = hostnames::set_status("acme.example.com", &stranger, hostnames::HostStatus::Disabled);
    assert_eq!(db.run(&[off]), Ok(vec![0]), "not their host");
    assert_eq!(db.all(&hostnames::of_tenant(&tenant("acme"))).len(), 1);
}

#[test]
fn a_key_is_its_tenants_until_revoked() {
    let (db, acme) = (db(), tenant("acme"));
    let hash = "ab".repeat(32);
    let scopes: Scopes = [Scope::Validate, Scope::Heartbeat].into_iter().collect();
    let key = api_keys::NewApiKey {
        hash: &hash,
        id: &key_id(1),
        tenant: &acme,
        scopes,
        expires: Some(NOW.plus(5)),
        rate_limit: 10,
        rate_window_seconds: 60,
        restrictions: None,
        rate_limits: None,
    };
    db.run(&[api_keys::insert(&key, NOW)]).unwrap();
    let principal = db.first(&api_keys::principal(&hash)).unwrap();
    assert_eq!(
        (principal.scopes, principal.expires_ms, principal.revoked_ms),
        (scopes, Some(NOW.plus(5)), None)
    );
    assert_eq!(db.first(&api_keys::by_id(&tenant("techpartners"), &key_id(1))), None);
    assert!(db.first(&api_keys::by_id_anywhere(&key_id(1))).is_some());
    assert_eq!(db.run(&[api_keys::revoke(&tenant("techpartners"), &key_id(1), NOW)]), Ok(vec![0]));
    assert_eq!(db.run(&[api_keys::revoke(&acme, &key_id(1), NOW)]), Ok(vec![1]));
    assert_eq!(
        db.run(&[api_keys::revoke(&acme, &key_id(1), NOW.plus(9))]),
        Ok(vec![0]),
        "the first time counts"
    );
    assert_eq!(db.all(&api_keys::list(&acme, "", 50))[0].revoked_ms, Some(NOW));
}

fn plain_key<'a>(db: &Db, hash: &'a str, none: &'a Restrictions) -> api_keys::ApiKeyRow {
    let (acme, id) = (tenant("acme"), key_id(1));
    let key = api_keys::NewApiKey {
        hash,
        id: &id,
        tenant: &acme,
        scopes: Scopes::default(),
        expires: None,
        rate_limit: 10,
        rate_window_seconds: 60,
        restrictions: Some(none),
        rate_limits: None,
    };
    db.run(&[api_keys::insert(&key, NOW)]).unwrap();
    db.first(&api_keys::by_hash(hash)).unwrap()
}

#[test]
fn restrictions_come_with_the_key_and_are_changed_by_one_at_a_time() {
    let (db, acme, none) = (db(), tenant("acme"), Restrictions::default());
    let hash = "cd".repeat(32);
    let row = plain_key(&db, &hash, &none);
    assert_eq!((row.version, row.restrictions, row.rate_limits), (1, None, None));
    let narrow = Restrictions {
        allowed_ip_ranges: vec![AddressRange::parse("10.0.0.0/8").unwrap()],
        ..Restrictions::default()
    };
    let few = CheckoutLimits { checkouts_per_minute: 1, checkouts_per_hour: 2 };
    let change = api_keys::restrict(&acme, &key_id(1), 1, &narrow, Some(few));
    assert_eq!(db.run(std::slice::from_ref(&change)), Ok(vec![1]));
    assert_eq!(db.run(&[change]), Err(Refusal::Stale), "somebody else has changed them");
    let stranger = api_keys::restrict(&tenant("techpartners"), &key_id(1), 2, &none, None);
    assert_eq!(db.run(&[stranger]), Ok(vec![0]), "not their key");
    let principal = db.first(&api_keys::principal(&hash)).unwrap();
    assert_eq!(
        (principal.restrictions, principal.rate_limits),
        (Some(Box::new(narrow)), Some(few))
    );
    db.run(&[api_keys::restrict(&acme, &key_id(1), 2, &none, None)]).unwrap();
    assert_eq!(db.first(&api_keys::principal(&hash)).unwrap().restrictions, None);
}

#[test]
fn a_rotated_key_ends_with_the_overlap_unless_it_ends_before() {
    let (db, acme, none) = (db(), tenant("acme"), Restrictions::default());
    let hash = "cd".repeat(32);
    plain_key(&db, &hash, &none);
    let at = |end| api_keys::succeed(&acme, &key_id(1), 1, &key_id(2), end);
    assert_eq!(db.run(&[at(NOW.plus(9))]), Ok(vec![1]));
    let row = db.first(&api_keys::by_hash(&hash)).unwrap();
    assert_eq!((row.expires_ms, row.successor.clone()), (Some(NOW.plus(9)), Some(key_id(2))));
    assert!(row.works(NOW.plus(8)) && !row.works(NOW.plus(9)));
    assert_eq!(db.run(&[at(NOW.plus(5))]), Err(Refusal::Stale), "it has a successor already");
    let again = api_keys::succeed(&acme, &key_id(1), 2, &key_id(3), NOW.plus(99));
    db.run(&[again]).unwrap();
    assert_eq!(db.first(&api_keys::by_hash(&hash)).unwrap().expires_ms, Some(NOW.plus(9)));
}

#[test]
fn one_key_signs_at_a_time_also_during_a_rotation() {
    let (db, acme) = (db(), tenant("acme"));
    let (old, new) = (Kid::parse("k1").unwrap(), Kid::parse("k2").unwrap());
    db.run(&[
        issuer_keys::insert(&issuer_key("k1", issuer_keys::KeyState::Active)),
        issuer_keys::insert(&issuer_key("k2", issuer_keys::KeyState::Next)),
    ])
    .unwrap();
    let second = issuer_keys::insert(&issuer_key("k3", issuer_keys::KeyState::Active));
    assert_eq!(db.run(&[second]), Err(Refusal::Duplicate));
    let rotate = [issuer_keys::retire(&acme, &old, NOW), issuer_keys::activate(&acme, &new)];
    assert_eq!(db.run(&rotate), Ok(vec![1, 1]));
    assert_eq!(db.run(&rotate), Err(Refusal::Stale), "somebody else has rotated");
    assert_eq!(db.first(&issuer_keys::active(&acme)).unwrap().kid, new);
    assert_eq!(db.first(&issuer_keys::by_kid(&old)).unwrap().retired_ms, Some(NOW));
    assert_eq!(db.all(&issuer_keys::of_tenant(&acme)).len(), 2);
    assert_eq!(db.all(&issuer_keys::of_tenants(&[acme, tenant("techpartners")])).len(), 2);
}
