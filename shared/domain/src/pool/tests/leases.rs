use super::*;

const HOUR: i64 = 3_600_000;

#[test]
fn commit_seats_are_used_first_and_overage_is_the_rest() {
    let mut desk = Desk::new(terms());
    let rows = [(1, (1, 0)), (2, (1, 0)), (3, (0, 1))];
    for (n, (commit, overage)) in rows {
        let reply = desk.out(ask(n, "ann"), 0);
        assert_eq!(granted(&reply).seats, Seats { commit, overage }, "{n}");
        assert_eq!(granted(&reply).is_overage(), overage > 0, "{n}");
    }
    let want =
        Refusal::NoSeat { commit: 2, max_overage: 1, held: 3, next_free: Some(Millis(HOUR)) };
    assert_eq!(desk.out(ask(4, "bob"), 5), Reply::Refused(want));
    assert_eq!((desk.held(), desk.last().as_str()), ((2, 1), "refused"));
}

#[test]
fn one_ask_may_take_seats_of_both_kinds() {
    let mut desk = Desk::new(terms());
    let reply = desk.out(Checkout { quantity: 3, ..ask(1, "ann") }, 0);
    assert_eq!(granted(&reply).seats, Seats { commit: 2, overage: 1 });
    desk.back(1, 1);
    assert_eq!(desk.held(), (0, 0));
}

#[test]
fn malformed_asks_are_refused_and_leave_no_entry() {
    let rows = [
        ("quantity_zero", Checkout { quantity: 0, ..ask(1, "ann") }),
        ("quantity_too_large", Checkout { quantity: 4, ..ask(1, "ann") }),
        ("ttl_too_long", Checkout { ttl_seconds: Some(86_401), ..ask(1, "ann") }),
        ("no_such_ticket", Checkout { resume: Some(ticket_id(9)), ..ask(1, "ann") }),
    ];
    let mut desk = Desk::new(terms());
    for (want, ask) in rows {
        assert_eq!(refused(&desk.out(ask, 0)), want);
    }
    assert_eq!(refused(&desk.back(9, 0)), "no_such_lease");
    assert_eq!(refused(&desk.extend(9, None, 0)), "no_such_lease");
    assert!(desk.journal.is_empty(), "{:?}", desk.journal);
    let longest = Checkout { ttl_seconds: Some(86_400), quantity: 3, ..ask(1, "ann") };
    assert_eq!(granted(&desk.out(longest, 0)).ends, Millis(86_400_000));
}

#[test]
fn a_lease_ends_at_its_last_millisecond_whenever_the_alarm_rings() {
    let rows = [("just before", HOUR - 1, (1, 0)), ("exactly at", HOUR, (0, 0))];
    for (name, now, held) in rows {
        let mut desk = Desk::new(terms());
        desk.out(ask(1, "ann"), 0);
        assert_eq!(desk.book.next_due(), Some(Millis(HOUR)));
        desk.settle(now);
        assert_eq!(desk.held(), held, "{name}");
    }
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), 0);
    desk.settle(HOUR + 99_999);
    let end = desk.journal.last().unwrap();
    assert_eq!((end.at, desk.last().as_str()), (Millis(HOUR), "ended"));
    assert_eq!(desk.book.next_due(), None);
}

#[test]
fn only_the_owner_or_an_administrator_acts_on_a_lease() {
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), 0);
    let mallory = by("mallory");
    let others = Ask::Return { lease: lease_id(1), by: mallory.clone(), key: None };
    assert_eq!(refused(&desk.ask(others, 1)), "not_yours");
    let others = Ask::Extend { lease: lease_id(1), by: mallory, ttl_seconds: None };
    assert_eq!(refused(&desk.ask(others, 1)), "not_yours");
    desk.ask(Ask::Return { lease: lease_id(1), by: admin(), key: None }, 2);
    let ended = desk.book.lease(&lease_id(1)).unwrap().ended.clone().unwrap();
    let how = How::Released { reason: "lost".into(), by: "root".into() };
    assert_eq!((ended.at, ended.how), (Millis(2), how));
}

#[test]
fn a_seat_is_returned_once() {
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), 0);
    let (lease, at, held_until) = (lease_id(1), Millis(5), None);
    let once = Reply::Returned { lease, at, held_until, borrowed: false, replayed: false };
    assert_eq!(desk.back(1, 5), once);
    assert_eq!(desk.back(1, 6), Reply::Refused(Refusal::LeaseEnded { at: Millis(5) }));
    assert_eq!(desk.extend(1, None, 6), Reply::Refused(Refusal::LeaseEnded { at: Millis(5) }));
    assert_eq!(desk.held(), (0, 0));
}

