//! Random histories: the book against the reference.

use proptest::prelude::*;
use proptest::sample::select;

use super::reference::{METRICS, Naive};
use super::*;

#[derive(Clone, Debug)]
enum Step {
    Ask(Ask),
    /// A license as much newer as this (perhaps not at all).
    License(u64, u64, u64),
    /// An object that starts again from its last snapshot; perhaps it makes a new one then.
    Restart(bool),
}

fn nodes() -> impl Strategy<Value = NodeId> {
    select(vec!["/", "a", "a/x", "a/x/1", "a/y", "b", "b/x", "c"]).prop_map(node)
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![3 => Just(METRICS[0]), 1 => Just(METRICS[1])]
}

fn keys() -> impl Strategy<Value = RequestKey> {
    (0..12_u8).prop_map(|n| key(&n.to_string()))
}

fn share_of(most: u64) -> impl Strategy<Value = Share> {
    let burst = prop_oneof![2 => Just(None), 1 => Just(Some(0)), 3 => (1..8_u64).prop_map(Some)];
    (0..most, burst).prop_map(|(dedicated, burst)| share(dedicated, burst))
}

fn reserves() -> impl Strategy<Value = Ask> {
    let ends = prop_oneof![2 => Just(None), 1 => (0..600_i64).prop_map(|at| Some(Millis(at)))];
    (keys(), nodes(), metrics(), 0..9_u64, ends).prop_map(
        |(request, node, metric, quantity, ends)| {
            Ask::Reserve(Request { request, node, metric, quantity, ends })
        },
    )
}

fn transfers() -> impl Strategy<Value = Ask> {
    (nodes(), nodes(), metrics(), 1..5_u64).prop_map(|(from, to, metric, quantity)| {
        Ask::Transfer(Transfer { from, to, metric, quantity })
    })
}

fn sets() -> impl Strategy<Value = Ask> {
    let shares = prop::collection::btree_map(metrics(), share_of(10), 1..3);
    (nodes(), shares).prop_map(|(node, shares)| Ask::Set { node, shares })
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => reserves().prop_map(Step::Ask),
        4 => keys().prop_map(|request| Step::Ask(Ask::Release { request })),
        8 => sets().prop_map(Step::Ask),
        1 => nodes().prop_map(|node| Step::Ask(Ask::Remove { node })),
        5 => transfers().prop_map(Step::Ask),
        1 => (0..3_u64, 5..30_u64, 0..20_u64).prop_map(|(v, c, s)| Step::License(v, c, s)),
        1 => any::<bool>().prop_map(Step::Restart),
    ]
}

fn reread<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// The answer in the words of the reference.
fn word(answer: &Result<Done, Refused>, logged: bool) -> Result<bool, &'static str> {
    match answer {
        Ok(_) => Ok(logged),
        Err(why) => Err(match why {
            Refused::NoCapacity { .. } | Refused::Exceeded { .. } => "denied",
            Refused::UnknownNode { .. } => "unknown",
            Refused::SumExceedsParent { .. } => "sum",
            Refused::PromisedBelow { .. } => "below",
            Refused::NotFree { .. } => "not free",
            Refused::NotRelated => "not related",
            Refused::NodeInUse { .. } => "in use",
            Refused::RootIsLicensed => "root",
            Refused::RequestReused => "reused",
            Refused::NoSuchRequest => "no such",
            Refused::NoQuantity | Refused::EndsInThePast => "malformed",
            Refused::TooDeep { .. } | Refused::TooMany { .. } => "bounds",
        }),
    }
}

/// A book, what was saved of it, and the reference.
struct World {
    book: Book,
    snapshot: Book,
    journal: Vec<Entry>,
    naive: Naive,
}

impl World {
    fn new() -> Self {
        let (book, naive) = (Book::new(), Naive::new());
        let mut world = Self { snapshot: book.clone(), book, journal: Vec::new(), naive };
        world.ask(&Ask::Capacity { version: 1, capacity: METRICS.map(|m| (m, 20)).into() }, 0);
        for name in ["a", "a/x", "b", "c"] {
            let shares = METRICS.map(|metric| (metric, share(4, Some(5)))).into();
            world.ask(&Ask::Set { node: node(name), shares }, 0);
        }
        world
    }

    fn step(&mut self, step: &Step, now: i64) {
        match step {
            Step::Ask(ask) => self.ask(ask, now),
            Step::License(newer, cores, seats) => {
                let capacity = [(METRICS[0], *cores), (METRICS[1], *seats)].into();
                self.ask(&Ask::Capacity { version: self.naive.version + newer, capacity }, now);
            }
            Step::Restart(snapshot) => self.restart(*snapshot),
        }
    }

