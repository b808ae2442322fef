use domain::pool::Rules;

use super::*;
use crate::pool::tidy::USUAL;

#[test]
fn the_alarm_rings_for_the_first_entry_and_the_others_go_with_it() {
    let mut pool = Bench::new();
    pool.out(1);
    let first = pool.now.plus(2_000);
    assert_eq!(pool.live().due(&USUAL), Some(first));
    pool.now = pool.now.plus(900);
    pool.out(2);
    assert_eq!(pool.live().due(&USUAL), Some(first));
    assert!(!pool.begins_shipping(first.plus(-1)));
    assert!(pool.begins_shipping(first));
    pool.now = first;
    pool.out(3);
    assert_eq!(pool.live().ship_at, Some(first.plus(2_000)), "added while others are shipped");
    pool.shipped();
    assert_eq!((pool.live().ship_at, pool.live().shipped), (None, 4));
    assert_eq!(pool.live().due(&USUAL), Some(NOW.plus(3_600_000)), "the end of the first lease");
    pool.restart();
    assert_eq!((pool.live().ship_at, pool.live().shipped), (None, 4));
}

#[test]
fn what_is_not_about_seats_has_time() {
    let mut pool = Bench::new();
    pool.ask(Ask::SetRules(Rules { version: 1, ..Rules::default() }));
    assert_eq!(pool.live().ship_at, Some(NOW.plus(60_000)));
    let Bench { disk, live, .. } = &mut pool;
    let batch = live.as_mut().unwrap().next_batch(disk, &license(), BATCH).unwrap().unwrap();
    assert_eq!((batch.last, batch.change.is_none()), (2, true));
    pool.out(1);
    assert_eq!(pool.live().ship_at, Some(NOW.plus(2_000)));
}

#[test]
fn entries_go_in_order_and_in_batches() {
    let mut pool = Bench::new();
    let size = u64::from(BATCH);
    pool.terms.commit = 2 * BATCH;
    (1..=2 * BATCH).for_each(|n| drop(pool.out(n)));
    pool.restart();
    assert_eq!(pool.live().ship_at, Some(NOW), "what was left is shipped at once");
    let Bench { disk, live, .. } = &mut pool;
    let live = live.as_mut().unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = live.next_batch(disk, &license(), BATCH).unwrap() {
        assert_eq!(batch.shard, Shard::Eu);
        batches.push((batch.last, batch.change.is_some()));
        live.arrived(disk, batch.last).unwrap();
        live.arrived(disk, 1).unwrap();
    }
    assert_eq!(batches, [(size, true), (2 * size, true), (2 * size + 1, true)]);
}
