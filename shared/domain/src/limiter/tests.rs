use proptest::prelude::*;

use super::*;
use crate::time::Millis;

const MINUTE: Policy = Policy { limit: 600, window_ms: 60_000 };

/// The most uses in any window that ends with a use; the slow and certain way.
fn busiest_window(mut uses: Vec<i64>, window_ms: i64) -> usize {
    uses.sort_unstable();
    let in_window =
        |end: &i64| uses.iter().filter(|u| **u <= *end && **u > end - window_ms).count();
    uses.iter().map(in_window).max().unwrap_or(0)
}

/// An edge whose clock differs from the book's.
struct Edge {
    local: LocalLease,
    skew: i64,
}

impl Edge {
    fn new(skew: i64) -> Self {
        Self { local: LocalLease::default(), skew }
    }

    /// One request at the true instant `now`, with `way` milliseconds to the book and back.
    fn request(&mut self, book: &mut Book, now: i64, way: i64) -> Option<i64> {
        let clock = |at: i64| Millis(at + self.skew);
        if self.local.take(clock(now)).is_some() {
            return Some(now);
        }
        self.local.refused(clock(now)).is_none().then_some(())?;
        let ask = self.local.ask();
        ask.back.iter().for_each(|back| book.give_back(*back));
        let lease = book.lease(ask.want, Millis(now + way));
        self.local.accept(lease, clock(now));
        self.local.take(clock(now + 2 * way)).map(|_| now + 2 * way)
    }
}

#[test]
fn stored_book_v1_still_reads() {
    let bytes = r#"{"v":1,"limit":600,"window_ms":60000,"newest":5000,"slots":[{"end":6000,"granted":75}]}"#;
    let book: Book = serde_json::from_str(bytes).unwrap();
    assert_eq!(serde_json::to_string(&book).unwrap(), bytes);
    let mut fresh = Book::new(MINUTE);
    fresh.lease(500, Millis(5000));
    assert_eq!(fresh, book);
    assert!(serde_json::from_str::<Book>(&bytes.replace("\"v\":1", "\"v\":2")).is_err());
}

#[test]
fn grants_are_large_with_room_single_when_scarce_and_none_at_the_limit() {
    let rows = [(100, 100, 1000), (1000, 125, 1000), (0, 0, 1000), (9, 1, 9), (9, 1, 1), (9, 0, 0)];
    for (want, granted, limit) in rows {
        let lease = Book::new(Policy { limit, ..MINUTE }).lease(want, Millis(0));
        assert_eq!(
            (lease.granted, lease.remaining),
            (granted, limit - granted),
            "{want} of {limit}"
        );
    }
}

#[test]
fn a_token_is_free_again_exactly_after_its_slot_its_window_and_its_lease() {
    let policy = Policy { limit: 1, window_ms: 60_000 };
    let mut book = Book::new(policy);
    assert_eq!(book.lease(1, Millis(500)).granted, 1);
    let refused = book.lease(1, Millis(700));
    assert_eq!((refused.granted, refused.reset_ms), (0, 1_000 + 60_000 + LEASE_MS - 700));
    let free_at = 700 + refused.reset_ms;
    for (name, now, granted) in [("just before", free_at - 1, 0), ("exactly at", free_at, 1)] {
        assert_eq!(book.clone().lease(1, Millis(now)).granted, granted, "{name}");
    }
}

#[test]
fn a_clock_that_runs_backwards_frees_nothing() {
    let mut book = Book::new(Policy { limit: 1, ..MINUTE });
    assert_eq!(book.lease(1, Millis(1_000_000)).granted, 1);
    for now in [999_999, 0, -5, i64::MIN] {
        assert_eq!(book.lease(1, Millis(now)).granted, 0, "{now}");
    }
}

#[test]
fn a_lower_limit_holds_at_once_and_a_higher_one_adds() {
    let mut book = Book::new(Policy { limit: 8, ..MINUTE });
    for _ in 0..4 {
        assert_eq!(book.lease(1, Millis(0)).granted, 1);
    }
    book.set_policy(Policy { limit: 4, ..MINUTE });
    assert_eq!(book.lease(1, Millis(1)).granted, 0);
    book.set_policy(Policy { limit: 5, ..MINUTE });
    assert_eq!(book.lease(9, Millis(1)).granted, 1);
    assert_eq!(book.policy().limit, 5);
}

