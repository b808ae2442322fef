//! Licenses, their devices, commands and use.

use std::collections::BTreeSet;

use domain::fleet::DeviceStatus;
use domain::id::DeviceId;
use domain::license::Standing;
use domain::place::Shard;
use domain::terms::Terms;
use domain::usage::Metric;
use store::Refusal;
use store::data::ask::{self, Ask, Found};
use store::data::licenses::{self, Origin};
use store::data::{commands, devices, usage};
use testkit::{Db, NOW, license, tenant};

use crate::registry::{command, device};

/// `acme` holds the licenses 1 to 3.
fn db() -> Db {
    let db = Db::migrated();
    let origin =
        Origin { provisioned: Some(NOW), license_key: Some("NLS-x-y"), ..Origin::default() };
    let insert = |n| licenses::insert(&license(n), Shard::Eu, &origin, NOW);
    db.of(&tenant("acme")).batch(&[insert(1), insert(2), insert(3)]).unwrap();
    db
}

#[test]
fn a_license_comes_back_as_it_was_stored_by_id_or_code() {
    let db = db();
    let acme = tenant("acme");
    for named in [license(1).id.as_str(), license(1).code.as_str()] {
        let row = db.of(&acme).first(&licenses::by_ref(named)).unwrap();
        assert_eq!((row.license(), row.issuer_shard), (license(1), Shard::Eu), "{named}");
    }
    assert_eq!(
        db.of(&tenant("globex")).first(&licenses::by_ref("ACME-ENT-0001")),
        None,
        "of another holder"
    );
}

#[test]
fn a_code_is_taken_once_per_holder() {
    let db = db();
    let mut other = license(9);
    other.code = license(1).code;
    let insert = licenses::insert(&other, Shard::Eu, &Origin::default(), NOW);
    assert_eq!(db.of(&tenant("acme")).run(insert.clone()), Err(Refusal::Duplicate));
    assert_eq!(db.of(&tenant("globex")).run(insert), Ok(1), "each holder has its own names");
}

#[test]
fn a_holder_does_not_see_what_is_not_provisioned() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    db.of(&acme).run(licenses::insert(&license(1), Shard::Eu, &Origin::default(), NOW)).unwrap();
    assert_eq!(db.of(&acme).first(&licenses::by_ref("ACME-ENT-0001")), None);
    assert_eq!(db.of(&acme).all(&licenses::list("", 50)), []);
    assert!(db.of(&acme).first(&licenses::by_id(&license(1).id)).is_some());
}

#[test]
fn of_a_product_the_license_in_force_that_ends_first_comes_first() {
    type Change = fn(&mut domain::license::License);
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let changes: [Change; 8] = [
        |l| l.ends = None,
        |l| l.ends = Some(NOW.plus(20)),
        |l| l.ends = Some(NOW.plus(10)),
        |l| l.ends = Some(NOW),
        |l| (l.starts, l.ends) = (NOW.plus(1), Some(NOW.plus(5))),
        |l| (l.standing, l.ends) = (Standing::Suspended, Some(NOW.plus(6))),
        |l| l.product = domain::id::ProductId::parse("other").unwrap(),
        |l| l.ends = Some(NOW.plus(1)),
    ];
    for (n, change) in (1..).zip(changes) {
        let mut license = license(n);
        change(&mut license);
        // The last one is not provisioned.
        let origin = Origin { provisioned: (n < 8).then_some(NOW), ..Origin::default() };
        db.of(&acme).run(licenses::insert(&license, Shard::Eu, &origin, NOW)).unwrap();
    }
    let product = license(1).product;
    let found = db.of(&acme).all(&licenses::by_product(&product, NOW));
    let order: Vec<_> = found.iter().map(|row| row.id.clone()).collect();
    assert_eq!(order, [3, 2, 1, 4, 5, 6].map(|n| license(n).id));
    assert_eq!(db.of(&tenant("globex")).all(&licenses::by_product(&product, NOW)), []);
}

#[test]
fn pages_follow_the_cursor() {
    let (db, acme) = (db(), tenant("acme"));
    let first = db.of(&acme).all(&licenses::list("", 2));
    let rest = db.of(&acme).all(&licenses::list(first[1].id.as_str(), 2));
    assert_eq!((first.len(), rest.len()), (2, 1));
}

#[test]
fn a_change_on_another_version_undoes_its_whole_batch() {
    let (db, acme) = (db(), tenant("acme"));
    let id = license(1).id;
    let terms = Terms { features: vec!["new".into()], ..Terms::default() };
    assert_eq!(db.of(&acme).run(licenses::set_terms(&id, 1, &terms, None, NOW)), Ok(1));
    let batch = [
        usage::put(&id, None, Metric::Vms, 7, NOW),
        licenses::set_standing(&id, 1, Standing::Revoked, Some("late"), NOW),
    ];
    assert_eq!(db.of(&acme).batch(&batch), Err(Refusal::Stale));
    let row = db.of(&acme).first(&licenses::by_id(&id)).unwrap();
    assert_eq!((row.version, row.standing, row.license_key), (2, Standing::Active, None));
    assert_eq!(row.terms.features, ["new"]);
    assert_eq!(db.of(&acme).all(&usage::latest(id.as_str())), [], "undone as well");
}

