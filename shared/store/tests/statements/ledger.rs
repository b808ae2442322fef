//! The ledger of floating seats.

use domain::id::{LeaseId, TicketId};
use domain::pool::{
    Ask, Book, By, Checkout, Entry, Event, How, Key, PoolTerms, Rules, Seats, Subject,
};
use domain::terms::Floating;
use store::data::lease_events::{self, LeaseEventRow};
use testkit::{Db, NOW, license, tenant};

fn lease(n: u8) -> LeaseId {
    LeaseId::new(&license(1).id, [n; 10])
}

/// Seats for `user`, number `n`.
fn ask(n: u8, user: &str) -> Checkout {
    let subject = Subject {
        user: Some(user.into()),
        host: Some(format!("ws-{n}")),
        device: None,
        owner: "key_app".into(),
    };
    Checkout {
        lease: lease(n),
        ticket: TicketId::new(&license(1).id, [n; 10]),
        subject,
        quantity: 1,
        ttl_seconds: Some(600),
        features: Vec::new(),
        wait: false,
        resume: None,
        key: Some(Key { key: format!("k{n}"), body: "b".into() }),
    }
}

/// What happens in a pool of one commit seat and one overage seat, a second apart.
pub fn journal() -> Vec<Entry> {
    let floating = Floating { linger_seconds: 20, ..Floating::default() };
    let terms =
        PoolTerms { version: 1, commit: 1, max_overage: 1, floating, open: true, ends: None };
    let waits = Checkout { wait: true, ..ask(4, "dan") };
    let by = By { owner: "key_app".into(), admin: None };
    let back = Ask::Return { lease: lease(1), by: by.clone(), key: None };
    let reason = "lost".to_owned();
    let asks = vec![
        Ask::SetTerms(terms),
        Ask::SetRules(Rules { version: 1, max_per_user: Some(2), ..Rules::default() }),
        Ask::Checkout(ask(1, "ann")),
        Ask::Checkout(ask(2, "bob")),
        Ask::Checkout(ask(3, "cid")),
        Ask::Checkout(waits),
        Ask::Extend { lease: lease(2), by, ttl_seconds: None },
        back,
        Ask::Release { lease: lease(2), reason, by: "key_admin".into() },
    ];
    let mut book = Book::new(PoolTerms::default());
    let times = (0..).map(|second| NOW.plus_seconds(second));
    let mut entries: Vec<Entry> =
        asks.into_iter().zip(times).flat_map(|(ask, now)| book.handle(ask, now).entries).collect();
    entries.extend(book.settle(NOW.plus_seconds(3600)));
    entries
}

fn shipped(db: &Db) -> Vec<LeaseEventRow> {
    let change = lease_events::insert(&license(1).id, &journal()).unwrap();
    db.of(&tenant("acme")).run(change).unwrap();
    db.of(&tenant("acme")).all(&lease_events::of_pool(&license(1).id, 0, 100))
}

#[test]
fn the_ledger_keeps_what_is_about_seats() {
    let rows = shipped(&Db::migrated());
    let said: Vec<_> = rows
        .iter()
        .map(|row| {
            let seats = (row.commit_seats, row.overage_seats);
            let who = (row.owner.as_deref(), row.user.as_deref());
            (row.kind.as_str(), who, row.quantity, seats, row.reason.as_deref())
        })
        .collect();
    let app = Some("key_app");
    let nobody = (None, None);
    let want = [
        ("checked_out", (app, Some("ann")), 1, (1, 0), None),
        ("checked_out", (app, Some("bob")), 1, (0, 1), None),
        ("refused", (app, Some("cid")), 1, (0, 0), Some("no_seat")),
        ("queued", (app, Some("dan")), 1, (0, 0), None),
        ("extended", nobody, 0, (0, 0), None),
        ("returned", nobody, 0, (0, 0), None),
        ("ended", (Some("key_admin"), None), 1, (0, 1), Some("lost")),
        ("set_aside", nobody, 1, (0, 0), None),
        ("ended", nobody, 1, (1, 0), Some("returned")),
        ("lapsed", nobody, 0, (0, 0), None),
    ];
    assert_eq!(said, want);
    let first = &rows[0];
    assert_eq!((first.seq, first.at_ms), (3, NOW.plus_seconds(2)), "as it was journaled");
    assert_eq!((first.commit_held, first.overage_held, rows[3].waiting), (1, 0, 1));
    assert_eq!((first.lease_id.clone(), first.host.as_deref()), (Some(lease(1)), Some("ws-1")));
}

#[test]
fn what_was_taken_less_what_was_freed_is_held() {
    let (mut commit, mut overage) = (0_i64, 0_i64);
    for row in shipped(&Db::migrated()) {
        let sign = match row.kind.as_str() {
            "checked_out" => 1,
            "ended" => -1,
            _ => 0,
        };
        commit += sign * i64::from(row.commit_seats);
        overage += sign * i64::from(row.overage_seats);
        let held = (i64::from(row.commit_held), i64::from(row.overage_held));
        assert_eq!((commit, overage), held, "{}", row.seq);
    }
}

#[test]
fn an_entry_is_in_the_ledger_once() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let rows = shipped(&db);
    assert_eq!(shipped(&db), rows, "a repeat changes nothing");
    let page = db.of(&acme).all(&lease_events::of_pool(&license(1).id, rows[1].seq, 2));
    assert_eq!(page, rows[2..4]);
    for (holder, of) in [(&acme, license(2)), (&tenant("globex"), license(1))] {
        assert_eq!(db.of(holder).all(&lease_events::of_pool(&of.id, 0, 100)), []);
    }
}

#[test]
fn entries_about_terms_rules_and_polls_stay_in_the_pool() {
    let kinds = |event| {
        let entry = Entry { event, ..journal()[0].clone() };
        let change = lease_events::insert(&license(1).id, std::slice::from_ref(&entry));
        (lease_events::is_kept(&entry), change.is_some())
    };
    let ticket = TicketId::new(&license(1).id, [1; 10]);
    let rows = [
        (Event::TermsSet { terms: PoolTerms::default() }, false),
        (Event::RulesSet { rules: Box::default() }, false),
        (Event::Seen { ticket: ticket.clone() }, false),
        (Event::Left { ticket }, true),
    ];
    for (event, kept) in rows {
        assert_eq!(kinds(event.clone()), (kept, kept), "{event:?}");
    }
}

#[test]
fn the_ledger_says_how_a_lease_ended() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let rows = [(How::Returned, "returned"), (How::Expired, "expired"), (How::Stopped, "stopped")];
    for (seq, (how, want)) in (1..).zip(rows) {
        let freed = Seats { commit: 2, overage: 1 };
        let event = Event::Ended { lease: lease(1), how, started: NOW, freed, key: None };
        let entry = Entry { seq, event, ..journal()[0].clone() };
        let change = lease_events::insert(&license(1).id, &[entry]).unwrap();
        db.of(&acme).run(change).unwrap();
        let row =
            db.of(&acme).all(&lease_events::of_pool(&license(1).id, seq - 1, 1)).pop().unwrap();
        assert_eq!((row.reason.as_deref(), row.owner, row.quantity), (Some(want), None, 3));
    }
}
