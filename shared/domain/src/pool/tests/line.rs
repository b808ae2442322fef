use super::*;

/// A pool whose three seats are taken by `a` (until 10 s), `b` (20 s) and `c` (30 s).
fn full() -> Desk {
    let mut desk = Desk::new(terms());
    for (n, user, ttl) in [(1, "a", 10), (2, "b", 20), (3, "c", 30)] {
        granted(&desk.out(Checkout { ttl_seconds: Some(ttl), ..ask(n, user) }, 0));
    }
    desk
}

#[test]
fn who_waits_is_told_its_place_and_when_seats_are_expected() {
    let mut desk = full();
    let rows = [(11, 1, 1, Some(10_000)), (12, 2, 2, Some(30_000)), (13, 1, 3, None)];
    for (n, quantity, position, estimate) in rows {
        let place = place(desk.out(Checkout { quantity, ..waiting(n, "w") }, 0));
        let estimate = estimate.map(Millis);
        assert_eq!((place.position, place.estimate), (position, estimate), "{n}");
    }
    assert_eq!(desk.book.gauges().waiting, 3);
    let queue: Vec<_> =
        desk.book.queue().into_iter().map(|(t, p)| (t.number, p.position)).collect();
    assert_eq!(queue, [(4, 1), (5, 2), (6, 3)]);
}

#[test]
fn a_freed_seat_is_set_aside_for_the_head_and_claimed_by_its_ticket() {
    let mut desk = full();
    desk.out(Checkout { key: Some(key("k", "b")), ..waiting(11, "w") }, 0);
    assert_eq!(place(desk.resume(20, 11, 9_999)).reserved_until, None);
    desk.settle(10_000);
    assert_eq!(refused(&desk.out(ask(21, "x"), 10_000)), "no_seat", "nobody jumps the line");
    assert_eq!(desk.book.gauges().set_aside, 1);
    let mut others = Checkout { resume: Some(ticket_id(11)), ..ask(22, "x") };
    others.subject.owner = "mallory".into();
    assert_eq!(refused(&desk.out(others.clone(), 10_001)), "not_yours");
    let reply = desk.resume(23, 11, 39_999);
    let lease = granted(&reply);
    assert_eq!((lease.seats.commit, lease.subject.user.as_deref()), (1, Some("w")));
    assert_eq!((desk.book.gauges().set_aside, desk.book.gauges().waiting), (0, 0));
    assert!(matches!(desk.resume(24, 11, 40_000), Reply::Granted { replayed: true, .. }));
    let by_key = Checkout { key: Some(key("k", "b")), ..waiting(25, "w") };
    assert!(matches!(desk.out(by_key, 40_000), Reply::Granted { replayed: true, .. }));
    assert_eq!(refused(&desk.out(others, 40_000)), "not_yours");
}

#[test]
fn a_repeat_of_the_ask_that_queued_stands_for_its_ticket() {
    let mut desk = full();
    let keyed = |n| Checkout { key: Some(key("k", "b")), ..waiting(n, "w") };
    let first = place(desk.out(keyed(11), 0));
    assert_eq!(place(desk.out(keyed(12), 1)).ticket, first.ticket);
    assert_eq!(desk.book.gauges().waiting, 1);
    assert_eq!(granted(&desk.out(keyed(13), 10_000)).id, lease_id(13));
}

#[test]
fn an_unclaimed_seat_goes_to_the_next_at_the_end_of_the_claim() {
    let mut desk = full();
    desk.out(waiting(11, "v"), 0);
    desk.out(waiting(12, "w"), 0);
    let rows = [("just before", 39_999, 11), ("exactly at", 40_000, 12)];
    for (name, now, served) in rows {
        let mut book = Desk { book: desk.book.clone(), journal: Vec::new() };
        for n in 1..=3 {
            book.extend(n, Some(80_000), 1);
        }
        book.back(1, 10_000);
        book.resume(30, 12, 39_000);
        let reply = book.resume(31, served, now);
        assert_eq!(granted(&reply).ticket, Some(ticket_id(served)), "{name}");
        assert_eq!(book.held(), (2, 1), "{name}");
    }
}

#[test]
fn a_ticket_lapses_when_nobody_comes_back_for_it() {
    let rows = [
        ("at the limit", vec![], 59_999, true),
        ("over it", vec![], 60_000, false),
        ("noted", vec![10_000], 69_999, true),
        ("noted, and over it", vec![10_000], 70_000, false),
        ("too soon to be noted", vec![9_999], 60_000, false),
    ];
    for (name, polls, now, waits) in rows {
        let mut desk = full();
        for n in 1..=3 {
            desk.extend(n, Some(80_000), 0);
        }
        desk.out(waiting(11, "w"), 0);
        for poll in polls {
            place(desk.resume(12, 11, poll));
        }
        desk.settle(now);
        assert_eq!(desk.book.gauges().waiting, u32::from(waits), "{name}");
        assert_eq!(desk.last() == "lapsed", !waits, "{name}");
    }
}

