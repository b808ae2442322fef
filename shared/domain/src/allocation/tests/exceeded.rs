//! Too little: a smaller license, share or burst.

use super::*;

fn excess(book: &Book) -> Vec<(String, u64, i64)> {
    let all = book.exceeded().into_iter();
    all.map(|e| (e.node.as_str().to_owned(), e.by, e.since.0)).collect()
}

fn over(name: &str, by: u64, since: i64) -> Vec<(String, u64, i64)> {
    vec![(name.to_owned(), by, since)]
}

#[test]
fn the_highest_version_of_the_license_wins() {
    let mut book = book(&[capacity(3, 10)]);
    for (version, cores, want) in [(3, 99, 10), (2, 99, 10), (4, 20, 20)] {
        let outcome = book.handle(&capacity(version, cores), Millis(9));
        assert_eq!(outcome.entries.is_empty(), want == 10, "{version}");
        assert_eq!(book.usage(Cores).1, want, "{version}");
    }
    book.handle(&capacity(5, u64::MAX), Millis(9)).answer.unwrap();
    assert_eq!((book.usage(Cores).1, book.license_version()), (MAX_CAPACITY, 5));
}

#[test]
fn a_license_below_what_is_held_leaves_it_and_grants_nothing_until_use_falls() {
    let mut book =
        book(&[capacity(1, 10), set("a", 0, None), reserve("1", "a", 4), reserve("2", "a", 4)]);
    book.handle(&capacity(2, 5), Millis(100)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 3, 100));
    book.handle(&capacity(3, 6), Millis(150)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 2, 100), "since the first moment of it");
    let why = refusal(&mut book, &reserve("3", "a", 1));
    let Refused::Exceeded { exceeded, room } = why else { panic!("{why:?}") };
    assert_eq!((exceeded.by, exceeded.since, room.available), (2, Millis(100), 0));
    assert!(book.handle(&reserve("1", "a", 4), Millis(200)).answer.is_ok(), "held already");
    book.handle(&release("1"), Millis(200)).answer.unwrap();
    assert_eq!((excess(&book), available(&book, "a")), (vec![], 2));
    book.handle(&capacity(4, 3), Millis(1_300)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 1, 1_300), "a new excess has a new date");
}

#[test]
fn a_license_below_its_promises_keeps_them_as_far_as_it_reaches() {
    let mut book =
        book(&[capacity(1, 10), set("a", 6, None), set("b", 4, None), reserve("1", "a", 3)]);
    book.handle(&capacity(2, 5), Millis(100)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 5, 100));
    assert_eq!((part(&book, "a").dedicated, part(&book, "b").dedicated), (6, 4), "kept");
    assert_eq!((available(&book, "a"), available(&book, "b")), (2, 2), "never above the capacity");
    let more = refusal(&mut book, &set("c", 1, None));
    let parent = node("/");
    assert_eq!(more, Refused::SumExceedsParent { parent, metric: Cores, free: 0 });
    assert!(book.clone().handle(&transfer("a", "b", 1), Millis(110)).answer.is_ok());
    book.handle(&reserve("2", "b", 2), Millis(110)).answer.unwrap();
    let why = refusal(&mut book, &reserve("3", "a", 1));
    assert!(matches!(why, Refused::Exceeded { exceeded, .. } if exceeded.node.is_root()));
    book.handle(&set("a", 3, None), Millis(1_200)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 2, 100), "4 + 3 are promised");
    book.handle(&set("b", 2, None), Millis(1_300)).answer.unwrap();
    assert_eq!(excess(&book), []);
}

#[test]
fn a_share_below_what_is_held_bursts_and_exceeds_only_beyond_its_bound() {
    let start = book(&[capacity(1, 10), set("a", 6, Some(1)), reserve("1", "a", 6)]);
    let rows = [
        ("within the burst", set("a", 5, Some(1)), vec![], 4),
        ("beyond it", set("a", 4, Some(1)), over("a", 1, 100), 4),
        ("no burst", set("a", 4, Some(0)), over("a", 2, 100), 4),
        ("any burst", set("a", 0, None), vec![], 4),
    ];
    for (name, ask, want, left) in rows {
        let mut book = start.clone();
        book.handle(&ask, Millis(100)).answer.unwrap();
        assert_eq!(excess(&book), want, "{name}");
        assert_eq!(available(&book, "/"), left, "{name}: all that is held counts once");
    }
}

#[test]
fn an_exceeded_node_gets_nothing_new_but_nodes_below_keep_what_is_theirs() {
    let mut book = book(&[
        capacity(1, 20),
        set("a", 10, None),
        set("a/1", 4, None),
        set("b", 5, None),
        reserve("1", "a", 8),
    ]);
    book.handle(&set("a", 10, Some(0)), Millis(100)).answer.unwrap();
    assert_eq!(excess(&book), over("a", 2, 100));
    for (name, want) in [("a", 0), ("a/1", 4), ("b", 8)] {
        assert_eq!(available(&book, name), want, "{name}");
    }
    for (name, ask) in [("itself", reserve("2", "a", 1)), ("below", reserve("2", "a/1", 5))] {
        let why = refusal(&mut book, &ask);
        let named = matches!(why, Refused::Exceeded { exceeded, .. } if exceeded.node == node("a"));
        assert!(named, "{name}");
    }
    book.handle(&reserve("3", "a/1", 4), Millis(1_001)).answer.unwrap();
    assert_eq!(excess(&book), over("a", 2, 100), "not more exceeded than before");
    book.handle(&set("a", 12, Some(0)), Millis(1_002)).answer.unwrap();
    assert_eq!(excess(&book), [], "more dedicated ends it too");
}

#[test]
fn of_two_equally_narrow_nodes_the_lower_is_named_unless_only_the_upper_is_exceeded() {
    let asks = [capacity(1, 10), set("a", 0, Some(5)), set("a/1", 0, Some(5))];
    let mut book = book(&asks);
    let mut narrowest = |ask: &Ask| {
        book.handle(ask, Millis(100)).answer.unwrap();
        book.can_provision(&node("a/1"), Cores, 0).unwrap().narrowest
    };
    assert_eq!(narrowest(&reserve("1", "a/1", 5)), node("a/1"));
    assert_eq!(narrowest(&set("a", 0, Some(4))), node("a"));
    assert_eq!(narrowest(&set("a/1", 0, None)), node("a"));
    assert_eq!(narrowest(&capacity(2, 4)), node("a"), "both exceeded: the lower");
}

#[test]
fn an_excess_ends_at_the_instant_at_which_a_reservation_does() {
    let mut book = book(&[capacity(1, 10)]);
    let asked = Request { ends: Some(Millis(500)), ..request("1", "/", 10) };
    book.handle(&Ask::Reserve(asked), Millis(100)).answer.unwrap();
    book.handle(&capacity(2, 9), Millis(200)).answer.unwrap();
    for (name, now, want) in [("before", 499, over("/", 1, 200)), ("at", 500, vec![])] {
        let mut book = book.clone();
        book.settle(Millis(now));
        assert_eq!(excess(&book), want, "{name}");
    }
}

#[test]
fn a_transfer_does_not_touch_the_date_of_an_excess() {
    let mut book = book(&[capacity(1, 10), set("a", 5, None), set("b", 5, None)]);
    book.handle(&capacity(2, 8), Millis(100)).answer.unwrap();
    book.handle(&transfer("a", "b", 5), Millis(200)).answer.unwrap();
    assert_eq!(excess(&book), over("/", 2, 100));
}
