use domain::pool::{Refusal, Rules};

use super::*;

#[test]
fn a_checkout_and_a_return_are_one_statement_and_one_row_each() {
    let mut pool = Bench::new();
    let first = pool.cost(|pool| drop(pool.out(1)));
    assert_eq!(first.0, 3, "the pool, its terms, the lease");
    assert_eq!(pool.cost(|pool| drop(pool.out(2))), (1, 1));
    assert_eq!(pool.cost(|pool| drop(pool.ask(back(1)))), (1, 1));
    let extend = Ask::Extend { lease: lease_id(2), by: app(), ttl_seconds: Some(7_200) };
    assert_eq!(pool.cost(|pool| drop(pool.ask(extend))), (1, 1));
    pool.restart();
    assert_eq!(pool.cost(|pool| drop(pool.out(3))), (1, 1));
    assert_eq!(pool.cost(|pool| drop(pool.ask(back(1)))), (0, 0), "refused");
    assert_eq!(pool.cost(|pool| drop(pool.view(0, 200))), (0, 0));
    pool.wakes_the_same();
}

#[test]
fn entries_that_go_together_are_one_transaction() {
    let mut pool = Bench::new();
    pool.terms.floating.ttl_seconds = 60;
    (1..=3).for_each(|n| drop(pool.out(n)));
    pool.ask(Ask::Checkout(Checkout { wait: true, ..checkout(4) }));
    let with_claim = pool.cost(|pool| drop(pool.ask(back(1))));
    assert_eq!(with_claim, (2, 2), "the return, and the seat set aside");
    pool.sleep(60);
    let broken = {
        pool.disk.breaks_after(2);
        let call = pool.message(Ask::Checkout(checkout(5)));
        live::handle(&pool.disk, &mut pool.live, call, GATHER_MS, pool.now)
    };
    assert!(broken.is_err() && pool.live.is_none());
    pool.disk.breaks_after(u64::MAX);
    assert_eq!(pool.journal().len(), 7, "neither ends nor lease");
    assert!(matches!(pool.out(5), PoolReply::Granted { .. }));
    pool.wakes_the_same();
}

#[test]
fn who_only_looks_leaves_no_trace() {
    let mut pool = Bench::new();
    let looks = [
        PoolCall::SetTerms { terms: Box::new(terms()) },
        PoolCall::View { shard: Shard::Eu, terms: Box::new(terms()), after: 0, limit: 9 },
        pool.message(back(1)),
        pool.message(Ask::Checkout(Checkout { quantity: 0, ..checkout(1) })),
    ];
    for call in looks {
        assert_eq!(pool.cost(|pool| drop(pool.call(call))).0, 0);
        assert!(pool.live.is_none() && rows::pool(&pool.disk).unwrap().is_none());
    }
    let view = pool.view(0, 9);
    assert_eq!((view.gauges.commit, view.seq, view.terms), (2, 1, terms()));
    let rules = Rules { version: 1, max_per_user: Some(1), ..Rules::default() };
    assert_eq!(pool.ask(Ask::SetRules(rules)), PoolReply::Adopted { version: 1, changed: true });
    assert_eq!(pool.journal(), [1, 2], "rules are kept before the first seat");
}

#[test]
fn a_pool_that_was_never_told_its_terms_has_no_leases_and_keeps_nothing() {
    let mut pool = Bench::new();
    let call = PoolCall::Ask { shard: Shard::Eu, terms: None, ask: Box::new(back(1)) };
    assert_eq!(pool.call(call.clone()), PoolReply::Refused(Refusal::NoSuchLease));
    assert!(pool.live.is_none() && rows::pool(&pool.disk).unwrap().is_none());
    pool.out(1);
    assert!(matches!(pool.call(call), PoolReply::Returned { replayed: false, .. }));
}

#[test]
fn a_denial_is_an_ask_for_a_seat() {
    let mut pool = Bench::new();
    (pool.terms.commit, pool.terms.max_overage) = (1, 0);
    pool.out(1);
    assert_eq!(pool.cost(|pool| drop(pool.out(2))), (1, 1));
    let PoolReply::Refused(refusal) = pool.out(3) else { panic!() };
    assert!(matches!(refusal, Refusal::NoSeat { held: 1, .. }));
}

#[test]
fn newer_terms_take_effect_before_the_ask_and_older_ones_do_not() {
    let mut pool = Bench::new();
    pool.out(1);
    let old = pool.terms.clone();
    pool.terms = PoolTerms { version: 2, commit: 1, max_overage: 0, ..old.clone() };
    assert!(matches!(pool.out(2), PoolReply::Refused(Refusal::NoSeat { .. })));
    pool.terms = old;
    assert!(matches!(pool.out(3), PoolReply::Refused(Refusal::NoSeat { .. })));
    let stop = PoolTerms { version: 3, open: false, ..terms() };
    assert_eq!(pool.call(PoolCall::SetTerms { terms: Box::new(stop) }), PoolReply::Done);
    assert_eq!(pool.out(4), PoolReply::Refused(Refusal::Closed));
    pool.wakes_the_same();
}

#[test]
fn a_look_journals_what_was_due() {
    let mut pool = Bench::new();
    pool.out(1);
    pool.sleep(3_600);
    let view = pool.view(0, 9);
    assert_eq!((view.gauges.leases, view.seq), (0, 3));
    pool.wakes_the_same();
}

#[test]
fn a_page_of_leases_is_bounded_and_begins_where_asked() {
    let mut pool = Bench::new();
    pool.terms.commit = 300;
    (1..=250).for_each(|n| drop(pool.out(n)));
    let first = pool.view(0, 1_000).leases;
    assert_eq!(first.len(), 200);
    let rest = pool.view(first.last().unwrap().number, 1_000).leases;
    assert_eq!((rest.len(), rest.last().unwrap().id.clone()), (50, lease_id(250)));
}

#[test]
fn the_place_of_the_records_is_kept() {
    let mut pool = Bench::new();
    pool.out(1);
    let terms = Box::new(terms());
    pool.call(PoolCall::View { shard: Shard::Us, terms: terms.clone(), after: 0, limit: 1 });
    assert_eq!(pool.cost(|pool| drop(pool.call(PoolCall::SetTerms { terms }))), (0, 0));
    pool.restart();
    assert_eq!(pool.live().shard, Shard::Us);
}