#[test]
fn a_large_ask_at_the_head_is_not_starved_by_small_ones() {
    let mut desk = full();
    desk.out(Checkout { quantity: 2, ..waiting(11, "v") }, 0);
    desk.out(waiting(12, "w"), 0);
    desk.back(1, 1_000);
    assert_eq!(refused(&desk.out(ask(13, "x"), 1_000)), "no_seat");
    assert_eq!(place(desk.resume(14, 12, 1_000)).reserved_until, None);
    desk.back(2, 2_000);
    assert_eq!(granted(&desk.resume(15, 11, 2_000)).quantity, 2);
}

#[test]
fn who_leaves_frees_what_was_set_aside() {
    let mut desk = full();
    desk.out(waiting(11, "v"), 0);
    desk.out(waiting(12, "w"), 0);
    desk.back(1, 1_000);
    let leave = |by| Ask::Leave { ticket: ticket_id(11), by };
    assert_eq!(refused(&desk.ask(leave(by("mallory")), 1_000)), "not_yours");
    assert_eq!(desk.ask(leave(by("app")), 1_000), Reply::Left { ticket: ticket_id(11) });
    assert_eq!(refused(&desk.ask(leave(by("app")), 1_000)), "no_such_ticket");
    granted(&desk.resume(13, 12, 1_000));
}

#[test]
fn the_line_has_an_end() {
    let mut desk = full();
    desk.terms(|terms| terms.floating.max_queue = 1, 0);
    place(desk.out(waiting(11, "v"), 0));
    assert_eq!(desk.out(waiting(12, "w"), 0), Reply::Refused(Refusal::QueueFull { limit: 1 }));
    assert_eq!(desk.last(), "refused");
}

#[test]
fn a_higher_priority_goes_ahead_and_takes_what_is_free() {
    let mut desk = full();
    let vip = |rules: &mut Rules| {
        let users = ["vip".to_owned()].into();
        rules.groups = vec![Group { name: "vips".into(), users, priority: 5, ..Group::default() }];
    };
    desk.rules(vip, 0);
    desk.out(Checkout { quantity: 2, ..waiting(11, "v") }, 0);
    desk.out(Checkout { quantity: 2, ..waiting(12, "vip") }, 0);
    assert_eq!(place(desk.resume(13, 12, 0)).position, 1);
    assert_eq!(place(desk.resume(13, 11, 0)).position, 2);
    desk.back(1, 1_000);
    desk.back(2, 1_000);
    granted(&desk.resume(14, 12, 1_000));
    desk.back(3, 2_000);
    assert_eq!(refused(&desk.out(ask(15, "x"), 2_000)), "no_seat", "behind ticket 11");
    granted(&desk.out(ask(16, "vip"), 2_000));
}

#[test]
fn nothing_is_set_aside_while_the_license_gives_nothing() {
    let mut desk = full();
    desk.out(waiting(11, "w"), 0);
    desk.terms(|terms| terms.open = false, 1);
    desk.back(1, 2);
    assert_eq!(refused(&desk.resume(12, 11, 2)), "closed");
    desk.terms(|terms| terms.open = true, 3);
    granted(&desk.resume(13, 11, 3));
}

#[test]
fn more_seats_serve_the_line() {
    let mut desk = full();
    desk.out(waiting(11, "w"), 0);
    desk.terms(|terms| terms.commit = 3, 1);
    assert_eq!(granted(&desk.resume(12, 11, 1)).seats, Seats { commit: 1, overage: 0 });
}

#[test]
fn what_was_set_aside_is_set_aside_anew_when_the_license_changes() {
    let rows = [
        ("as many seats", 2, true, true),
        ("fewer seats", 1, true, false),
        ("more seats", 9, true, true),
        ("closed", 2, false, false),
    ];
    for (name, commit, open, served) in rows {
        let mut desk = full();
        desk.out(waiting(11, "w"), 0);
        desk.back(1, 1_000);
        assert_eq!(desk.book.gauges().set_aside, 1, "{name}");
        desk.terms(|terms| (terms.commit, terms.open) = (commit, open), 2_000);
        assert_eq!(desk.book.gauges().set_aside, u32::from(served), "{name}");
        let reply = desk.resume(12, 11, 3_000);
        assert_eq!(matches!(reply, Reply::Granted { .. }), served, "{name}");
        assert_eq!(desk.book.gauges().waiting, u32::from(!served), "{name}");
    }
}
