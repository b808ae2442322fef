//! What to do next: a plain function of memory and time.

use domain::time::Millis;
use domain::verdict::Code;

use crate::state::AgentState;

/// The next thing to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Ask for the verdict.
    Validate,
    /// Fetch the license text.
    Refresh,
    /// Give a sign of life.
    Heartbeat,
    /// Nothing before this instant.
    Wait(Millis),
    /// The product must end.
    End(Ending),
}

/// Why the product must end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The service said so, and waiting will not help.
    NotValid(Code),
    /// The last signed answer no longer holds, and no other could be had.
    OutOfTime {
        /// Whether replies came that were not to be believed.
        forged: bool,
    },
}

/// What to do next at `now`.
pub fn next(state: &AgentState, now: Millis) -> Next {
    if let Some(held) = state.verdict {
        if !held.valid && is_final(held.code) && !is_doubted(state, held.code) {
            return Next::End(Ending::NotValid(held.code));
        }
        if held.valid && held.run_until <= now && is_out(state) {
            return Next::End(Ending::OutOfTime { forged: state.forged });
        }
    } else if state.failures > 0 {
        // Nothing has ever allowed this product to run here.
        return Next::End(Ending::OutOfTime { forged: state.forged });
    }
    if state.failures > 0 && now < state.retry_at {
        return Next::Wait(before_the_end(state, state.retry_at));
    }
    let is_unknown = state.verdict.is_none() && !is_out(state);
    if is_unknown || state.next_validate <= now {
        Next::Validate
    } else if state.refresh.is_some() || state.newer_version.is_some() {
        Next::Refresh
    } else if state.next_heartbeat <= now {
        Next::Heartbeat
    } else {
        Next::Wait(before_the_end(state, state.next_validate.min(state.next_heartbeat)))
    }
}

/// Whether no amount of waiting changes the verdict: a person has to act first.
pub const fn is_final(code: Code) -> bool {
    matches!(
        code,
        Code::NotFound
            | Code::Revoked
            | Code::KeyInvalid
            | Code::NotActivated
            | Code::FingerprintRequired
    )
}

/// Whether the last validation brought no verdict: none at all, or one that is older than another
/// that came before it.
const fn is_out(state: &AgentState) -> bool {
    state.failures > 0 || state.stale > 0
}

/// Whether a strict validation is still to confirm that the device is not activated.
const fn is_doubted(state: &AgentState, code: Code) -> bool {
    matches!(code, Code::NotActivated) && state.strict_next
}

/// Waits never reach past the deadline, so that the product ends on time.
fn before_the_end(state: &AgentState, until: Millis) -> Millis {
    match state.verdict {
        Some(held) if held.valid && is_out(state) => until.min(held.run_until),
        _ => until,
    }
}

/// Seconds to wait after `times` disappointments in a row: 1, 2, 4, ... at most `most`.
pub fn backoff_seconds(times: u32, most: i64) -> i64 {
    // Larger than any interval, and far from the end of the numbers.
    let doublings = times.saturating_sub(1).min(32);
    (1_i64 << doublings).min(most.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Held;
    use domain::id::CommandId;

    const LATE: Millis = Millis(900);

    fn state() -> AgentState {
        let held = Held { valid: true, code: Code::Valid, state: None, run_until: Millis(100) };
        AgentState {
            verdict: Some(held),
            next_validate: Millis(50),
            next_heartbeat: Millis(20),
            ..AgentState::default()
        }
    }

    fn changed(change: fn(&mut AgentState)) -> AgentState {
        let mut state = state();
        change(&mut state);
        state
    }

    fn set(state: &mut AgentState, valid: bool, code: Code) {
        state.verdict = state.verdict.map(|held| Held { valid, code, ..held });
    }

    #[test]
    fn the_schedule_decides_while_answers_come() {
        let rows = [
            (0, Next::Wait(Millis(20))),
            (20, Next::Heartbeat),
            (50, Next::Validate),
            (100, Next::Validate),
        ];
        for (now, want) in rows {
            assert_eq!(next(&state(), Millis(now)), want, "{now}");
        }
        assert_eq!(next(&AgentState::default(), Millis(0)), Next::Validate, "nothing known yet");
        let refresh = changed(|s| s.refresh = Some(CommandId::new([1; 16])));
        assert_eq!(next(&refresh, Millis(0)), Next::Refresh);
    }

    #[test]
    fn outages_are_survived_until_the_last_signed_deadline_and_no_longer() {
        let out = changed(|s| (s.failures, s.retry_at) = (3, Millis(90)));
        let late = changed(|s| (s.failures, s.retry_at) = (3, Millis(900)));
        let end = Next::End(Ending::OutOfTime { forged: false });
        let rows = [
            (&out, 60, Next::Wait(Millis(90))),
            (&out, 90, Next::Validate),
            (&out, 99, Next::Validate),
            (&out, 100, end),
            (&late, 60, Next::Wait(Millis(100))),
            (&late, 100, end),
        ];
        for (state, now, want) in rows {
            assert_eq!(next(state, Millis(now)), want, "{now}");
        }
        let stale = changed(|s| (s.stale, s.next_validate, s.next_heartbeat) = (3, LATE, LATE));
        assert_eq!(next(&stale, Millis(60)), Next::Wait(Millis(100)), "old news are no news");
        assert_eq!(next(&stale, Millis(100)), end);
        let only_stale = AgentState {
            stale: 1,
            next_validate: LATE,
            next_heartbeat: LATE,
            ..Default::default()
        };
        assert_eq!(next(&only_stale, Millis(0)), Next::Wait(LATE), "nor are they without others");
        let never = AgentState { failures: 1, forged: true, ..AgentState::default() };
        assert_eq!(next(&never, Millis(0)), Next::End(Ending::OutOfTime { forged: true }));
    }

    #[test]
    fn a_final_no_ends_and_any_other_no_waits_for_better_news() {
        let revoked = changed(|s| set(s, false, Code::Revoked));
        assert_eq!(next(&revoked, Millis(0)), Next::End(Ending::NotValid(Code::Revoked)));
        let suspended = changed(|s| set(s, false, Code::Suspended));
        assert_eq!(next(&suspended, Millis(500)), Next::Validate);
        let suspended_and_out = changed(|s| {
            set(s, false, Code::Suspended);
            (s.failures, s.retry_at) = (1, Millis(900));
        });
        assert_eq!(next(&suspended_and_out, Millis(500)), Next::Wait(Millis(900)));
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let rows = [
            (0, 60, 1),
            (1, 60, 1),
            (2, 60, 2),
            (3, 60, 4),
            (6, 60, 32),
            (7, 60, 60),
            (70, 60, 60),
            (u32::MAX, 60, 60),
            (10, 900, 512),
            (11, 900, 900),
            (5, 0, 1),
        ];
        for (times, most, want) in rows {
            assert_eq!(backoff_seconds(times, most), want, "{times} up to {most}");
        }
    }
}
