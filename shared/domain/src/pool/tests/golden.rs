//! Bytes at rest. Another form of any of them needs a migration, not another test.

use super::*;
use crate::terms::{Sharing, WhenStopped};

/// One entry of each kind, a line each.
const JOURNAL_V1: &str = include_str!("journal.v1.jsonl");
/// The head and the leases of the book after them.
const SNAPSHOT_V1: &str = include_str!("snapshot.v1.jsonl");

fn start() -> PoolTerms {
    let floating = Floating {
        linger_seconds: 60,
        claim_seconds: 5,
        sharing: Sharing::UserHost,
        when_stopped: WhenStopped::EndNow,
        borrow_max_seconds: 86_400,
        ..Floating::default()
    };
    PoolTerms { floating, ..terms() }
}

/// A history in which everything happens once.
fn history() -> Desk {
    let mut desk = Desk::new(start());
    let users = ["ann".to_owned()].into();
    let lab = Group { name: "lab".into(), users, reserve: 1, ..Group::default() };
    desk.rules(|rules| rules.groups = vec![lab], 1);
    let (features, key_1) = (vec!["cad".into()], Some(key("k1", "b1")));
    desk.out(Checkout { key: key_1, quantity: 3, features, ..ask(1, "ann") }, 2);
    desk.out(ask(2, "ann"), 3);
    desk.out(ask(3, "bob"), 4);
    desk.out(Checkout { key: Some(key("k2", "b2")), ..waiting(4, "cid") }, 5);
    desk.out(waiting(5, "dan"), 6);
    desk.ask(Ask::Leave { ticket: ticket_id(5), by: by("app") }, 7);
    desk.extend(1, Some(7200), 8);
    desk.resume(6, 4, 11_000);
    desk.ask(Ask::Return { lease: lease_id(1), by: by("app"), key: Some(key("k3", "b3")) }, 12_000);
    desk.ask(Ask::Release { lease: lease_id(2), reason: "lost".into(), by: "root".into() }, 13_000);
    desk.resume(7, 4, 60_000);
    desk.out(
        Checkout { key: Some(key("k4", "b4")), resume: Some(ticket_id(4)), ..ask(8, "cid") },
        72_001,
    );
    desk.ask(Ask::Borrow(Borrow { checkout: ask(9, "eve"), until_seconds: 7200 }), 73_000);
    desk.out(waiting(10, "fay"), 74_000);
    desk.settle(3_672_001);
    desk.terms(|terms| (terms.open, terms.ends) = (false, Some(Millis(4_000_000))), 3_700_000);
    desk
}

fn lines<T: serde::Serialize>(rows: &[T]) -> String {
    rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect()
}

#[test]
fn stored_entries_v1_still_read() {
    let read: Vec<Entry> =
        JOURNAL_V1.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines(&read), JOURNAL_V1);
    let desk = history();
    assert_eq!(lines(&desk.journal), JOURNAL_V1);
    assert_eq!(Book::restore(Book::new(start()).snapshot(), &read), Ok(desk.book));
}

#[test]
fn every_kind_of_entry_is_pinned() {
    let kinds = [
        "checked_out",
        "extended",
        "returned",
        "ended",
        "refused",
        "queued",
        "seen",
        "set_aside",
        "left",
        "lapsed",
        "terms_set",
        "rules_set",
    ];
    for kind in kinds {
        assert!(JOURNAL_V1.contains(&format!(r#""event":{{"type":"{kind}""#)), "{kind}");
    }
    for how in ["returned", "expired", "released", "stopped"] {
        assert!(JOURNAL_V1.contains(&format!(r#""how":{{"kind":"{how}""#)), "{how}");
    }
}

#[test]
fn stored_snapshots_v1_still_read() {
    let mut desk = history();
    desk.terms(|terms| terms.open = true, 3_800_000);
    desk.out(Checkout { key: Some(key("k5", "b5")), quantity: 2, ..ask(11, "ann") }, 3_900_000);
    desk.out(Checkout { key: Some(key("k6", "b6")), ..waiting(12, "cid") }, 3_900_001);
    let snapshot = desk.book.snapshot();
    let bytes = lines(std::slice::from_ref(&snapshot.head)) + &lines(&snapshot.leases);
    assert_eq!(bytes, SNAPSHOT_V1);
    let (head, leases) = SNAPSHOT_V1.split_once('\n').unwrap();
    let leases = leases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let read = Snapshot { head: serde_json::from_str(head).unwrap(), leases };
    assert_eq!(Book::restore(read, &desk.journal), Ok(desk.book), "known entries are passed over");
}

#[test]
fn what_cannot_be_restored_is_refused() {
    let desk = history();
    let start = Book::new(start()).snapshot();
    let gap = Book::restore(start.clone(), &desk.journal[1..]);
    assert_eq!(gap, Err(RestoreError::Gap { wanted: 1, found: 2 }));
    let head = serde_json::to_string(&start.head).unwrap().replace(r#""v":1"#, r#""v":2"#);
    let later = Snapshot { head: serde_json::from_str(&head).unwrap(), leases: Vec::new() };
    assert_eq!(Book::restore(later, &[]), Err(RestoreError::Version(2)));
}

#[test]
fn refusals_have_one_name() {
    let rows = [
        Refusal::NoSeat { commit: 1, max_overage: 2, held: 3, next_free: Some(Millis(4)) },
        Refusal::Closed,
        Refusal::Ended,
        Refusal::QuantityZero,
        Refusal::QuantityTooLarge { limit: 1 },
        Refusal::TtlTooLong { max_seconds: 1 },
        Refusal::CapReached { scope: "ann".into(), limit: 1 },
        Refusal::Excluded,
        Refusal::QueueFull { limit: 1 },
        Refusal::BorrowNotAllowed,
        Refusal::BorrowTooLong { max_seconds: 1 },
        Refusal::BorrowKeepsBack { limit: 1 },
        Refusal::NoSuchLease,
        Refusal::NotYours,
        Refusal::LeaseEnded { at: Millis(1) },
        Refusal::NoSuchTicket,
        Refusal::KeyReused,
    ];
    for row in rows {
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json["reason"], row.name());
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), row);
    }
}
