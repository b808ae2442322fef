//! The audit log and the outbox.

use domain::audit::{Draft, Entry, Head, append, verify_chain};
use domain::id::EventId;
use serde_json::json;
use store::Refusal;
use store::data::{audit, outbox};
use testkit::{Db, NOW, tenant};

/// The first `count` entries of `acme`'s log.
pub fn entries(count: u8) -> Vec<Entry> {
    let mut head = Head::default();
    (1..=count)
        .map(|n| {
            let draft = Draft {
                event: EventId::new([n; 16]),
                at: NOW.plus(i64::from(n)),
                actor: "key_1".into(),
                action: if n % 2 == 0 { "license.revoked" } else { "license.issued" }.into(),
                subject: format!("lic_{n}"),
                request: String::new(),
                detail: json!({"n": n}),
            };
            let entry = append(&tenant("acme"), &head, draft);
            head = entry.head();
            entry
        })
        .collect()
}

fn db() -> Db {
    let db = Db::migrated();
    let inserts: Vec<_> = entries(5).iter().map(audit::insert).collect();
    db.of(&tenant("acme")).batch(&inserts).unwrap();
    db
}

#[test]
fn a_shipped_chain_verifies_as_it_did_before() {
    let (db, acme) = (db(), tenant("acme"));
    let stored: Vec<Entry> =
        db.of(&acme).all(&audit::chain(0, 200)).into_iter().map(Into::into).collect();
    assert_eq!(stored, entries(5));
    assert!(verify_chain(&acme, &Head::default(), &stored).is_ok());
    assert_eq!(db.of(&acme).all(&audit::chain(3, 1))[0].seq, 4);
}

#[test]
fn a_repeat_changes_nothing_and_a_fork_is_refused() {
    let (db, acme) = (db(), tenant("acme"));
    let mut entry = entries(5).remove(4);
    assert_eq!(db.of(&acme).run(audit::insert(&entry)), Ok(0));
    entry.event = EventId::new([99; 16]);
    assert_eq!(db.of(&acme).run(audit::insert(&entry)), Err(Refusal::Duplicate));
}

#[test]
fn the_log_is_listed_newest_first_and_filtered() {
    let (db, acme) = (db(), tenant("acme"));
    let seqs = |filter: &audit::Filter<'_>, before, limit| {
        db.of(&acme)
            .all(&audit::list(filter, before, limit))
            .iter()
            .map(|row| row.seq)
            .collect::<Vec<_>>()
    };
    let everything = audit::Filter::default();
    assert_eq!(seqs(&everything, None, 2), [5, 4]);
    assert_eq!(seqs(&everything, Some(4), 50), [3, 2, 1]);
    assert_eq!(
        seqs(&audit::Filter { action: Some("license.revoked"), ..everything }, None, 50),
        [4, 2]
    );
    assert_eq!(seqs(&audit::Filter { subject: Some("lic_3"), ..everything }, None, 50), [3]);
    assert_eq!(
        seqs(&audit::Filter { actor: Some("key_9"), ..everything }, None, 50),
        Vec::<u64>::new()
    );
    let window = audit::Filter { since: Some(NOW.plus(2)), until: Some(NOW.plus(4)), ..everything };
    assert_eq!(seqs(&window, None, 50), [3, 2], "the end itself is out");
    assert_eq!(db.of(&tenant("globex")).all(&audit::list(&everything, None, 50)), []);
}

#[test]
fn the_outbox_keeps_what_has_not_arrived() {
    let (db, acme, globex) = (Db::migrated(), tenant("acme"), tenant("globex"));
    let (one, two) = (EventId::new([1; 16]), EventId::new([2; 16]));
    db.of(&acme)
        .batch(&[
            outbox::put(&one, &acme, "audit", &json!({"a": 1}), NOW),
            outbox::put(&two, &globex, "fleet", &json!({}), NOW.plus(1)),
        ])
        .unwrap();
    assert_eq!(db.of(&globex).all(&outbox::list(50)), [], "it was acme's change");
    assert_eq!(db.of(&globex).run(outbox::delete(&one)), Ok(0));
    assert_eq!(db.of(&acme).run(outbox::failed(&two)), Ok(1));
    assert_eq!(db.of(&acme).run(outbox::delete(&one)), Ok(1));
    let left = db.of(&acme).all(&outbox::list(50));
    assert_eq!((left.len(), left[0].concerns.clone(), left[0].attempts), (1, globex, 1));
    assert_eq!(db.sweep(&outbox::sweep(NOW.plus(1), 50)), [], "too young");
    assert_eq!(db.sweep(&outbox::sweep(NOW.plus(2), 50)), left);
}

#[test]
fn rows_that_fail_again_and_again_do_not_hold_others_up() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let id = |n| EventId::new([n; 16]);
    let put = |n: u8| outbox::put(&id(n), &acme, "audit", &json!({}), NOW.plus(i64::from(n)));
    db.of(&acme).batch(&[put(3), put(1), put(2), put(4)]).unwrap();
    for (n, failures) in [(1, 21), (2, 20)] {
        for _ in 0..failures {
            db.of(&acme).run(outbox::failed(&id(n))).unwrap();
        }
    }
    let swept = |limit| {
        let rows = db.sweep(&outbox::sweep(NOW.plus(9), limit));
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(swept(9), [id(3), id(4), id(2), id(1)]);
    assert_eq!(swept(2), [id(3), id(4)]);
    let stuck: Vec<_> = [19, 20, 21].map(|n| db.sweep(&outbox::stuck(n))[0].rows).into();
    assert_eq!(stuck, [2, 1, 0]);
}
