//! Several may want the same: who wins, and that limits hold however many come at once.

use domain::license::Standing;
use domain::place::{Region, Shard};
use domain::scope::Scopes;
use domain::subscription::Plan;
use serde_json::json;
use store::Refusal;
use store::data::{custom_hostnames, holdings, licenses, profiles, registrations as infos};
use store::directory::hostnames::{self, HostStatus};
use store::directory::registrations::{self, RegistrationStatus};
use store::directory::{api_keys, tenants};
use testkit::{Db, NOW, key_id, license, tenant};

use crate::registry::{custom_hostname, registration, registration_info};

fn with_tenants(ids: &[&str]) -> Db {
    let db = Db::migrated();
    for id in ids {
        db.run(&[tenants::create(&tenant(id), "customer", None, Region::Eu, Shard::Eu, NOW)])
            .unwrap();
    }
    db
}

#[test]
fn of_two_claims_the_first_proved_wins_and_the_second_changes_nothing() {
    let db = Db::migrated();
    let (one, two) = (registration(1), registration(2));
    db.run(&[registrations::insert(&one), registrations::insert(&two)]).unwrap();
    let win = |row: &registrations::RegistrationRow| {
        db.run(&[
            registrations::verified(&row.id, NOW),
            tenants::create(&row.tenant, "customer", None, row.region, row.shard, NOW),
            registrations::own(&row.domain, &row.tenant),
        ])
    };
    assert!(win(&two).is_ok());
    assert_eq!(win(&two), Err(Refusal::Stale), "no longer pending");
    assert_eq!(win(&one), Err(Refusal::Duplicate));
    assert_eq!(db.first(&registrations::owner("newco.example")).unwrap().tenant, two.tenant);
    let still = db.first(&registrations::by_proof(&one.tenant, "proof1")).unwrap();
    assert_eq!(still.status, RegistrationStatus::Pending);
    let due = db.all(&registrations::due(NOW, 9));
    assert_eq!(due.len(), 2, "the loser ends, the winner is made");
    db.run(&[registrations::ended(&one.id, RegistrationStatus::Lost)]).unwrap();
    db.run(&[registrations::looked(&one.id, 1, NOW)]).unwrap();
    assert_eq!(db.all(&registrations::due(NOW, 9)).len(), 1);
}

#[test]
fn a_tenant_is_made_once_and_its_key_is_shown_once() {
    let db = Db::migrated();
    let newco = tenant("newco");
    let (one, two) = (registration_info(1), registration_info(2));
    let of = db.of(&newco);
    of.batch(&[infos::insert(&one), infos::insert(&two)]).unwrap();
    assert_eq!(of.run(infos::show_key(&one.id, &key_id(1))), Ok(0), "not made yet");
    assert_eq!(of.run(infos::settle(&one.id, NOW)), Ok(1));
    assert_eq!(of.run(infos::settle(&one.id, NOW)), Err(Refusal::Stale));
    assert_eq!(of.run(infos::show_key(&one.id, &key_id(1))), Ok(1));
    assert_eq!(of.run(infos::show_key(&one.id, &key_id(2))), Ok(0));
    assert_eq!(of.run(infos::forget_others(&one.id)), Ok(1));
    assert!(of.first(&infos::by_id(&two.id)).is_none());
    assert!(db.of(&tenant("acme")).first(&infos::by_id(&one.id)).is_none(), "another tenant's");
}

#[test]
fn a_domain_is_taken_from_who_has_not_come_into_service_only() {
    let db = with_tenants(&["acme", "globex"]);
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    let take = |tenant| db.run(&[hostnames::take("l.acme.example", tenant)]).unwrap();
    let site = || db.first(&hostnames::site("l.acme.example")).unwrap();
    assert_eq!(take(&globex), [1]);
    assert_eq!(take(&acme), [1], "what is pending gives way");
    assert_eq!((site().tenant, site().status), (acme.clone(), HostStatus::Pending));
    db.run(&[hostnames::set_status("l.acme.example", &acme, HostStatus::Active)]).unwrap();
    assert_eq!(take(&globex), [0]);
    assert_eq!(take(&acme), [1], "taken again by its owner it stays in service");
    assert_eq!((site().tenant, site().status), (acme.clone(), HostStatus::Active));
    assert_eq!(db.run(&[hostnames::release("l.acme.example", &globex)]), Ok(vec![0]));
    assert_eq!(db.run(&[hostnames::release("l.acme.example", &acme)]), Ok(vec![1]));
    db.run(&[hostnames::add("acme.h", &acme, hostnames::HostKind::Default, HostStatus::Active)])
        .unwrap();
    assert_eq!(db.run(&[hostnames::take("acme.h", &globex)]), Ok(vec![0]), "a default host");
    assert_eq!(db.run(&[hostnames::release("acme.h", &acme)]), Ok(vec![0]), "stays");
}

