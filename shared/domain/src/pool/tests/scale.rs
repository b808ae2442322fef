use super::*;

/// 100,000 seats that end one by one while they are asked for again. With an operation that goes
/// through all leases this test takes minutes.
#[test]
fn a_hundred_thousand_held_leases_slow_nothing_down() {
    const SEATS: u32 = 100_000;
    let mut desk = Desk::new(PoolTerms { commit: SEATS, max_overage: 0, ..terms() });
    desk.terms(|terms| terms.floating.sharing = crate::terms::Sharing::User, 0);
    for n in 0..SEATS {
        let user = format!("u{n}");
        desk.book.handle(Ask::Checkout(ask(n, &user)), Millis(i64::from(n)));
    }
    assert_eq!(desk.held(), (SEATS, 0));
    for n in 0..2_000 {
        let now = i64::from(SEATS + n);
        assert_eq!(refused(&desk.out(ask(SEATS + n, "late"), now)), "no_seat");
        desk.extend(n, Some(7200), now);
        desk.back(n, now);
        granted(&desk.out(ask(2 * SEATS + n, &format!("v{n}")), now));
    }
    for n in 0..20_000 {
        desk.book.settle(Millis(3_600_000 + n));
    }
    assert!(desk.held().0 < SEATS - 10_000);
    desk.book.forget_before(u64::MAX, usize::MAX);
    assert_eq!(desk.book.leases(0, 1).len(), 1);
}
