//! Random histories: whatever happens in whatever order, the object wakes as it was, and D1 gets every entry once.

use domain::pool::{Borrow, Entry, Key, Rules};
use domain::terms::{Sharing, WhenStopped};
use proptest::prelude::*;
use store::data::lease_events::{self, LeaseEventRow};
use testkit::{Db, tenant};

use super::*;

const LITTLE: Keep =
    Keep { millis: 600_000, rows: 8, remembered: 5, spare_millis: 60_000, spare_rows: 4, most: 6 };

#[derive(Clone, Debug)]
enum What {
    Ask(Box<Ask>),
    Terms(Box<PoolTerms>),
    View,
    /// So many batches arrive in D1; of the last one the pool does not hear, if so.
    Ship(usize, bool),
    Tidy,
    Restart,
    Settle,
}

#[derive(Clone, Debug)]
struct Step {
    seconds: i64,
    what: What,
    /// The disk fails after so many statements.
    breaks_after: Option<u64>,
}

fn ask() -> impl Strategy<Value = Ask> {
    let n = 0_u32..12;
    let out = (n.clone(), 0_u32..4, any::<bool>(), prop::option::of(n.clone()), 0_u32..8).prop_map(
        |(n, user, wait, resume, key)| Checkout {
            subject: Subject {
                user: Some(format!("u{user}")),
                owner: "app".into(),
                ..Subject::default()
            },
            wait,
            resume: resume.filter(|resume| resume % 3 == 0).map(ticket_id),
            key: (key < 3).then(|| Key { key: format!("k{key}"), body: "b".into() }),
            ..checkout(n)
        },
    );
    let borrow =
        out.clone().prop_map(|checkout| Ask::Borrow(Borrow { checkout, until_seconds: 2_000 }));
    let rules = (1_i64..20, prop::option::of(0_u32..3)).prop_map(|(version, max_per_user)| {
        Ask::SetRules(Rules { version, max_per_user, ..Rules::default() })
    });
    let extend = n.clone().prop_map(|n| Ask::Extend {
        lease: lease_id(n),
        by: app(),
        ttl_seconds: Some(1_500),
    });
    let release = n.clone().prop_map(|n| Ask::Release {
        lease: lease_id(n),
        reason: "lost".into(),
        by: "root".into(),
    });
    let leave = n.clone().prop_map(|n| Ask::Leave { ticket: ticket_id(n), by: app() });
    prop_oneof![
        8 => out.prop_map(Ask::Checkout),
        1 => borrow,
        5 => n.prop_map(back),
        2 => extend,
        1 => release,
        1 => leave,
        1 => rules,
    ]
}