#[test]
fn a_step_of_a_domain_is_made_once() {
    let db = Db::migrated();
    let acme = tenant("acme");
    let row = custom_hostname("l.acme.example");
    let of = db.of(&acme);
    assert_eq!(
        of.run(custom_hostnames::insert(&row, Some(0))),
        Err(Refusal::Stale),
        "none allowed"
    );
    of.run(custom_hostnames::insert(&row, Some(1))).unwrap();
    assert_eq!(of.run(custom_hostnames::insert(&row, Some(1))), Err(Refusal::Stale), "one at most");
    assert_eq!(of.run(custom_hostnames::insert(&row, None)), Err(Refusal::Duplicate));
    assert_eq!(db.sweep(&custom_hostnames::due(NOW, 9)), std::slice::from_ref(&row));
    let failed = domain::hostname::Claim {
        state: domain::hostname::State::Failed,
        next: None,
        reason: Some(domain::hostname::Reason::NoProof),
        ..row.claim()
    };
    let step = custom_hostnames::step(&row.clone().with(&failed));
    of.run(step.clone()).unwrap();
    assert_eq!(of.run(step), Err(Refusal::Stale), "somebody was faster");
    assert_eq!(of.first(&custom_hostnames::by_host("l.acme.example")).unwrap().claim(), failed);
    assert!(db.sweep(&custom_hostnames::due(NOW, 9)).is_empty());
}

#[test]
fn no_more_licenses_come_to_be_than_a_plan_allows() {
    let db = Db::migrated();
    let acme = tenant("acme");
    let of = db.of(&acme);
    of.run(profiles::enroll("Acme", "it@acme.example", "CUST-1", NOW)).unwrap();
    let add = |n: u8, issuer: &str, vendors, most| {
        let mut license = license(n);
        license.issuer = tenant(issuer);
        let insert = licenses::insert(&license, Shard::Eu, &licenses::Origin::default(), NOW);
        of.batch(&[insert, holdings::within(vendors, most)]).map(drop)
    };
    assert_eq!(add(1, "meridian", Some(1), Some(2)), Ok(()));
    assert_eq!(add(2, "vector", Some(1), Some(2)), Err(Refusal::Stale), "another vendor");
    assert_eq!(add(2, "meridian", Some(1), Some(2)), Ok(()));
    assert_eq!(add(3, "meridian", Some(1), Some(2)), Err(Refusal::Stale), "a third license");
    assert_eq!(add(3, "meridian", None, None), Ok(()), "without limits");
    of.run(licenses::set_standing(&license(3).id, 1, Standing::Revoked, None, NOW)).unwrap();
    let counted = of.first(&holdings::counted(NOW)).unwrap();
    assert_eq!((counted.vendors, counted.licenses, counted.hostnames), (1, 2, 0));
}

#[test]
fn no_more_keys_come_to_be_than_a_plan_allows() {
    let db = with_tenants(&["acme"]);
    let acme = tenant("acme");
    let most = json!({ "free": 1 });
    let add = |n: u8, expires| {
        let key = api_keys::NewApiKey {
            hash: &format!("{n:064}"),
            id: &key_id(n),
            tenant: &acme,
            scopes: Scopes::default(),
            expires,
            rate_limit: 1,
            rate_window_seconds: 1,
            restrictions: None,
            rate_limits: None,
        };
        db.run(&[api_keys::insert(&key, NOW), api_keys::within(&acme, &most, NOW)]).map(drop)
    };
    assert_eq!(add(1, None), Ok(()));
    assert_eq!(add(2, None), Ok(()), "enterprise has no limit");
    db.run(&[tenants::set_plan(&acme, 1, Plan::Free)]).unwrap();
    assert_eq!(add(3, None), Err(Refusal::Stale));
    db.run(&[api_keys::revoke(&acme, &key_id(1), NOW), api_keys::revoke(&acme, &key_id(2), NOW)])
        .unwrap();
    assert_eq!(add(3, Some(NOW)), Ok(()), "one that has ended does not count");
    assert_eq!(add(4, Some(NOW.plus(1))), Ok(()));
    assert_eq!(add(5, None), Err(Refusal::Stale));
    assert_eq!(db.first(&api_keys::counted(&acme, NOW)).unwrap().keys, 1);
}
