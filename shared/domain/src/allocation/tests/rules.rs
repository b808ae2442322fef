//! Reserve, release, time.

use super::*;

#[test]
fn own_part_first_then_burst_within_every_bound_on_the_way() {
    let book = organization();
    let rows = [
        ("/", 500, 500, 0, "/"),
        ("a", 500, 0, 500, "/"),
        ("a/1", 100, 100, 0, "a/1"),
        ("a/2", 700, 200, 500, "/"),
        ("b", 50, 0, 50, "b"),
        ("b/1", 250, 200, 50, "b"),
        ("c", 500, 0, 500, "/"),
        ("d", 100, 0, 100, "d"),
    ];
    for (name, available, dedicated_free, shared_free, narrowest) in rows {
        let room = book.can_provision(&node(name), Cores, available).unwrap();
        let narrowest = node(narrowest);
        assert_eq!(room, Room { available, dedicated_free, shared_free, narrowest }, "{name}");
        let more = book.can_provision(&node(name), Cores, available + 1);
        assert_eq!(more, Err(Refused::NoCapacity { room }), "{name}");
    }
}

#[test]
fn no_burst_takes_what_is_dedicated_to_another() {
    let mut book = organization();
    book.handle(&reserve("c", "c", 500), Millis(9)).answer.unwrap();
    for (name, want) in [("/", 0), ("a", 0), ("a/1", 100), ("a/2", 200), ("b/1", 200), ("d", 0)] {
        assert_eq!(available(&book, name), want, "{name}");
    }
    let Refused::NoCapacity { room } = refusal(&mut book, &reserve("d", "d", 1)) else { panic!() };
    assert!(room.narrowest.is_root(), "{room:?}");
    for (name, q) in [("a/1", 100), ("a/2", 200), ("b/1", 200)] {
        let granted = book.handle(&reserve(name, name, q), Millis(10)).answer;
        assert!(matches!(granted, Ok(Done::Reserved(held)) if held.burst == 0), "{name}");
    }
    assert_eq!(book.usage(Cores), (1000, 1000));
}

#[test]
fn a_burst_is_told_and_goes_home_when_the_own_part_is_free_again() {
    let mut book = organization();
    let granted = book.handle(&reserve("1", "b/1", 180), Millis(9)).answer;
    assert!(matches!(granted, Ok(Done::Reserved(held)) if held.burst == 0));
    let granted = book.handle(&reserve("2", "b/1", 30), Millis(9)).answer;
    assert!(matches!(granted, Ok(Done::Reserved(held)) if held.burst == 10));
    assert_eq!((part(&book, "b/1").held_from_shared, available(&book, "c")), (10, 490));
    book.handle(&release("1"), Millis(9)).answer.unwrap();
    assert_eq!((part(&book, "b/1").held_from_shared, available(&book, "c")), (0, 500));
    assert_eq!(part(&book, "b").held_with_below, 30);
}

#[test]
fn a_node_and_its_children_share_its_own_part_in_the_order_of_asking() {
    let asks = [capacity(1, 10), set("a", 8, Some(0)), set("a/1", 3, None)];
    let mut book = book(&asks);
    assert_eq!((available(&book, "a"), available(&book, "a/1")), (5, 8));
    book.handle(&reserve("1", "a/1", 7), Millis(9)).answer.unwrap();
    assert_eq!((available(&book, "a"), available(&book, "a/1")), (1, 1));
    assert_eq!(available(&book, "/"), 2, "what is not a's");
}

#[test]
fn a_metric_without_a_share_is_closed_and_so_is_one_without_capacity() {
    let book = organization();
    let seats = |name| book.can_provision(&node(name), Metric::Seats, 0).unwrap().available;
    assert_eq!((seats("a"), seats("/")), (0, 0));
    let between = self::book(&[
        capacity(1, 10),
        Ask::Set { node: node("a"), shares: BTreeMap::new() },
        set("a/1", 0, None),
    ]);
    let room = between.can_provision(&node("a/1"), Cores, 0).unwrap();
    assert_eq!((room.available, room.narrowest), (0, node("a")), "closed on the way");
}

#[test]
fn the_same_ask_gets_the_same_answer_and_other_content_is_refused() {
    let mut book = organization();
    let first = book.handle(&reserve("vm", "c", 500), Millis(9));
    assert_eq!(first.entries.len(), 1);
    let again = book.handle(&reserve("vm", "c", 500), Millis(99));
    assert_eq!((again.answer, again.entries), (first.answer.clone(), vec![]));
    let others = [
        reserve("vm", "c", 499),
        reserve("vm", "d", 500),
        reserve("vm", "nobody", 500),
        Ask::Reserve(Request { ends: Some(Millis(5_000)), ..request("vm", "c", 500) }),
        Ask::Reserve(Request { metric: Metric::Vms, ..request("vm", "c", 500) }),
    ];
    for ask in others {
        assert_eq!(refusal(&mut book, &ask), Refused::RequestReused, "{ask:?}");
    }
    assert!(matches!(book.handle(&release("vm"), Millis(100)).answer, Ok(Done::Released(_))));
    assert_eq!(refusal(&mut book, &release("vm")), Refused::NoSuchRequest);
    assert!(book.handle(&reserve("vm", "d", 1), Millis(101)).answer.is_ok(), "the key is free");
}