#[test]
fn every_change_counts_up_and_drops_the_signed_text() {
    let (db, acme) = (db(), tenant("acme"));
    let (id, ends) = (license(1).id, Some(NOW.plus(1)));
    let steps = [
        licenses::set_standing(&id, 1, Standing::Suspended, Some("unpaid"), NOW),
        licenses::set_standing(&id, 2, Standing::Active, None, NOW),
        licenses::renew(&id, 3, ends, NOW),
    ];
    for step in steps {
        db.of(&acme).run(licenses::keep_key(&id, 1, "text")).unwrap();
        assert_eq!(db.of(&acme).run(step), Ok(1));
        assert_eq!(db.of(&acme).first(&licenses::by_id(&id)).unwrap().license_key, None);
    }
    assert_eq!(
        db.of(&acme).run(licenses::keep_key(&id, 3, "late")),
        Ok(0),
        "signed for an older version"
    );
    assert_eq!(db.of(&acme).run(licenses::keep_key(&id, 4, "text")), Ok(1));
    assert_eq!(db.of(&acme).run(licenses::mark_exceeded(&id, Some(NOW))), Ok(1));
    let row = db.of(&acme).first(&licenses::by_id(&id)).unwrap();
    assert_eq!((row.version, row.ends_ms, row.exceeded_since_ms), (4, ends, Some(NOW)));
}

fn about(db: &Db, asked: Ask<'_>) -> Found {
    db.of(&tenant("acme")).first(&ask::about(asked)).unwrap().found
}

fn found(db: &Db, license: &str, fingerprint: Option<&str>, device: Option<&DeviceId>) -> Found {
    about(db, Ask { license, fingerprint, device, ..Ask::default() })
}

#[test]
fn a_question_finds_the_license_as_its_row_is_and_nothing_that_was_not_asked_for() {
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    db.of(&acme).run(devices::put(&id, &device(1), NOW)).unwrap();
    for named in [id.as_str(), "ACME-ENT-0001"] {
        let found = found(&db, named, None, None);
        assert_eq!(Some(found.license), db.of(&acme).first(&licenses::by_ref(named)), "{named}");
        assert_eq!((found.exact, found.candidates, found.policy), (vec![], vec![], None));
        assert_eq!((found.shares, found.commands), (vec![], vec![]));
    }
    let (second, stranger) = (license(2).id, license(9).id);
    let with = Ask { license: "ACME-ENT-0001", along: &[&second, &stranger], ..Ask::default() };
    let rows = db.of(&acme).all(&ask::about(with));
    let ids: Vec<_> = rows.iter().map(|row| row.found.license.id.clone()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>(), [&id, &second].into_iter().collect());
    assert!(db.of(&tenant("globex")).all(&ask::about(with)).is_empty());
    let by_id = found(&db, id.as_str(), None, Some(&device(1).id)).exact;
    assert_eq!(by_id, db.of(&acme).all(&devices::list("ACME-ENT-0001", "", 50)));
    let asked = ask::about(Ask { license: id.as_str(), ..Ask::default() });
    assert!(db.of(&tenant("globex")).first(&asked).is_none());
}

#[test]
fn a_device_is_found_by_id_or_fingerprint_with_its_rank() {
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    let put: Vec<_> = (1..=4).map(|n| devices::put(&id, &device(n), NOW)).collect();
    db.of(&acme).batch(&put).unwrap();
    let mut gone = device(1);
    gone.status = DeviceStatus::Deactivated;
    db.of(&acme).run(devices::put(&id, &gone, NOW.plus(1))).unwrap();
    db.of(&acme).run(devices::put(&id, &device(1), NOW)).unwrap();
    let rows =
        [("ACME-ENT-0001", Some("fp4"), None, 4, 2), (id.as_str(), None, Some(device(2).id), 2, 0)];
    for (named, fingerprint, device_id, want, rank) in rows {
        let found = found(&db, named, fingerprint, device_id.as_ref()).exact;
        assert_eq!(
            found.iter().map(|d| (d.id.clone(), d.rank)).collect::<Vec<_>>(),
            [(device(want).id, rank)],
            "{named}"
        );
    }
    assert_eq!(found(&db, "ACME-ENT-0002", Some("fp4"), None).exact, [], "another license");
    assert_eq!(
        about(&db, Ask { by_parts: true, license: "ACME-ENT-0001", ..Ask::default() })
            .candidates
            .len(),
        3,
        "an older copy changed nothing"
    );
    let listed = db.of(&acme).all(&devices::list("ACME-ENT-0001", "", 50));
    assert_eq!(listed.len(), 4);
    assert!(listed.iter().any(|d| d.status == DeviceStatus::Deactivated && !d.known(true).blocked));
}

