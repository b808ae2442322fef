//! A request with an Idempotency-Key is carried out once.

use domain::id::RequestId;
use store::Refusal;
use store::data::idempotency::{self, Claim, Name, Progress};
use store::data::profiles;
use testkit::{Db, NOW, request_id, tenant};

const NAME: Name<'static> = Name { caller: "key_1", key_hash: "h" };

fn claim(owner: &RequestId) -> Claim<'_> {
    Claim { name: NAME, endpoint: "Generate", body_hash: "b", owner, expires: NOW.plus(1000) }
}

#[test]
fn the_second_request_finds_the_first_ones_answer() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let (first, second) = (request_id(1), request_id(2));
    assert_eq!(db.of(&acme).run(idempotency::begin(&claim(&first), NOW)), Ok(1));
    assert_eq!(db.of(&acme).run(idempotency::begin(&claim(&second), NOW)), Ok(0));
    assert_eq!(db.of(&acme).first(&idempotency::read(&NAME)).unwrap().state, Progress::Running);
    assert_eq!(db.of(&acme).run(idempotency::finish(&NAME, &first, 201, "sealed")), Ok(1));
    let row = db.of(&acme).first(&idempotency::read(&NAME)).unwrap();
    assert_eq!((row.state, row.status, row.owner), (Progress::Done, Some(201), first.clone()));
    assert_eq!(
        db.of(&acme).run(idempotency::finish(&NAME, &first, 201, "again")),
        Err(Refusal::Stale)
    );
    let other = Name { caller: "key_2", ..NAME };
    assert_eq!(
        db.of(&acme).first(&idempotency::read(&other)),
        None,
        "another caller's key of the same text"
    );
}

#[test]
fn a_request_whose_key_was_taken_over_changes_nothing() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let (slow, next) = (request_id(1), request_id(2));
    db.of(&acme).run(idempotency::begin(&claim(&slow), NOW)).unwrap();
    let take = |dead_before| idempotency::take_over(&NAME, &next, dead_before, NOW.plus(60));
    assert_eq!(db.of(&acme).run(take(NOW)), Ok(0), "still young");
    assert_eq!(db.of(&acme).run(take(NOW.plus(1))), Ok(1));
    let late = [
        profiles::put("Late", None, &serde_json::json!({}), NOW),
        idempotency::finish(&NAME, &slow, 200, "s"),
    ];
    assert_eq!(db.of(&acme).batch(&late), Err(Refusal::Stale));
    assert_eq!(db.of(&acme).first(&profiles::get()), None, "undone as well");
    assert_eq!(db.of(&acme).run(idempotency::finish(&NAME, &next, 200, "s")), Ok(1));
}

#[test]
fn a_refused_request_frees_its_key_and_no_other() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let owner = request_id(1);
    db.of(&acme).run(idempotency::begin(&claim(&owner), NOW)).unwrap();
    assert_eq!(db.of(&acme).run(idempotency::release(&NAME, &request_id(2))), Ok(0));
    assert_eq!(db.of(&acme).run(idempotency::release(&NAME, &owner)), Ok(1));
    assert_eq!(db.of(&acme).run(idempotency::record(&claim(&owner), 200, "s", NOW)), Ok(1));
    assert_eq!(
        db.of(&acme).run(idempotency::record(&claim(&owner), 200, "s", NOW)),
        Err(Refusal::Duplicate)
    );
    assert_eq!(db.of(&acme).run(idempotency::release(&NAME, &owner)), Ok(0), "answered keys stay");
}

#[test]
fn keys_are_forgotten_when_they_expire() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    db.of(&acme).run(idempotency::begin(&claim(&request_id(1)), NOW)).unwrap();
    assert_eq!(db.purge(idempotency::purge(NOW.plus(999))), Ok(0));
    assert_eq!(db.purge(idempotency::purge(NOW.plus(1000))), Ok(1));
}
