use super::*;
use crate::pool::tidy::USUAL;

/// Little, so that it is soon too much.
const LITTLE: Keep =
    Keep { millis: 600_000, rows: 8, remembered: 5, spare_millis: 60_000, spare_rows: 4, most: 6 };

#[test]
fn old_entries_become_rows_and_leave_once_they_are_shipped() {
    let mut pool = Bench::new();
    (1..=2).for_each(|n| drop(pool.out(n)));
    pool.ask(back(1));
    pool.sleep(4_200);
    assert!(!pool.live().untidy(&USUAL, pool.now), "D1 has nothing yet");
    pool.shipped();
    assert_eq!(pool.live().due(&USUAL), Some(NOW.plus(3_600_000)), "the second lease ends");
    pool.ask(Ask::Checkout(checkout(3)));
    let due = pool.live().due(&USUAL);
    assert_eq!(due, Some(pool.now), "the end of the hour and ten minutes");
    assert!(pool.live().untidy(&USUAL, pool.now));
    pool.tidy(&USUAL);
    assert_eq!(pool.journal(), [5, 6], "younger than an hour, or not shipped");
    let leases = rows::leases(&pool.disk, 0, 9).unwrap();
    let kept: Vec<_> = leases.iter().map(|lease| lease.id.clone()).collect();
    assert_eq!(kept, [lease_id(2), lease_id(3)], "the first ended more than an hour ago");
    pool.wakes_the_same();
}

#[test]
fn a_long_journal_is_folded_in_portions_even_when_d1_is_away() {
    let mut pool = Bench::new();
    pool.terms.commit = 100;
    (1..=30).for_each(|n| drop(pool.out(n)));
    pool.tidy(&LITTLE);
    assert_eq!((pool.live().folded, pool.journal().len()), (31, 31));
    pool.wakes_the_same();
    pool.shipped();
    let mut lengths = Vec::new();
    while pool.live().untidy(&LITTLE, pool.now) {
        pool.tidy(&LITTLE);
        lengths.push(pool.journal().len());
    }
    assert_eq!(lengths, [25, 19, 13, 8]);
    pool.wakes_the_same();
}

#[test]
fn a_crowd_of_ended_leases_is_forgotten_oldest_first() {
    let mut pool = Bench::new();
    for n in 1..=12 {
        pool.out(n);
        pool.ask(back(n));
    }
    pool.shipped();
    pool.tidy(&LITTLE);
    let remembered = |pool: &Bench| pool.live().book.endings().count();
    assert_eq!(remembered(&pool), 6, "at most six in one go");
    (13..=16).for_each(|n| drop(pool.out(n)));
    pool.tidy(&LITTLE);
    assert_eq!(remembered(&pool), 5);
    pool.wakes_the_same();
}

#[test]
fn leases_clipped_by_new_terms_are_written_anew() {
    let mut pool = Bench::new();
    (1..=3).for_each(|n| drop(pool.out(n)));
    pool.shipped();
    pool.tidy(&Keep { spare_rows: 1, ..LITTLE });
    assert_eq!(pool.live().folded, 4);
    let ends = Some(pool.now.plus_seconds(1_800));
    for (version, ends) in [(2, ends), (3, None)] {
        pool.terms = PoolTerms { version, ends, ..terms() };
        pool.view(0, 1);
    }
    let written = pool.cost(|pool| pool.tidy(&Keep { spare_rows: 1, ..LITTLE })).0;
    assert_eq!(written, 4, "three leases and the head");
    assert_eq!(pool.live().folded, 6);
    pool.wakes_the_same();
}

#[test]
fn a_fold_that_fails_leaves_everything_as_it_was() {
    let mut pool = Bench::new();
    pool.terms.commit = 100;
    (1..=9).for_each(|n| drop(pool.out(n)));
    let before = pool.live().book.clone();
    // Two pages of entries, the leases, the head; then the purge.
    for statements in 0..5 {
        pool.disk.breaks_after(statements);
        let Bench { disk, live, now, .. } = &mut pool;
        let failed = live.as_mut().unwrap().tidy(disk, &LITTLE, *now).is_err();
        pool.disk.breaks_after(u64::MAX);
        assert!(failed, "{statements}");
        pool.restart();
        assert_eq!((&pool.live().book, pool.live().folded), (&before, 0), "{statements}");
    }
    pool.tidy(&LITTLE);
    pool.wakes_the_same();
}
