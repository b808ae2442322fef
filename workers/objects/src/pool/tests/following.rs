use edge::objects::PoolEvents;

use super::*;

fn events(pool: &mut Bench, after: Option<u64>, limit: u32) -> PoolEvents {
    match pool.call(PoolCall::Events { after, limit }) {
        PoolReply::Events(page) => *page,
        other => panic!("{other:?}"),
    }
}

fn kinds(page: &PoolEvents) -> Vec<(u64, &str)> {
    page.events.iter().map(|event| (event.seq, event.kind.as_str())).collect()
}

#[test]
fn followers_are_told_what_is_about_seats_page_by_page() {
    let mut pool = Bench::new();
    pool.out(1);
    pool.out(2);
    pool.ask(back(1));
    let first = events(&mut pool, Some(0), 2);
    assert_eq!(kinds(&first), [(2, "checked_out")], "terms are not told");
    assert_eq!((first.from, first.next, first.newest), (0, 2, 4));
    let rest = events(&mut pool, Some(first.next), 2);
    assert_eq!(kinds(&rest), [(3, "checked_out"), (4, "ended")]);
    assert_eq!(rest.next, 4);
    let ended = rest.events.last().unwrap();
    assert_eq!((ended.user.as_deref(), ended.reason.as_deref()), (Some("u1"), Some("returned")));
    assert_eq!((ended.commit_held, ended.overage_held, ended.waiting), (1, 0, 0));
}

#[test]
fn who_is_new_or_has_everything_is_told_where_the_journal_stands() {
    let mut pool = Bench::new();
    pool.out(1);
    for after in [None, Some(2), Some(99)] {
        let page = events(&mut pool, after, 9);
        assert_eq!((page.events.len(), page.from, page.next, page.newest), (0, 0, 2, 2));
    }
}

#[test]
fn reading_writes_nothing_and_begins_no_pool() {
    let mut pool = Bench::new();
    assert_eq!(pool.cost(|pool| drop(events(pool, Some(3), 9))).0, 0);
    assert_eq!(events(&mut pool, None, 9), PoolEvents::default());
    assert!(pool.live.is_none() && rows::pool(&pool.disk).unwrap().is_none());
    pool.out(1);
    pool.sleep(3_600);
    assert_eq!(pool.cost(|pool| drop(events(pool, Some(0), 9))), (0, 1));
}

#[test]
fn what_has_left_the_journal_is_known_to_be_missing() {
    let mut pool = Bench::new();
    pool.out(1);
    pool.ask(back(1));
    pool.shipped();
    pool.sleep(10 * 3_600);
    pool.out(2);
    pool.tidy(&super::super::tidy::USUAL);
    let page = events(&mut pool, Some(1), 9);
    assert_eq!((page.from, page.newest), (3, 4), "who has read 1 has missed 2 and 3");
    assert!(page.events.is_empty());
    let page = events(&mut pool, Some(3), 9);
    assert_eq!(kinds(&page), [(4, "checked_out")]);
    pool.restart();
    assert_eq!(events(&mut pool, Some(3), 9), page);
}
