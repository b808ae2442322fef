//! Bytes at rest.

use super::*;

/// A short life in which everything happens once.
fn life() -> Vec<Entry> {
    let ends = Request { ends: Some(Millis(8)), ..request("vm-2", "a/1", 1) };
    let asks = [
        capacity(1, 10),
        set("a", 4, Some(2)),
        set("a/1", 0, None),
        set("b", 1, Some(0)),
        transfer("a", "b", 1),
        reserve("vm-1", "a/1", 4),
        Ask::Reserve(ends),
        release("vm-1"),
        Ask::Remove { node: node("a/1") },
        reserve("vm-3", "a", 6),
        reserve("vm-4", "a", 5),
        capacity(2, 5),
        reserve("vm-5", "a", 1),
    ];
    let mut book = Book::new();
    (0..).zip(&asks).flat_map(|(at, ask)| book.handle(ask, Millis(at)).entries).collect()
}

#[test]
fn entries_v1_still_read() {
    let golden = [
        r#"{"seq":1,"at":0,"event":{"type":"capacity","version":1,"capacity":{"cores":10}}}"#,
        r#"{"seq":2,"at":1,"event":{"type":"set","node":"a","shares":{"cores":{"dedicated":4,"burst":2}}}}"#,
        r#"{"seq":3,"at":2,"event":{"type":"set","node":"a/1","shares":{"cores":{"dedicated":0}}}}"#,
        r#"{"seq":4,"at":3,"event":{"type":"set","node":"b","shares":{"cores":{"dedicated":1,"burst":0}}}}"#,
        r#"{"seq":5,"at":4,"event":{"type":"transferred","from":"a","to":"b","metric":"cores","quantity":1}}"#,
        r#"{"seq":6,"at":5,"event":{"type":"reserved","request":{"request":"vm-1","node":"a/1","metric":"cores","quantity":4},"since":5,"burst":4}}"#,
        r#"{"seq":7,"at":6,"event":{"type":"reserved","request":{"request":"vm-2","node":"a/1","metric":"cores","quantity":1,"ends":8},"since":6,"burst":1}}"#,
        r#"{"seq":8,"at":7,"event":{"type":"released","request":"vm-1"}}"#,
        r#"{"seq":9,"at":8,"event":{"type":"ended","request":"vm-2"}}"#,
        r#"{"seq":10,"at":8,"event":{"type":"removed","node":"a/1"}}"#,
        r#"{"seq":11,"at":9,"event":{"type":"denied","request":{"request":"vm-3","node":"a","metric":"cores","quantity":6},"why":{"reason":"no_capacity","available":5,"dedicated_free":3,"shared_free":2,"narrowest":"a"}}}"#,
        r#"{"seq":12,"at":10,"event":{"type":"reserved","request":{"request":"vm-4","node":"a","metric":"cores","quantity":5},"since":10,"burst":2}}"#,
        r#"{"seq":13,"at":11,"event":{"type":"capacity","version":2,"capacity":{"cores":5}}}"#,
        r#"{"seq":14,"at":12,"event":{"type":"denied","request":{"request":"vm-5","node":"a","metric":"cores","quantity":1},"why":{"reason":"exceeded","exceeded":{"node":"/","metric":"cores","by":2,"since":11},"available":0,"dedicated_free":0,"shared_free":0,"narrowest":"/"}}}"#,
    ];
    let entries = life();
    let lines: Vec<String> = entries.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
    assert_eq!(lines, golden);
    for (entry, line) in entries.iter().zip(golden) {
        assert_eq!(*entry, serde_json::from_str::<Entry>(line).unwrap(), "{line}");
    }
}

