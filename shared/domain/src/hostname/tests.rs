use proptest::prelude::*;

use super::*;

const PATIENCE: Patience = Patience { first_wait_ms: 60_000, period_ms: 604_800_000 };
const NOW: Millis = Millis(1_000_000);

fn claim(state: State) -> Claim {
    Claim { state, ..Claim::begin(NOW) }
}

#[test]
fn a_name_goes_into_service_step_by_step() {
    let mut claim = Claim::begin(NOW);
    let steps = [
        (Work::Prove, Seen::Unproved, State::PendingProof),
        (Work::Prove, Seen::Proved, State::Proved),
        (Work::Create, Seen::Quota, State::Requested),
        (Work::Create, Seen::At(Remote::Waiting), State::PendingValidation),
        (Work::Poll, Seen::Away(None), State::PendingValidation),
        (Work::Poll, Seen::At(Remote::TimedOut), State::PendingValidation),
        (Work::Poll, Seen::At(Remote::Serving), State::Active),
        (Work::Poll, Seen::At(Remote::Waiting), State::Active),
        (Work::Poll, Seen::At(Remote::Gone), State::Proved),
        (Work::Create, Seen::At(Remote::Serving), State::Active),
        (Work::Poll, Seen::At(Remote::Blocked), State::Failed),
    ];
    for (work, seen, state) in steps {
        assert_eq!(claim.work(), work, "{claim:?}");
        claim = claim.after(seen, PATIENCE, NOW).unwrap();
        assert_eq!(claim.state, state, "{seen:?}");
        assert_eq!(claim.next.is_some(), state != State::Failed, "{claim:?}");
    }
    let out = claim.removing(NOW);
    assert_eq!(out.work(), Work::Remove);
    let still = out.after(Seen::Away(Some(5)), PATIENCE, NOW).unwrap();
    assert_eq!(still.state, State::Removing);
    assert_eq!(still.after(Seen::Removed, PATIENCE, NOW), None);
}

#[test]
fn reasons_are_told() {
    let rows = [
        (State::PendingProof, Seen::Taken, State::Failed, Some(Reason::Taken)),
        (State::Proved, Seen::Quota, State::Requested, Some(Reason::Quota)),
        (State::Proved, Seen::Refused, State::Failed, Some(Reason::Refused)),
        (State::Proved, Seen::Away(None), State::Requested, Some(Reason::Unreachable)),
        (State::PendingValidation, Seen::At(Remote::Gone), State::Proved, Some(Reason::Dropped)),
        (State::Active, Seen::Removed, State::Proved, Some(Reason::Dropped)),
        (State::Active, Seen::At(Remote::Serving), State::Active, None),
    ];
    for (from, seen, state, reason) in rows {
        let after = claim(from).after(seen, PATIENCE, NOW).unwrap();
        assert_eq!((after.state, after.reason), (state, reason), "{from:?} {seen:?}");
    }
    let late = NOW.plus(PATIENCE.period_ms);
    let given_up = claim(State::PendingProof).after(Seen::Unproved, PATIENCE, late).unwrap();
    assert_eq!((given_up.state, given_up.reason), (State::Failed, Some(Reason::NoProof)));
}

#[test]
fn a_platform_is_left_alone_for_as_long_as_it_asks() {
    let after = claim(State::Proved).after(Seen::Away(Some(300_000)), PATIENCE, NOW).unwrap();
    assert_eq!(after.next, Some(NOW.plus(300_000)));
    let soon = claim(State::Proved).after(Seen::Away(Some(1)), PATIENCE, NOW).unwrap();
    assert_eq!(soon.next, Some(NOW.plus(60_000)), "no sooner than by its own patience");
}

#[test]
fn both_states_of_the_platform_count() {
    let rows = [
        ("active", "active", Remote::Serving),
        ("active_redeploying", "active", Remote::Serving),
        ("pending", "active", Remote::Waiting),
        ("active", "pending_validation", Remote::Waiting),
        ("pending", "initializing", Remote::Waiting),
        ("pending", "validation_timed_out", Remote::TimedOut),
        ("active", "issuance_timed_out", Remote::TimedOut),
        ("moved", "active", Remote::TimedOut),
        ("pending_deletion", "active", Remote::Gone),
        ("active", "deleted", Remote::Gone),
        ("active", "deletion_timed_out", Remote::Gone),
        ("blocked", "active", Remote::Blocked),
        ("something new", "active", Remote::Waiting),
        ("", "", Remote::Waiting),
    ];
    for (hostname, certificate, want) in rows {
        assert_eq!(judge(hostname, certificate), want, "{hostname}, {certificate}");
    }
}

#[test]
fn stored_names_are_those_of_the_wire() {
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        Just(Seen::Proved),
        Just(Seen::Unproved),
        Just(Seen::Taken),
        Just(Seen::Quota),
        Just(Seen::Refused),
        Just(Seen::Removed),
        (0_i64..10_000_000).prop_map(|after| Seen::Away(Some(after))),
        prop::sample::select(vec![
            Remote::Waiting,
            Remote::Serving,
            Remote::Blocked,
            Remote::TimedOut,
            Remote::Gone
        ])
        .prop_map(Seen::At),
    ]
}

proptest! {
    /// Whatever is seen, in whatever order: a claim that is not over has its next step, and no earlier than now.
    #[test]
    fn no_claim_is_forgotten(steps in proptest::collection::vec((seen(), 0_i64..1_000_000_000), 1..40)) {
        let (mut claim, mut now) = (Claim::begin(NOW), NOW);
        for (seen, passed) in steps {
            now = now.plus(passed);
            claim = claim.after(seen, PATIENCE, now).unwrap();
            prop_assert_eq!(claim.next.is_none(), claim.state == State::Failed);
            prop_assert!(claim.next.is_none_or(|next| next >= now));
        }
    }
}