    fn ask(&mut self, ask: &Ask, now: i64) {
        let held = METRICS.map(|metric| self.book.usage(metric).0);
        let outcome = self.book.handle(ask, Millis(now));
        let logged = outcome.entries.iter().any(|e| !matches!(e.event, Event::Ended { .. }));
        self.journal.extend(outcome.entries);
        let want = self.naive.handle(ask, Millis(now));
        assert_eq!(word(&outcome.answer, logged), want, "{ask:?}: {:?}", outcome.answer);
        for (metric, before) in METRICS.into_iter().zip(held) {
            let (held, capacity) = self.book.usage(metric);
            assert!(held <= capacity.max(before), "{held} of {capacity} after {ask:?}");
        }
    }

    fn restart(&mut self, snapshot: bool) {
        let journal = self.journal.iter().map(reread);
        let restored = Book::restore(reread(&self.snapshot), journal).unwrap();
        assert_eq!(restored, self.book, "replay is the book");
        assert_eq!(reread(&self.book), self.book, "sums made again are the sums kept");
        if snapshot {
            (self.snapshot, self.book) = (restored.clone(), restored);
        }
    }

    /// Every number of every node.
    fn compare(&self) {
        let views = self.book.view(&node("/")).unwrap();
        let (mut ids, naive) = (self.naive.all(), &self.naive);
        ids.sort_by(|a, b| a.as_str().split('/').cmp(b.as_str().split('/')));
        assert_eq!(views.iter().map(|view| view.node.clone()).collect::<Vec<_>>(), ids);
        for (view, metric) in views.iter().flat_map(|view| METRICS.map(|metric| (view, metric))) {
            let (id, share) = (&view.node, naive.share(&view.node, metric));
            let Some(part) = view.metrics.get(&metric) else {
                assert_eq!((share, naive.own(id, metric)), (Share::NONE, 0), "{id}");
                continue;
            };
            assert_eq!((part.dedicated, part.burst), (share.dedicated, share.burst), "{id}");
            assert_eq!(
                (part.held, part.promised),
                (naive.own(id, metric), naive.promised(id, metric))
            );
            assert_eq!(part.held_with_below, naive.total(id, metric), "{id}");
            let over = if id.is_root() { 0 } else { naive.over(id, metric) };
            assert_eq!(part.held_from_shared, over, "{id}");
            let exceeded = part.exceeded.as_ref().map(|e| (e.by, e.since));
            let since = naive.since.get(&(id.clone(), metric));
            assert_eq!(exceeded, since.map(|at| (naive.excess(id, metric), *at)), "{id}");
            assert!(id.is_root() || part.promised <= part.dedicated, "{id} promised too much");
        }
    }

    /// What is free of a dedicated part can be had, what is said to be available exactly.
    fn guarantee(&self, id: &NodeId, metric: Metric) {
        let Ok(room) = self.book.can_provision(id, metric, 0) else { return };
        let naive = &self.naive;
        assert_eq!(room.available, naive.available(id, metric), "{id}");
        assert_eq!(room.available, room.dedicated_free + room.shared_free);
        let needed = naive.promised(id, metric) + naive.load(id, metric);
        let free = naive.share(id, metric).dedicated.saturating_sub(needed);
        let (held, capacity) = self.book.usage(metric);
        assert_eq!(room.dedicated_free, free.min(capacity.saturating_sub(held)), "{id}");
        let in_order = naive.excess(&node("/"), metric) == 0;
        assert!(!in_order || room.dedicated_free == free, "{id}: guaranteed");
        for (quantity, granted) in
            [(room.available, room.available > 0), (room.available + 1, false)]
        {
            let asked = Request { metric, ..request("new", id.as_str(), quantity) };
            let answer = self.book.clone().handle(&Ask::Reserve(asked), self.naive.newest).answer;
            assert_eq!(answer.is_ok(), granted, "{id}: {quantity} of {room:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_book_agrees_with_the_reference_through_any_history(
        steps in prop::collection::vec((steps(), -5..15_i64, nodes(), metrics()), 1..80),
    ) {
        let (mut world, mut now) = (World::new(), 0);
        for (step, pause, id, metric) in steps {
            now += pause;
            world.step(&step, now);
            world.compare();
            world.guarantee(&id, metric);
        }
        world.restart(true);
    }
}
