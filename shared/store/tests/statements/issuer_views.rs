//! What an issuer sees, and what belongs to an issuer.

use domain::id::{Kid, PlanId, ProductId};
use domain::place::Shard;
use serde_json::json;
use store::data::licenses::{self, Origin};
use store::data::{api_key_info, crm_links, plans, products, profiles, signing_keys};
use testkit::{Db, NOW, key_id, license, tenant, terms};

#[test]
fn an_issuer_sees_what_it_issued_and_nobody_elses() {
    let db = Db::migrated();
    for (n, holder) in [(1, "acme"), (2, "globex")] {
        db.of(&tenant(holder))
            .run(licenses::insert(&license(n), Shard::Eu, &Origin::default(), NOW))
            .unwrap();
    }
    let (issuer, other) = (tenant("techpartners"), tenant("meridian"));
    let rows = db.of(&issuer).all(&licenses::list_issued("", 50, None));
    assert_eq!(
        rows.iter().map(|row| row.tenant_id.as_str()).collect::<Vec<_>>(),
        ["acme", "globex"]
    );
    assert_eq!(
        db.of(&issuer).first(&licenses::issued_by_id(&license(2).id)).unwrap().license().code,
        license(2).code
    );
    assert_eq!(db.of(&other).all(&licenses::list_issued("", 50, None)), []);
    assert_eq!(db.of(&other).first(&licenses::issued_by_id(&license(2).id)), None);
}

#[test]
fn a_holder_has_each_of_its_issuers_once() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let provisioned = Origin { provisioned: Some(NOW), ..Origin::default() };
    let issued = [
        ("techpartners", &provisioned),
        ("meridian", &provisioned),
        ("meridian", &provisioned),
        ("unseen", &Origin::default()),
    ];
    for (n, (issuer, origin)) in (1..).zip(issued) {
        let mut license = license(n);
        license.issuer = tenant(issuer);
        db.of(&acme).run(licenses::insert(&license, Shard::Eu, origin, NOW)).unwrap();
    }
    let issuers = |limit| {
        let rows = db.of(&acme).all(&licenses::issuers(limit));
        rows.into_iter().map(|row| row.issuer).collect::<Vec<_>>()
    };
    assert_eq!(issuers(9), [tenant("meridian"), tenant("techpartners")]);
    assert_eq!(issuers(1), [tenant("meridian")]);
    assert_eq!(db.of(&tenant("globex")).all(&licenses::issuers(9)), []);
}

#[test]
fn products_and_plans_are_made_and_changed_under_one_id() {
    let (db, issuer) = (Db::migrated(), tenant("techpartners"));
    let (product, plan) = (ProductId::parse("sendense").unwrap(), PlanId::parse("trial").unwrap());
    db.of(&issuer)
        .batch(&[
            products::put(&product, "Old", "NLS", NOW),
            products::put(&product, "Sendense", "SND", NOW.plus(1)),
            products::ensure(&product, "Newest", "NLS", NOW.plus(2)),
            plans::put(&plan, "Old", &terms(), None, NOW),
            plans::put(&plan, "Trial", &terms(), Some(2_592_000), NOW.plus(1)),
        ])
        .unwrap();
    let row = db.of(&issuer).first(&products::by_id(&product)).unwrap();
    assert_eq!(
        (row.name.as_str(), row.key_prefix.as_str(), row.created_ms),
        ("Sendense", "SND", NOW)
    );
    let row = db.of(&issuer).first(&plans::by_id(&plan)).unwrap();
    assert_eq!(
        (row.name.as_str(), row.terms, row.term_seconds),
        ("Trial", terms(), Some(2_592_000))
    );
    assert_eq!(
        db.of(&issuer).all(&products::list("", 50)).len()
            + db.of(&issuer).all(&plans::list("", 50)).len(),
        2
    );
    assert_eq!(db.of(&tenant("meridian")).all(&plans::list("", 50)), []);
}

#[test]
fn a_crm_account_is_linked_once() {
    let (db, issuer) = (Db::migrated(), tenant("techpartners"));
    assert_eq!(db.of(&issuer).run(crm_links::link("ACC-1", &tenant("acme"), NOW)), Ok(1));
    assert_eq!(db.of(&issuer).run(crm_links::link("ACC-1", &tenant("globex"), NOW)), Ok(0));
    assert_eq!(
        db.of(&issuer).first(&crm_links::by_account("ACC-1")).unwrap().customer,
        tenant("acme")
    );
    assert_eq!(
        db.of(&issuer).all(&crm_links::by_customer(&tenant("acme")))[0].crm_account_id,
        "ACC-1"
    );
    assert_eq!(db.of(&tenant("meridian")).first(&crm_links::by_account("ACC-1")), None);
}

#[test]
fn profiles_and_notes_on_keys_are_kept() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let put = |name| {
        profiles::put(name, Some("it@acme.example"), &json!({"primary_color": "#123456"}), NOW)
    };
    db.of(&acme).batch(&[put("Acme"), put("Acme Corp")]).unwrap();
    let profile = db.of(&acme).first(&profiles::get()).unwrap();
    assert_eq!(
        (profile.name.as_str(), profile.branding["primary_color"].as_str()),
        ("Acme Corp", Some("#123456"))
    );
    let note =
        api_key_info::insert(&key_id(1), ("ci", "ci_cd"), &json!({"team": "a"}), "key_2", NOW);
    db.of(&acme).batch(&[note.clone(), note]).unwrap();
    for (at, changed) in [(5, 1), (4, 0)] {
        assert_eq!(
            db.of(&acme).run(api_key_info::touch(
                &key_id(1),
                NOW.plus(at),
                Some("10.0.1.42"),
                None
            )),
            Ok(changed),
            "{at}"
        );
    }
    let row = db.of(&acme).first(&api_key_info::list("", 50)).unwrap();
    assert_eq!((row.app_type.as_str(), row.last_used_ms), ("ci_cd", Some(NOW.plus(5))));
}

#[test]
fn the_latest_sealed_keys_come_first() {
    let (db, issuer) = (Db::migrated(), tenant("techpartners"));
    for (kid, at) in [("k1", 1), ("k3", 3), ("k2", 2)] {
        let kid = Kid::parse(kid).unwrap();
        db.of(&issuer).run(signing_keys::insert(&kid, "sealed", NOW.plus(at))).unwrap();
    }
    let latest = db.of(&issuer).all(&signing_keys::latest(2));
    assert_eq!(latest.iter().map(|row| row.kid.as_str()).collect::<Vec<_>>(), ["k3", "k2"]);
    assert_eq!(db.of(&tenant("acme")).all(&signing_keys::latest(2)), []);
}

#[test]
fn a_sealed_key_is_found_by_its_kid_and_tenant() {
    let (db, issuer, kid) = (Db::migrated(), tenant("techpartners"), Kid::parse("k1").unwrap());
    db.of(&issuer).run(signing_keys::insert(&kid, "sealed", NOW)).unwrap();
    assert_eq!(db.of(&issuer).first(&signing_keys::by_kid(&kid)).unwrap().sealed, "sealed");
    assert_eq!(db.of(&tenant("acme")).first(&signing_keys::by_kid(&kid)), None);
}
