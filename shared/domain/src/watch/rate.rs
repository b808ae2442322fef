//! A key's own history of calls, and when its rate is unusual.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// When a key's rate is unusual: its calls of one window are more than `factor` times those of the busiest window before,
/// and more than `minimum`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RateRule {
    /// Length of a window in seconds: 1 to 3,600.
    pub window_seconds: u32,
    /// So many times the busiest window: 1 to 1,000.
    pub factor: u32,
    /// Fewer calls in a window are never unusual.
    pub minimum: u32,
    /// Windows with calls that must be known before anything is unusual: 1 to 168.
    pub history: u32,
}

impl Default for RateRule {
    fn default() -> Self {
        Self { window_seconds: 3_600, factor: 5, minimum: 1_000, history: 24 }
    }
}

/// Windows that are kept: a week of hours.
const KEPT: usize = 168;

/// Calls by window, those without calls left out.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Windows {
    /// The length that they were counted by, in seconds.
    length: u32,
    /// Number of the window and calls in it, the oldest first.
    counts: Vec<(i64, u64)>,
}

impl Windows {
    /// Counts `calls` at `now`. Gives the calls of the current window and of the busiest one before, where they are
    /// unusual.
    pub fn count(&mut self, rule: &RateRule, calls: u32, now: Millis) -> Option<(u64, u64)> {
        if self.length != rule.window_seconds {
            // Windows of another length cannot be compared: the history begins anew.
            *self = Self { length: rule.window_seconds, counts: Vec::new() };
        }
        let current = now.seconds().div_euclid(i64::from(rule.window_seconds.max(1)));
        let calls = u64::from(calls);
        let held = self.counts.iter_mut().find(|(window, _)| *window == current);
        if let Some((_, count)) = held {
            *count = count.saturating_add(calls);
        } else {
            self.counts.push((current, calls));
            self.counts.sort_unstable();
            let over = self.counts.len().saturating_sub(KEPT);
            self.counts.drain(..over);
        }
        let now = self.counts.iter().find(|(window, _)| *window == current)?.1;
        let before = self.counts.iter().filter(|(window, _)| *window < current);
        let (windows, busiest) =
            before.fold((0_u32, 0), |(n, most), (_, count)| (n + 1, most.max(*count)));
        let unusual = windows >= rule.history
            && now > busiest.saturating_mul(rule.factor.into())
            && now > u64::from(rule.minimum);
        unusual.then_some((now, busiest))
    }
}
