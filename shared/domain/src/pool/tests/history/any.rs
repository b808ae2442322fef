//! What may happen: little time, few names and few seats, so that everything meets.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::terms::{Sharing, WhenStopped, WhenUnreachable};

/// What happens, and how many seconds after the step before; a clock may run backwards.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub seconds: i64,
    /// Whether the alarm rings halfway, for the book only.
    pub alarm: bool,
    /// Which lease or ticket is meant.
    pub pick: u32,
    pub what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Ask(Box<Ask>),
    /// The ask before is repeated, as after a lost answer.
    Again,
    /// A snapshot is taken.
    Save,
    /// The book is read from the snapshot and the journal.
    Restart,
    /// All but so many entries are forgotten.
    Forget(u64),
}

fn one_of(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(names).prop_map(str::to_owned)
}

fn some_of(names: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    prop::sample::subsequence(names, 0..=names.len())
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

const USERS: &[&str] = &["ann", "bob", "cid", "dan"];
const HOSTS: &[&str] = &["h1", "h2"];

fn subject() -> impl Strategy<Value = Subject> {
    let user = prop::option::weighted(0.9, one_of(USERS));
    let host = prop::option::weighted(0.8, one_of(HOSTS));
    let device = prop::option::of(one_of(&["d1", "d2"]));
    let owner = one_of(&["app", "app", "app", "eve"]);
    (user, host, device, owner).prop_map(|(user, host, device, owner)| Subject {
        user,
        host,
        device,
        owner,
    })
}

fn any_key() -> impl Strategy<Value = Option<Key>> {
    let names = (one_of(&["k1", "k2", "k3", "k4", "k5", "k6"]), one_of(&["x", "x", "x", "y"]));
    prop::option::weighted(0.3, names.prop_map(|(key, body)| Key { key, body }))
}

fn any_by() -> impl Strategy<Value = By> {
    let admin = prop::option::weighted(0.1, Just("lost".to_owned()));
    (one_of(&["app", "app", "app", "eve"]), admin).prop_map(|(owner, admin)| By { owner, admin })
}

/// Ids come later; see [`numbered`].
fn checkout() -> impl Strategy<Value = Checkout> {
    let quantity = prop_oneof![30 => 1_u32..=2, 1 => 0_u32..=6];
    let ttl = prop::option::of(prop_oneof![20 => 15_u32..=40, 1 => 0_u32..=50]);
    let resume = prop::option::weighted(0.3, Just(ticket_id(0)));
    (subject(), quantity, ttl, prop::bool::weighted(0.7), resume, any_key()).prop_map(
        |(subject, quantity, ttl_seconds, wait, resume, key)| Checkout {
            subject,
            quantity,
            ttl_seconds,
            wait,
            resume,
            key,
            ..ask(0, "")
        },
    )
}

fn floating() -> impl Strategy<Value = Floating> {
    let sharing = prop::sample::select(vec![
        Sharing::None,
        Sharing::None,
        Sharing::User,
        Sharing::Host,
        Sharing::UserHost,
        Sharing::Device,
    ]);
    let when_stopped = prop::sample::select(vec![WhenStopped::EndNow, WhenStopped::RunOut]);
    let times = (15_u32..40, 35_u32..45, 0_u32..8, 0_u32..8, 0_u32..10);
    let borrow_max = prop_oneof![Just(0_u32), Just(30)];
    (sharing, when_stopped, times, 1_u32..6, borrow_max).prop_map(
        |(sharing, when_stopped, times, max_queue, borrow_max_seconds)| {
            let (ttl_seconds, max_ttl_seconds, min_seconds, linger_seconds, claim_seconds) = times;
            Floating {
                ttl_seconds,
                max_ttl_seconds,
                min_seconds,
                linger_seconds,
                sharing,
                when_stopped,
                claim_seconds,
                max_queue,
                borrow_max_seconds,
                when_unreachable: WhenUnreachable::Stop,
            }
        },
    )
}

pub(super) fn any_terms() -> impl Strategy<Value = PoolTerms> {
    let ends = prop::option::weighted(0.1, (0_i64..400).prop_map(|s| Millis(s * 1000)));
    let open = prop::bool::weighted(0.9);
    (0_i64..9, 1_u32..4, 0_u32..3, floating(), open, ends).prop_map(
        |(version, commit, max_overage, floating, open, ends)| PoolTerms {
            version,
            commit,
            max_overage,
            floating,
            open,
            ends,
        },
    )
}

fn group(name: &'static str) -> impl Strategy<Value = Group> {
    let cap = prop::option::weighted(0.3, 0_u32..4);
    (some_of(USERS), some_of(HOSTS), -1_i32..3, 0_u32..3, cap).prop_map(
        move |(users, hosts, priority, reserve, cap)| Group {
            name: name.into(),
            users,
            hosts,
            priority,
            reserve,
            cap,
        },
    )
}

fn who() -> impl Strategy<Value = Who> {
    (some_of(USERS), some_of(HOSTS), some_of(&["g1", "g2"]))
        .prop_map(|(users, hosts, groups)| Who { users, hosts, groups })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let groups = (group("g1"), group("g2"), 0_usize..=2)
        .prop_map(|(one, two, count)| [one, two].into_iter().take(count).collect::<Vec<_>>());
    let exclude = prop_oneof![8 => Just(Who::default()), 1 => who()];
    let borrow = (0_u32..3, prop::option::of(0_u32..3))
        .prop_map(|(keep_back, max)| BorrowRules { keep_back, max });
    let caps = prop::option::weighted(0.3, 0_u32..4);
    (0_i64..9, groups, caps, prop::option::weighted(0.1, who()), exclude, borrow).prop_map(
        |(version, groups, max_per_user, include, exclude, borrow)| Rules {
            version,
            groups,
            max_per_user,
            include,
            exclude,
            borrow,
        },
    )
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let lease = || Just(lease_id(0));
    prop_oneof![
        20 => checkout().prop_map(Ask::Checkout),
        3 => (checkout(), 0_u32..35).prop_map(|(checkout, until_seconds)| {
            Ask::Borrow(Borrow { checkout, until_seconds })
        }),
        6 => (lease(), any_by(), any_key())
            .prop_map(|(lease, by, key)| Ask::Return { lease, by, key }),
        4 => (lease(), any_by(), prop::option::of(0_u32..45))
            .prop_map(|(lease, by, ttl_seconds)| Ask::Extend { lease, by, ttl_seconds }),
        1 => lease().prop_map(|lease| {
            Ask::Release { lease, reason: "lost".into(), by: "root".into() }
        }),
        1 => any_by().prop_map(|by| Ask::Leave { ticket: ticket_id(0), by }),
        1 => any_terms().prop_map(Ask::SetTerms),
        2 => any_rules().prop_map(Ask::SetRules),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let seconds = prop_oneof![16 => 0_i64..3, 3 => 3_i64..20, 1 => -9_i64..0, 1 => 20_i64..70];
    let what = prop_oneof![
        20 => any_ask().prop_map(|ask| What::Ask(Box::new(ask))),
        2 => Just(What::Again),
        1 => Just(What::Save),
        2 => Just(What::Restart),
        1 => (0_u64..20).prop_map(What::Forget),
    ];
    (seconds, any::<bool>(), 0_u32..20, what).prop_map(|(seconds, alarm, pick, what)| Step {
        seconds,
        alarm,
        pick,
        what,
    })
}
