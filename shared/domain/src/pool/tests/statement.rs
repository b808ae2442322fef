use super::*;
use crate::money::{Currency, Money, MoneyError};
use crate::pool::statement::{OverageUse, Tick, commit_fee};
use crate::terms::{OverageBasis, Pricing};

fn euro(minor: i64) -> Money {
    Money::new(minor, Currency::EUR).unwrap()
}

/// Seed 3: 5,000.00 a month for the commit quantity, 500.00 for a unit of overage.
fn pricing(overage_basis: OverageBasis) -> Pricing {
    Pricing { commit_fee_monthly: euro(500_000), overage_per_use: euro(50_000), overage_basis }
}

fn tick(at: i64, overage_held: u32, checked_out: u32) -> Tick {
    Tick { at: Millis(at), overage_held, checked_out }
}

#[test]
fn forty_four_overage_checkouts_and_the_commit_fee_are_27_000_euros() {
    let mut desk = Desk::new(PoolTerms { commit: 5, max_overage: 15, ..terms() });
    desk.out(Checkout { quantity: 5, ttl_seconds: Some(86_400), ..ask(999, "all") }, 0);
    for n in 0..44 {
        assert!(granted(&desk.out(ask(n, "ann"), i64::from(n))).is_overage());
        desk.back(n, i64::from(n));
    }
    let ticks: Vec<Tick> = desk.journal.iter().map(Tick::of).collect();
    let used = OverageUse::within(Millis(0), Millis(1_000), 0, &ticks);
    assert_eq!((used.checkouts, used.peak), (44, 1));
    let pricing = pricing(OverageBasis::Checkout);
    let overage = used.cost(&pricing).unwrap();
    assert_eq!(overage.decimal(), "22000.00");
    let total = overage.checked_add(commit_fee(&pricing, 1).unwrap()).unwrap();
    assert_eq!(total.decimal(), "27000.00");
}

#[test]
fn a_period_begins_with_what_is_held_and_ends_before_its_end() {
    let rows = [
        ("nothing", 0, vec![], (0, 0, 0)),
        ("held throughout", 2, vec![], (0, 2, 200)),
        ("returned within", 2, vec![tick(150, 0, 0)], (0, 2, 100)),
        ("at the beginning", 0, vec![tick(100, 3, 3)], (3, 3, 300)),
        ("before the beginning", 0, vec![tick(99, 3, 3)], (0, 0, 0)),
        ("last millisecond", 0, vec![tick(199, 3, 3)], (3, 3, 3)),
        ("at the end", 0, vec![tick(200, 3, 3)], (0, 0, 0)),
        ("up and down", 1, vec![tick(110, 4, 3), tick(120, 1, 0)], (3, 4, 130)),
        ("at one instant", 0, vec![tick(110, 4, 4), tick(110, 0, 0)], (4, 4, 0)),
    ];
    for (name, opening, ticks, (checkouts, peak, overage_ms)) in rows {
        let got = OverageUse::within(Millis(100), Millis(200), opening, &ticks);
        assert_eq!(got, OverageUse { checkouts, peak, overage_ms }, "{name}");
    }
    let empty = OverageUse::within(Millis(200), Millis(200), 5, &[]);
    assert_eq!(empty, OverageUse::default(), "an empty period");
}

#[test]
fn each_basis_has_its_own_unit_and_rounds_once_half_up() {
    let used = OverageUse { checkouts: 44, peak: 3, overage_ms: 5_400_000 };
    let rows = [
        (OverageBasis::Checkout, 2_200_000),
        (OverageBasis::Peak, 150_000),
        (OverageBasis::SeatHour, 75_000),
    ];
    for (basis, minor) in rows {
        assert_eq!(used.cost(&pricing(basis)), Ok(euro(minor)), "{basis:?}");
    }
    let rows = [(0, 0), (35, 0), (36, 1), (107, 1), (108, 2), (3_600_000, 50_000)];
    for (overage_ms, minor) in rows {
        let used = OverageUse { overage_ms, ..OverageUse::default() };
        assert_eq!(used.cost(&pricing(OverageBasis::SeatHour)), Ok(euro(minor)), "{overage_ms}");
    }
}

#[test]
fn absurd_amounts_are_refused() {
    let used = OverageUse { checkouts: u64::MAX, peak: u32::MAX, overage_ms: i64::MAX };
    for basis in [OverageBasis::Checkout, OverageBasis::SeatHour] {
        assert_eq!(used.cost(&pricing(basis)), Err(MoneyError::OutOfRange), "{basis:?}");
    }
}