#[test]
fn an_extension_counts_from_now_and_never_shortens() {
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), 0);
    let rows = [
        ("as long as it was to last", None, 10, HOUR + 10),
        ("shorter than it has", Some(1), 10, HOUR + 10),
        ("the longest", Some(86_400), 10, 86_400_010),
    ];
    for (name, ttl, now, ends) in rows {
        let want = Reply::Extended { lease: lease_id(1), ends: Millis(ends) };
        assert_eq!(desk.extend(1, ttl, now), want, "{name}");
    }
    assert_eq!(refused(&desk.extend(1, Some(86_401), 10)), "ttl_too_long");
    assert_eq!(desk.journal.len(), 3, "what changes nothing is not journaled");
    desk.settle(86_400_009);
    assert_eq!(desk.held(), (1, 0));
    desk.settle(86_400_010);
    assert_eq!(desk.held(), (0, 0));
}

#[test]
fn a_returned_seat_lingers_and_stays_for_the_least_time() {
    let rows = [
        ("lingers", 10, 0, 1_000, Some(11_000)),
        ("at least", 0, 60, 1_000, Some(60_000)),
        ("the longer one", 10, 60, 55_000, Some(65_000)),
        ("free at once", 0, 60, 60_000, None),
    ];
    for (name, linger_seconds, min_seconds, now, until) in rows {
        let mut desk = Desk::floating(|f| {
            (f.linger_seconds, f.min_seconds) = (linger_seconds, min_seconds);
        });
        desk.out(ask(1, "ann"), 0);
        let held_until = until.map(Millis);
        let (lease, at) = (lease_id(1), Millis(now));
        let want = Reply::Returned { lease, at, held_until, borrowed: false, replayed: false };
        assert_eq!(desk.back(1, now), want, "{name}");
        assert_eq!(desk.held().0, u32::from(until.is_some()), "{name}");
        assert_eq!(refused(&desk.extend(1, None, now)), "lease_ended", "{name}");
        assert_eq!(refused(&desk.back(1, now)), "lease_ended", "{name}");
        if let Some(until) = until {
            desk.settle(until - 1);
            assert_eq!(desk.held(), (1, 0), "{name}");
            desk.settle(until);
        }
        assert_eq!((desk.held(), desk.last().as_str()), ((0, 0), "ended"), "{name}");
    }
}

#[test]
fn a_lease_shorter_than_the_least_time_is_raised_to_it() {
    let rows = [(0, Some(0), 1_000), (60, Some(5), 60_000), (60, Some(61), 61_000)];
    for (min_seconds, ttl_seconds, ends) in rows {
        let mut desk = Desk::floating(|f| f.min_seconds = min_seconds);
        let reply = desk.out(Checkout { ttl_seconds, ..ask(1, "ann") }, 0);
        assert_eq!(granted(&reply).ends, Millis(ends), "{min_seconds} {ttl_seconds:?}");
    }
}

#[test]
fn a_released_seat_is_free_at_once_even_while_it_lingers() {
    let mut desk = Desk::floating(|f| f.linger_seconds = 100);
    desk.out(ask(1, "ann"), 0);
    desk.back(1, 1);
    assert_eq!(desk.held(), (1, 0));
    let release = Ask::Release { lease: lease_id(1), reason: "lost".into(), by: "root".into() };
    desk.ask(release.clone(), 2);
    assert_eq!(desk.held(), (0, 0));
    assert_eq!(refused(&desk.ask(release, 3)), "lease_ended");
}

#[test]
fn a_clock_that_runs_backwards_stands_still() {
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), HOUR);
    for now in [HOUR - 1, 0, i64::MIN] {
        let reply = desk.out(Checkout { quantity: 4, ..ask(2, "ann") }, now);
        assert_eq!(refused(&reply), "quantity_too_large", "{now}");
    }
    assert_eq!(granted(&desk.out(ask(3, "ann"), 5)).started, Millis(HOUR));
    assert!(desk.journal.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn leases_are_listed_in_pages_in_the_order_of_their_grants() {
    let mut desk = Desk::new(PoolTerms { commit: 9, ..terms() });
    for n in 1..=5 {
        desk.out(ask(n, "ann"), i64::from(n));
    }
    desk.back(2, 9);
    let ids = |leases: &[&Lease]| leases.iter().map(|l| l.id.clone()).collect::<Vec<_>>();
    let first = desk.book.leases(0, 2);
    assert_eq!(ids(&first), [lease_id(1), lease_id(3)]);
    let rest = desk.book.leases(first[1].number, 9);
    assert_eq!(ids(&rest), [lease_id(4), lease_id(5)]);
}