#[test]
fn stored_book_v1_still_reads() {
    let bytes = r#"{"v":1,"seq":14,"newest":12,"version":2,"capacity":{"cores":5},"nodes":{"a":{"cores":{"dedicated":3,"burst":2}},"b":{"cores":{"dedicated":2,"burst":0}}},"exceeded":[["/","cores",11]],"reservations":[{"request":{"request":"vm-4","node":"a","metric":"cores","quantity":5},"since":10,"burst":2}]}"#;
    let live = Book::restore(Book::new(), life()).unwrap();
    assert_eq!(serde_json::to_string(&live).unwrap(), bytes);
    assert_eq!(serde_json::from_str::<Book>(bytes).unwrap(), live);
}

#[test]
fn asks_v1_still_read() {
    let golden = [
        r#"{"ask":"capacity","version":1,"capacity":{"cores":10}}"#,
        r#"{"ask":"set","node":"a","shares":{"cores":{"dedicated":4,"burst":2}}}"#,
        r#"{"ask":"remove","node":"a"}"#,
        r#"{"ask":"transfer","from":"a","to":"b","metric":"cores","quantity":1}"#,
        r#"{"ask":"reserve","request":"vm","node":"a","metric":"cores","quantity":1,"ends":9}"#,
        r#"{"ask":"release","request":"vm"}"#,
    ];
    for line in golden {
        let ask: Ask = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&ask).unwrap(), line);
    }
    for bad in [golden[2].replace("\"a\"", "\"A\""), golden[5].replace("vm\"", "vm\",\"x\":1")] {
        assert!(serde_json::from_str::<Ask>(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_journal_with_a_gap_is_not_restored_and_what_the_snapshot_knows_is_passed_over() {
    let whole = Book::restore(Book::new(), life()).unwrap();
    let snapshot = Book::restore(Book::new(), life().into_iter().take(6)).unwrap();
    assert_eq!(Book::restore(snapshot.clone(), life()).unwrap(), whole);
    assert_eq!(Book::restore(snapshot.clone(), life().split_off(6)).unwrap(), whole);
    let gap = Book::restore(snapshot, life().split_off(7));
    assert_eq!(gap, Err(RestoreError::Gap { expected: 7, found: 8 }));
}

#[test]
fn a_snapshot_that_does_not_add_up_is_not_read() {
    let bytes = serde_json::to_string(&Book::restore(Book::new(), life()).unwrap()).unwrap();
    let rows = [
        ("of another version", r#""v":1"#, r#""v":2"#),
        ("a node without its parent", r#""b":{"#, r#""x/b":{"#),
        ("the root as a node", r#""b":{"#, r#""/":{"#),
        ("a reservation without its node", r#""node":"a""#, r#""node":"x""#),
        ("an excess too few", r#"[["/","cores",11]]"#, "[]"),
        ("an excess too many", r#"[["/","#, r#"[["a","cores",11],["/","#),
    ];
    for (name, from, to) in rows {
        let broken = bytes.replace(from, to);
        assert_ne!(broken, bytes, "{name}");
        assert!(serde_json::from_str::<Book>(&broken).is_err(), "{name}");
    }
}

#[test]
fn an_entry_of_what_is_not_there_is_not_restored_and_leaves_only_number_and_time() {
    let held = Reservation { request: request("vm", "x", 1), since: Millis(0), burst: 0 };
    let rows = [
        Event::Set { node: node("x/y"), shares: BTreeMap::new() },
        Event::Set { node: node("/"), shares: BTreeMap::new() },
        Event::Removed { node: node("a") },
        Event::Reserved(held),
        Event::Released { request: key("x") },
        Event::Ended { request: key("x") },
        Event::Removed { node: node("x") },
        Event::Transferred(Transfer { from: node("a"), to: node("y"), metric: Cores, quantity: 1 }),
    ];
    for event in rows {
        let mut book = organization();
        let before = book.view(&node("/"));
        let entry = Entry { seq: book.seq() + 1, at: Millis(99), event };
        let restored = Book::restore(book.clone(), [entry.clone()]);
        assert_eq!(restored, Err(RestoreError::Stray { seq: entry.seq }), "{entry:?}");
        book.apply(&entry);
        assert_eq!((book.seq(), book.view(&node("/"))), (entry.seq, before), "{entry:?}");
    }
}
