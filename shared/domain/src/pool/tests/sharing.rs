use super::*;
use crate::terms::Sharing;

fn asked(n: u32, user: Option<&str>, host: Option<&str>, device: Option<&str>) -> Checkout {
    let [user, host, device] = [user, host, device].map(|part| part.map(str::to_owned));
    Checkout { subject: Subject { user, host, device, owner: "app".into() }, ..ask(n, "") }
}

#[test]
fn leases_of_one_sharer_take_one_seat_and_what_is_unknown_is_not_shared() {
    let (u, v, h, i) = (Some("u"), Some("v"), Some("h"), Some("i"));
    let rows = [
        ("none", Sharing::None, (u, h, None), (u, h, None), 2),
        ("same user", Sharing::User, (u, h, None), (u, i, None), 1),
        ("other user", Sharing::User, (u, h, None), (v, h, None), 2),
        ("same host", Sharing::Host, (u, h, None), (v, h, None), 1),
        ("same both", Sharing::UserHost, (u, h, None), (u, h, None), 1),
        ("other host", Sharing::UserHost, (u, h, None), (u, i, None), 2),
        ("same device", Sharing::Device, (u, h, v), (v, i, v), 1),
        ("no user", Sharing::User, (None, h, None), (None, h, None), 2),
        ("no host", Sharing::UserHost, (u, None, None), (u, None, None), 2),
        ("no device", Sharing::Device, (u, h, None), (u, h, None), 2),
    ];
    for (name, sharing, one, two, held) in rows {
        let mut desk = Desk::floating(|f| f.sharing = sharing);
        desk.out(asked(1, one.0, one.1, one.2), 0);
        desk.out(asked(2, two.0, two.1, two.2), 0);
        assert_eq!(desk.held(), (held, 0), "{name}");
    }
}

#[test]
fn shared_seats_are_free_when_the_last_lease_ends() {
    let mut desk = Desk::floating(|f| f.sharing = Sharing::User);
    desk.out(ask(1, "ann"), 0);
    let second = desk.out(ask(2, "ann"), 1_000);
    assert_eq!((granted(&second).seats, granted(&second).hold), (Seats::NONE, 1));
    desk.back(1, 2_000);
    assert_eq!(desk.held(), (1, 0), "the founder is gone, the seat is not");
    desk.out(ask(3, "ann"), 3_000);
    desk.book.forget_before(u64::MAX, usize::MAX);
    assert_eq!(granted(&desk.out(ask(4, "ann"), 4_000)).hold, 1);
    assert_eq!(desk.held(), (1, 0));
    desk.settle(3_603_999);
    assert_eq!(desk.held(), (1, 0), "just before the end of the last");
    desk.settle(3_604_000);
    assert_eq!(desk.held(), (0, 0));
    assert_eq!(granted(&desk.out(ask(5, "ann"), 3_604_000)).seats.commit, 1);
}

#[test]
fn a_hold_is_shared_by_asks_that_are_no_larger() {
    let mut desk = Desk::floating(|f| f.sharing = Sharing::User);
    desk.terms(|terms| terms.commit = 9, 0);
    let rows = [(1, 2, 2), (2, 2, 2), (3, 3, 5), (4, 3, 5), (5, 1, 5)];
    for (n, quantity, held) in rows {
        desk.out(Checkout { quantity, ..ask(n, "ann") }, 0);
        assert_eq!(desk.held(), (held, 0), "{n}");
    }
}

#[test]
fn a_full_pool_still_lets_sharers_in() {
    let mut desk = Desk::floating(|f| f.sharing = Sharing::User);
    for (n, user) in [(1, "ann"), (2, "bob"), (3, "cid")] {
        desk.out(ask(n, user), 0);
    }
    assert_eq!(refused(&desk.out(ask(4, "dan"), 0)), "no_seat");
    assert_eq!(granted(&desk.out(ask(5, "ann"), 0)).seats, Seats::NONE);
}

#[test]
fn the_next_free_seat_is_the_end_of_a_whole_hold() {
    let mut desk = Desk::floating(|f| f.sharing = Sharing::User);
    for (n, user, ttl) in [(1, "ann", 10), (2, "ann", 90), (3, "bob", 50), (4, "cid", 60)] {
        desk.out(Checkout { ttl_seconds: Some(ttl), ..ask(n, user) }, 0);
    }
    let reply = desk.out(ask(5, "dan"), 0);
    let Reply::Refused(Refusal::NoSeat { next_free, .. }) = reply else { panic!("{reply:?}") };
    assert_eq!(next_free, Some(Millis(50_000)));
}

#[test]
fn a_seat_that_lingers_is_taken_up_again_by_its_sharer() {
    let mut desk = Desk::floating(|f| (f.sharing, f.linger_seconds) = (Sharing::UserHost, 60));
    desk.out(ask(1, "ann"), 0);
    desk.back(1, 1_000);
    assert_eq!(granted(&desk.out(ask(2, "ann"), 2_000)).hold, 1);
    desk.settle(61_000);
    assert_eq!(desk.held(), (1, 0));
}