#[test]
fn the_later_of_two_last_contacts_counts() {
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    let (mut device, named) = (device(1), device(1).id);
    let at = |n| Some(NOW.plus(n));
    let rows = [
        ("never", None, None, None),
        ("a validation alone", at(5), None, at(5)),
        ("a heartbeat before it", None, at(3), at(5)),
        ("a heartbeat after it", None, at(9), at(9)),
    ];
    for (revision, (name, validated, beaten, want)) in (1..).zip(rows) {
        if let Some(at) = validated {
            db.of(&acme).run(devices::seen(&id, &named, at)).unwrap();
        }
        device.last_seen = beaten;
        db.of(&acme).run(devices::put(&id, &device, NOW.plus(revision))).unwrap();
        let row = found(&db, id.as_str(), None, Some(&named)).exact.remove(0);
        assert_eq!(row.last_seen_ms, want, "{name}");
    }
}

#[test]
fn without_a_device_limit_no_ranks_are_counted() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let mut unlimited = license(1);
    unlimited.terms.limits.clear();
    let origin = Origin { provisioned: Some(NOW), ..Origin::default() };
    db.of(&acme).run(licenses::insert(&unlimited, Shard::Eu, &origin, NOW)).unwrap();
    let put: Vec<_> = (1..=2).map(|n| devices::put(&unlimited.id, &device(n), NOW)).collect();
    db.of(&acme).batch(&put).unwrap();
    assert_eq!(found(&db, "ACME-ENT-0001", Some("fp2"), None).exact[0].rank, 0);
}

#[test]
fn a_device_sees_the_commands_for_it_and_for_all() {
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    db.of(&acme).run(devices::put(&id, &device(1), NOW)).unwrap();
    let (own, others) = (device(1).id, device(2).id);
    db.of(&acme)
        .batch(&[
            commands::put(&id, Some(&own), &command(2)),
            commands::put(&id, None, &command(1)),
            commands::put(&id, Some(&others), &command(3)),
            commands::put(&id, None, &command(1)),
        ])
        .unwrap();
    let waiting = |fingerprint: Option<&str>, device| {
        let rows = found(&db, "ACME-ENT-0001", fingerprint, device).commands;
        rows.into_iter().map(|row| row.body).collect::<Vec<_>>()
    };
    assert_eq!(waiting(None, Some(&own)), [command(1), command(2)]);
    assert_eq!(waiting(Some("fp1"), None), [command(1), command(2)]);
    assert_eq!(waiting(None, None), [command(1)]);
    assert_eq!(db.of(&acme).run(commands::acknowledge(&id, &command(1).id, NOW)), Ok(1));
    assert_eq!(db.of(&acme).run(commands::acknowledge(&id, &command(1).id, NOW)), Ok(0));
    assert_eq!(db.of(&acme).run(commands::withdraw(&id, &command(2).id)), Ok(1));
    assert_eq!(waiting(Some("fp1"), Some(&own)), []);
}

#[test]
fn use_is_summed_over_devices_and_the_newest_report_wins() {
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    let (one, two) = (device(1).id, device(2).id);
    let put = |device, value, at| usage::put(&id, Some(device), Metric::Vms, value, NOW.plus(at));
    db.of(&acme).batch(&[put(&one, 30, 5), put(&one, 10, 4), put(&two, 12, 1)]).unwrap();
    let rows = db.of(&acme).all(&usage::latest("ACME-ENT-0001"));
    assert_eq!(usage::usage(&rows), [(Metric::Vms, 42)].into());
    assert_eq!(rows[0].at_ms, NOW.plus(5));
    for (name, device, own) in
        [("one", Some(&one), 30), ("two", Some(&two), 12), ("nobody", None, 0)]
    {
        let share = found(&db, "ACME-ENT-0001", None, device).shares;
        assert_eq!((share[0].value, share[0].own), (42, own), "{name}");
    }
    let held = db.of(&acme).all(&usage::of_held(&[&id, &license(2).id]));
    assert_eq!(
        held.iter().map(|row| (&row.license_id, row.value)).collect::<Vec<_>>(),
        [(&id, 42)]
    );
    assert_eq!(db.of(&tenant("techpartners")).all(&usage::of_issued(&[&id])), held);
    assert_eq!(db.of(&tenant("meridian")).all(&usage::of_issued(&[&id])), []);
    db.of(&acme).run(usage::forget(&id, &one)).unwrap();
    assert_eq!(
        usage::usage(&db.of(&acme).all(&usage::latest(id.as_str()))),
        [(Metric::Vms, 12)].into()
    );
}

#[test]
fn absurd_reports_add_up_without_failing() {
    const MOST: u64 = (1 << 53) - 1;
    let (db, acme, id) = (db(), tenant("acme"), license(1).id);
    let put: Vec<_> =
        (1..=3).map(|n| usage::put(&id, Some(&device(n).id), Metric::Vms, MOST, NOW)).collect();
    db.of(&acme).batch(&put).unwrap();
    assert_eq!(
        usage::usage(&db.of(&acme).all(&usage::latest(id.as_str()))),
        [(Metric::Vms, MOST)].into()
    );
}
