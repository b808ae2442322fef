use super::*;
use wire::{Kind, Problem};

/// Lasts from 0 to 90 s.
const STOP: Hold = Hold { ends: Millis(90_000), length: 90_000, run_on: false };
const RUN_ON: Hold = Hold { run_on: true, ..STOP };

fn last(outcome: Outcome, at: i64, times: u32, retry_after: Option<u32>) -> Last {
    Last { at: Millis(at), times, retry_after, outcome }
}

const fn wait(at: i64) -> Next {
    Next::Wait(Millis(at))
}

#[test]
fn a_lease_is_extended_when_a_third_of_its_time_is_left() {
    let granted = Last::granted(Millis(0));
    let rows = [
        ("fresh", 0, wait(60_000)),
        ("just before", 59_999, wait(60_000)),
        ("a third left", 60_000, Next::Extend),
        ("late", 89_999, Next::Extend),
        ("slept past the end", 500_000, Next::Extend),
    ];
    for (name, now, want) in rows {
        assert_eq!(next(&STOP, &granted, Millis(now)), want, "{name}");
    }
    let spent = Hold { length: 30, ends: Millis(60_030), ..STOP };
    assert_eq!(next(&spent, &Last::granted(Millis(60_000)), Millis(60_020)), wait(60_250));
}

#[test]
fn while_nobody_answers_it_is_tried_again_and_again_until_the_end() {
    let away = |at, times, retry_after| last(Outcome::Away, at, times, retry_after);
    let rows = [
        ("first pause", away(60_000, 1, None), 60_000, wait(60_250)),
        ("due", away(60_000, 1, None), 60_250, Next::Extend),
        ("doubled", away(60_000, 4, None), 60_000, wait(62_000)),
        ("as told", away(60_000, 1, Some(7)), 60_000, wait(67_000)),
        ("told past the end", away(60_000, 1, Some(3600)), 60_000, wait(75_000)),
        ("nearer the end", away(80_000, 70, None), 80_000, wait(85_000)),
        ("at the end", away(89_900, 9, None), 89_999, wait(90_000)),
    ];
    for hold in [STOP, RUN_ON] {
        for (name, last, now, want) in rows {
            assert_eq!(next(&hold, &last, Millis(now)), want, "{name}");
        }
    }
}

#[test]
fn at_the_end_the_license_says_whether_work_goes_on_unanswered() {
    use Outcome::{Away, Over, OverAway, OverRefused, Refused};
    let stop = Next::Stop(Why::Unreachable);
    let run_on = |at| Next::RunOn(Millis(at));
    let rows = [
        ("over", last(Away, 89_900, 9, None), 90_000, stop, run_on(90_150)),
        ("tries go on", last(Away, 89_900, 9, None), 90_150, stop, Next::Extend),
        ("pauses grow", last(Away, 90_000, 9, None), 90_001, stop, run_on(150_000)),
        ("as told", last(Away, 90_000, 1, Some(300)), 90_001, stop, run_on(390_000)),
        ("lost, away", last(OverAway, 70_000, 1, None), 70_000, stop, run_on(70_250)),
        ("lost, again", last(OverAway, 70_000, 1, None), 70_250, stop, Next::CheckOut),
        ("lost", last(Over, 70_000, 1, None), 70_000, Next::CheckOut, Next::CheckOut),
    ];
    for (name, last, now, want_stop, want_run_on) in rows {
        assert_eq!(next(&STOP, &last, Millis(now)), want_stop, "{name}: stop");
        assert_eq!(next(&RUN_ON, &last, Millis(now)), want_run_on, "{name}: run on");
    }
    let refused = Next::Stop(Why::Refused);
    let rows = [
        ("runs out", last(Refused, 60_000, 1, None), 60_000, wait(60_250)),
        ("may be lifted", last(Refused, 60_000, 1, None), 60_250, Next::Extend),
        ("ran out", last(Refused, 60_000, 1, None), 90_000, refused),
        ("no other lease", last(OverRefused, 60_000, 1, None), 60_000, refused),
    ];
    for hold in [STOP, RUN_ON] {
        for (name, last, now, want) in rows {
            assert_eq!(next(&hold, &last, Millis(now)), want, "{name}: no outage");
        }
    }
}

#[test]
fn outcomes_follow_from_what_went_wrong() {
    use Outcome::{Away, Granted, Over, OverAway, OverRefused, Refused};
    let over = || {
        let problem = Problem { code: "lease-ended".into(), ..Problem::from(Kind::NotFound) };
        Err(Failure::of(problem, None))
    };
    let refused = || Err(Failure::of(Problem::from(Kind::LicenseNotUsable), None));
    let away = || Err(Failure::Unreachable { detail: String::new(), retry_after: Some(5) });
    let rows = [
        ("good", Ok(()), Granted, Granted),
        ("over", over(), Over, OverRefused),
        ("refused", refused(), Refused, OverRefused),
        ("away", away(), Away, OverAway),
        ("called off", Err(Failure::Interrupted), Away, OverAway),
    ];
    let before = last(Away, 0, 1, None);
    for (name, result, extended, checked_out) in rows {
        let after = before.extended(&result, Millis(7));
        assert_eq!(after.outcome, extended, "{name}");
        assert_eq!(before.checked_out(&result, Millis(7)).outcome, checked_out, "{name}");
        assert_eq!((after.at, after.times), (Millis(7), if result.is_ok() { 0 } else { 2 }));
        assert_eq!(after.retry_after, (name == "away").then_some(5), "{name}");
    }
}
