use super::*;

fn borrow(n: u32, user: &str, until_seconds: u32) -> Ask {
    Ask::Borrow(Borrow { checkout: ask(n, user), until_seconds })
}

#[test]
fn borrowing_has_its_own_longest_time() {
    let rows = [
        ("not allowed", 0, 1, Err("borrow_not_allowed")),
        ("longest", 500, 500, Ok(500_000)),
        ("too long", 500, 501, Err("borrow_too_long")),
        ("longer than a lease", 1_000_000, 900_000, Ok(900_000_000)),
    ];
    for (name, max, until, want) in rows {
        let mut desk = Desk::floating(|f| f.borrow_max_seconds = max);
        let reply = desk.ask(borrow(1, "ann", until), 0);
        match want {
            Ok(ends) => assert_eq!(granted(&reply).ends, Millis(ends), "{name}"),
            Err(reason) => assert_eq!(refused(&reply), reason, "{name}"),
        }
        assert_eq!(desk.journal.len(), usize::from(want.is_ok()), "{name}");
    }
}

#[test]
fn seats_that_are_kept_back_are_not_borrowed() {
    let rows = [("none", 0, None, 3), ("low-water mark", 1, None, 2), ("at most", 0, Some(1), 1)];
    for (name, keep_back, max, borrowable) in rows {
        let mut desk = Desk::new(terms());
        desk.rules(|rules| rules.borrow = BorrowRules { keep_back, max }, 0);
        for n in 1..=borrowable {
            granted(&desk.ask(borrow(n, "ann", 60), 0));
        }
        assert_eq!(desk.book.gauges().borrowed, borrowable, "{name}");
        let reply = desk.ask(borrow(9, "ann", 60), 0);
        let want = if borrowable == 3 { "no_seat" } else { "borrow_keeps_back" };
        assert_eq!((refused(&reply), desk.last().as_str()), (want, "refused"), "{name}");
        desk.back(1, 1);
        granted(&desk.ask(borrow(10, "ann", 60), 1));
    }
}

#[test]
fn borrowed_seats_are_shared_with_nobody() {
    let mut desk = Desk::floating(|f| f.sharing = crate::terms::Sharing::User);
    desk.ask(borrow(1, "ann", 60), 0);
    desk.out(ask(2, "ann"), 0);
    desk.ask(borrow(3, "ann", 60), 0);
    assert_eq!(desk.held(), (2, 1));
}

#[test]
fn a_borrowed_seat_is_extended_within_the_borrowing_time() {
    let mut desk = Desk::new(terms());
    desk.ask(borrow(1, "ann", 60), 0);
    assert_eq!(refused(&desk.extend(1, Some(100_001), 0)), "borrow_too_long");
    let ends = Millis(100_000_000);
    let want = Reply::Extended { lease: lease_id(1), ends };
    assert_eq!(desk.extend(1, Some(100_000), 0), want);
}

#[test]
fn the_return_of_a_borrowed_seat_says_so() {
    let mut desk = Desk::new(terms());
    desk.ask(borrow(1, "ann", 60), 0);
    desk.out(ask(2, "ann"), 0);
    for (n, want) in [(1, true), (2, false)] {
        let reply = desk.back(n, 1);
        assert!(matches!(reply, Reply::Returned { borrowed, .. } if borrowed == want), "{reply:?}");
    }
}

#[test]
fn a_borrower_does_not_wait() {
    let mut desk = Desk::new(terms());
    desk.out(Checkout { quantity: 3, ..ask(1, "ann") }, 0);
    let ask = Borrow { checkout: waiting(2, "bob"), until_seconds: 60 };
    assert_eq!(refused(&desk.ask(Ask::Borrow(ask), 0)), "no_seat");
}