#[test]
fn tokens_given_back_can_be_granted_again_but_never_more_than_were_out() {
    let mut book = Book::new(Policy { limit: 8, ..MINUTE });
    let lease = book.lease(1, Millis(0));
    book.give_back(Back { slot: lease.slot, unspent: 100 });
    book.give_back(Back { slot: Millis(77), unspent: 100 });
    let after = book.lease(0, Millis(0));
    assert_eq!((after.remaining, after.reset_ms), (8, 0));
}

#[test]
fn an_edge_counts_its_lease_from_before_the_call() {
    let mut local = LocalLease::default();
    assert_eq!(
        (local.take(Millis(0)), local.counters(Millis(0)), local.ask().want),
        (None, None, 1)
    );
    let lease = Book::new(MINUTE).lease(2, Millis(777_777));
    local.accept(lease, Millis(100));
    let counters = local.take(Millis(100)).unwrap();
    let want = Counters { limit: 600, window_seconds: 60, remaining: 599, reset_seconds: 62 };
    assert_eq!(counters, want);
    assert!(local.take(Millis(100 + LEASE_MS - GUARD_MS)).is_none(), "the lease is over");
    assert_eq!(local.ask(), Ask { want: 1, back: vec![Back { slot: lease.slot, unspent: 1 }] });
}

#[test]
fn a_refusal_is_remembered_for_a_lease_time() {
    let mut local = LocalLease::default();
    local.accept(Book::new(Policy { limit: 0, ..MINUTE }).lease(1, Millis(0)), Millis(0));
    assert!(local.refused(Millis(0)).is_none(), "nothing is out, so nothing will come back: ask");
    let mut book = Book::new(Policy { limit: 1, ..MINUTE });
    book.lease(1, Millis(0));
    local.accept(book.lease(1, Millis(0)), Millis(10));
    assert_eq!(local.refused(Millis(10)).map(|c| (c.remaining, c.reset_seconds)), Some((0, 62)));
    for (now, known) in [(9, false), (1009, true), (1010, false)] {
        assert_eq!(local.refused(Millis(now)).is_some(), known, "{now}");
    }
}

#[test]
fn one_busy_edge_obtains_nearly_the_whole_limit_of_every_window() {
    let (mut book, mut edge) = (Book::new(MINUTE), Edge::new(0));
    let uses: Vec<i64> =
        (0..600_000).step_by(20).filter_map(|t| edge.request(&mut book, t, 2)).collect();
    assert!(busiest_window(uses.clone(), 60_000) <= 600);
    assert!(uses.len() >= 5_400, "{} of 6000 in ten windows", uses.len());
}

#[test]
fn a_steady_caller_just_below_the_limit_is_never_refused() {
    let (mut book, mut edge) = (Book::new(MINUTE), Edge::new(0));
    let refused =
        (0..600_000).step_by(112).filter(|t| edge.request(&mut book, *t, 10).is_none()).count();
    assert_eq!(refused, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_window_ever_sees_more_than_the_limit(
        limit in 0_u32..60,
        window_ms in prop_oneof![1_i64..200, 500_i64..8_000],
        skews in prop::collection::vec(-100_000_i64..100_000, 1..5),
        steps in prop::collection::vec((0_usize..5, 0_i64..400, 0_i64..300), 1..600),
    ) {
        let mut book = Book::new(Policy { limit, window_ms });
        let mut edges: Vec<Edge> = skews.into_iter().map(Edge::new).collect();
        let (mut now, mut uses) = (1_000_000_i64, Vec::new());
        for (edge, pause, way) in steps {
            now += pause;
            let count = edges.len();
            uses.extend(edges[edge % count].request(&mut book, now, way));
            now += way;
            book = serde_json::from_str(&serde_json::to_string(&book).unwrap()).unwrap();
        }
        prop_assert!(busiest_window(uses, window_ms) <= limit as usize);
    }
}
