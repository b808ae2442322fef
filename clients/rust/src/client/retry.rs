//! Whether to try again, and when: a plain function of what went wrong.

use crate::failure::Failure;

/// No try is cut shorter than this, in milliseconds.
pub const SHORTEST_TRY_MS: i64 = 500;

/// The first pause and the longest, in milliseconds.
const FIRST_MS: i64 = 500;
const LONGEST_MS: i64 = 8_000;

/// How much trouble a request is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// Tries.
    pub tries: u32,
    /// Milliseconds in all.
    pub budget_ms: i64,
}

impl Patience {
    /// A person or a job is waiting for it to begin.
    pub const CHECKOUT: Self = Self { tries: 6, budget_ms: 30_000 };
    /// The work is done; a lease that is not returned ends by itself.
    pub const RETURN: Self = Self { tries: 4, budget_ms: 10_000 };
    /// A place in the line lapses by itself, and soon.
    pub const LEAVE: Self = Self { tries: 2, budget_ms: 3_000 };
}

/// Milliseconds until the next try, after `tries` and `elapsed_ms`. None: give up.
///
/// Half of every pause is left to the `dice`: those who lost the service together must not come
/// back together. The service's own word about when to come back is kept.
pub fn pause(
    patience: Patience,
    tries: u32,
    elapsed_ms: i64,
    failure: &Failure,
    dice: u8,
) -> Option<i64> {
    if !may_pass(failure) || tries >= patience.tries {
        return None;
    }
    let doublings = tries.saturating_sub(1).min(16);
    let longest = (FIRST_MS << doublings).min(LONGEST_MS);
    let own = longest / 2 + longest / 2 * i64::from(dice) / 255;
    let told = failure.retry_after().map_or(0, |seconds| i64::from(seconds) * 1000);
    let pause = own.max(told);
    (elapsed_ms.saturating_add(pause) < patience.budget_ms).then_some(pause)
}

/// Whether the same request may fare better later. An answer of ours that was lost may still be
/// at work there.
fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } => true,
        Failure::Refused(problem) => problem.code == "idempotency-running",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Kind, Problem};

    fn away(retry_after: Option<u32>) -> Failure {
        Failure::Unreachable { detail: String::new(), retry_after }
    }

    fn refused(kind: Kind) -> Failure {
        Failure::of(Problem::from(kind), None)
    }

    #[test]
    fn what_may_pass_is_tried_again_within_bounds() {
        let patience = Patience { tries: 3, budget_ms: 10_000 };
        let rows = [
            ("first, all dice", 1, 0, away(None), 255, Some(500)),
            ("first, no dice", 1, 0, away(None), 0, Some(250)),
            ("second", 2, 0, away(None), 255, Some(1000)),
            ("no tries left", 3, 0, away(None), 255, None),
            ("as told", 1, 0, away(Some(3)), 255, Some(3000)),
            ("told too little", 2, 0, away(Some(0)), 255, Some(1000)),
            ("told too much", 1, 0, away(Some(10)), 255, None),
            ("no time left", 1, 9_500, away(None), 255, None),
            ("just in time", 1, 9_499, away(None), 255, Some(500)),
            ("still at work", 1, 0, refused(Kind::IdempotencyRunning), 255, Some(500)),
            ("refused", 1, 0, refused(Kind::ScopeMissing), 255, None),
        ];
        for (name, tries, elapsed, failure, dice, want) in rows {
            assert_eq!(pause(patience, tries, elapsed, &failure, dice), want, "{name}");
        }
        let endless = Patience { tries: u32::MAX, budget_ms: i64::MAX };
        assert_eq!(pause(endless, 70, 0, &away(None), 255), Some(LONGEST_MS));
    }
}