#[test]
fn what_was_denied_may_be_granted_later() {
    let mut book = organization();
    book.handle(&reserve("1", "c", 500), Millis(9)).answer.unwrap();
    assert!(refusal(&mut book, &reserve("2", "d", 1)).is_denial());
    book.handle(&release("1"), Millis(9)).answer.unwrap();
    assert!(book.handle(&reserve("2", "d", 1), Millis(9)).answer.is_ok());
}

#[test]
fn denials_are_entries_and_malformed_asks_are_not() {
    let mut book = organization();
    let past = Request { ends: Some(Millis(1_000)), ..request("1", "c", 1) };
    let rows = [
        (reserve("1", "c", 0), Refused::NoQuantity),
        (reserve("1", "nobody", 1), Refused::UnknownNode { node: node("nobody") }),
        (Ask::Reserve(past), Refused::EndsInThePast),
        (release("1"), Refused::NoSuchRequest),
    ];
    for (ask, why) in rows {
        let outcome = book.handle(&ask, Millis(1_000));
        assert_eq!((outcome.answer, outcome.entries), (Err(why), vec![]), "{ask:?}");
    }
    let before = book.seq();
    let outcome = book.handle(&reserve("1", "c", u64::MAX), Millis(1_000));
    let why = outcome.answer.unwrap_err();
    let event = Event::Denied { request: request("1", "c", u64::MAX), why };
    assert_eq!(outcome.entries, [Entry { seq: before + 1, at: Millis(1_000), event }]);
}

#[test]
fn a_reservation_ends_by_itself_at_its_exact_instant() {
    let ends = |at| Some(Millis(at));
    let mut book = organization();
    for (name, at) in [("late", 300), ("early", 200)] {
        let asked = Request { ends: ends(at), ..request(name, "c", 250) };
        book.handle(&Ask::Reserve(asked), Millis(100)).answer.unwrap();
    }
    assert_eq!(book.next_due(), ends(200));
    for (name, now, ok) in [("just before", 199, false), ("exactly at", 200, true)] {
        let answer = book.clone().handle(&reserve("new", "c", 250), Millis(now)).answer;
        assert_eq!(answer.is_ok(), ok, "{name}");
    }
    let ended = book.settle(Millis(9_000));
    let at: Vec<_> = ended.iter().map(|entry| entry.at).collect();
    assert_eq!(at, [Millis(200), Millis(300)], "each at its own instant, however late it is");
    assert_eq!((book.next_due(), book.settle(Millis(9_999))), (None, vec![]));
    assert_eq!(book.usage(Cores).0, 0);
}

#[test]
fn a_released_reservation_does_not_end_again() {
    let mut book = organization();
    let asked = Request { ends: Some(Millis(200)), ..request("vm", "c", 1) };
    book.handle(&Ask::Reserve(asked), Millis(100)).answer.unwrap();
    book.handle(&release("vm"), Millis(150)).answer.unwrap();
    assert_eq!(book.next_due(), None);
    book.handle(&reserve("vm", "c", 1), Millis(150)).answer.unwrap();
    assert_eq!(book.settle(Millis(500)), []);
}

#[test]
fn a_clock_that_runs_backwards_stands_still() {
    let mut book = organization();
    book.handle(&reserve("1", "c", 1), Millis(500)).answer.unwrap();
    let outcome = book.handle(&reserve("2", "c", 1), Millis(i64::MIN));
    assert_eq!(outcome.entries[0].at, Millis(500));
    let past = Request { ends: Some(Millis(500)), ..request("3", "c", 1) };
    assert_eq!(book.handle(&Ask::Reserve(past), Millis(3)).answer, Err(Refused::EndsInThePast));
}

#[test]
fn a_book_is_bounded() {
    let mut book = organization();
    let Ok(Done::Reserved(held)) = book.handle(&reserve("vm", "c", 1), Millis(9)).answer else {
        panic!()
    };
    let filler = (1..MAX_RESERVATIONS).map(|n| (key(&n.to_string()), held.clone()));
    book.reservations.extend(filler);
    let most = MAX_RESERVATIONS;
    assert_eq!(refusal(&mut book, &reserve("x", "c", 1)), Refused::TooMany { most });
    assert!(book.handle(&reserve("vm", "c", 1), Millis(9)).answer.is_ok(), "known already");
}