fn new_terms() -> impl Strategy<Value = PoolTerms> {
    let ends = prop::option::of((0_i64..30_000).prop_map(|s| NOW.plus_seconds(s)));
    let sharing = prop::sample::select(vec![Sharing::None, Sharing::None, Sharing::User]);
    (2_i64..30, 1_u32..4, 0_u32..20, any::<bool>(), ends, sharing).prop_map(
        |(version, commit, linger_seconds, stops, ends, sharing)| {
            let when_stopped = if stops { WhenStopped::EndNow } else { WhenStopped::RunOut };
            let floating = Floating { linger_seconds, sharing, when_stopped, ..terms().floating };
            PoolTerms { version, commit, open: version % 5 != 0, ends, floating, ..terms() }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        20 => ask().prop_map(|ask| What::Ask(Box::new(ask))),
        2 => new_terms().prop_map(|terms| What::Terms(Box::new(terms))),
        2 => Just(What::View),
        4 => (1_usize..4, any::<bool>()).prop_map(|(batches, unheard)| What::Ship(batches, unheard)),
        4 => Just(What::Tidy),
        2 => Just(What::Restart),
        2 => Just(What::Settle),
    ];
    let seconds = prop_oneof![6 => 0_i64..20, 2 => 20_i64..120, 1 => 300_i64..2_500];
    let breaks_after = prop::option::weighted(0.1, 0_u64..8);
    (seconds, what, breaks_after).prop_map(|(seconds, what, breaks_after)| Step {
        seconds,
        what,
        breaks_after,
    })
}

/// A pool, its D1, and everything that was ever journaled.
struct Run {
    pool: Bench,
    d1: Db,
    all: Vec<Entry>,
}

impl Run {
    fn new() -> Self {
        Self { pool: Bench::new(), d1: Db::migrated(), all: Vec::new() }
    }

    fn step(&mut self, step: &Step) {
        self.pool.sleep(step.seconds);
        let before = self.pool.live.as_ref().map(|live| live.book.clone());
        self.pool.disk.breaks_after(step.breaks_after.unwrap_or(u64::MAX));
        let done = self.attempt(&step.what);
        self.pool.disk.breaks_after(u64::MAX);
        if done.is_none() {
            self.pool.restart();
            // Of several synchronous parts the first ones may have been done.
            if let (What::Ask(_), Some(before)) = (&step.what, before) {
                assert_eq!(self.pool.live().book, before, "what was not journaled");
            }
        }
        let after = self.all.last().map_or(0, |entry| entry.seq);
        if self.pool.live.is_some() {
            self.all.extend(rows::entries(&self.pool.disk, after, 1_000).unwrap());
            self.pool.wakes_the_same();
            assert_eq!(self.pool.live().book.seq(), self.all.last().map_or(0, |e| e.seq));
        }
    }

    /// As the object does it: after a failure nothing is left in memory.
    fn attempt(&mut self, what: &What) -> Option<()> {
        let Bench { disk, live, now, terms } = &mut self.pool;
        match what {
            What::Ask(ask) => {
                let (terms, ask) = (Box::new(terms.clone()), ask.clone());
                let call = PoolCall::Ask { shard: Shard::Eu, terms: Some(terms), ask };
                live::handle(disk, live, call, GATHER_MS, *now).ok().map(drop)
            }
            What::Terms(new) => {
                *terms = (**new).clone();
                let call = PoolCall::SetTerms { terms: new.clone() };
                live::handle(disk, live, call, GATHER_MS, *now).ok().map(drop)
            }
            What::View => {
                let terms = Box::new(terms.clone());
                let call = PoolCall::View { shard: Shard::Eu, terms, after: 0, limit: 9 };
                live::handle(disk, live, call, GATHER_MS, *now).ok().map(drop)
            }
            What::Ship(batches, unheard) => self.ship(*batches, *unheard),
            What::Tidy => self.with(|live, disk, now| live.tidy(disk, &LITTLE, now)),
            What::Restart => {
                *live = None;
                None
            }
            What::Settle => self.with(Live::settle),
        }
    }

    fn with(
        &mut self,
        work: impl FnOnce(&mut Live, &Memory, Millis) -> Result<(), crate::disk::DiskError>,
    ) -> Option<()> {
        let Bench { disk, live, now, .. } = &mut self.pool;
        let Some(mut known) = live::wake(disk, live.take(), GATHER_MS, *now).ok()? else {
            return Some(());
        };
        work(&mut known, disk, *now).ok()?;
        *live = Some(known);
        Some(())
    }

    fn ship(&mut self, batches: usize, unheard: bool) -> Option<()> {
        for n in 1..=batches {
            let mut next = None;
            self.with(|live, disk, _| {
                next = live.next_batch(disk, &license(), 7)?;
                Ok(())
            })?;
            let Some(batch) = next else { return Some(()) };
            if let Some(change) = batch.change {
                self.d1.of(&tenant("acme")).run(change).unwrap();
            }
            if n < batches || !unheard {
                self.with(|live, disk, _| live.arrived(disk, batch.last))?;
            }
        }
        Some(())
    }

    fn ledger(db: &Db) -> Vec<LeaseEventRow> {
        db.of(&tenant("acme")).all(&lease_events::of_pool(&license(), 0, 10_000))
    }

    /// D1 gets the rest, and has then what was journaled.
    fn finish(&mut self) {
        if self.pool.live.is_some() {
            self.ship(1_000, false).unwrap();
        }
        let all: Vec<_> = self.all.iter().filter_map(lease_events::row).collect();
        assert_eq!(Self::ledger(&self.d1), all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pool_wakes_as_it_was_and_d1_gets_every_entry_once(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut run = Run::new();
        for step in &steps {
            run.step(step);
        }
        run.finish();
    }
}
