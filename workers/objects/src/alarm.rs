//! One alarm per object, kept at the earliest instant that anything is due.

use std::cell::Cell;

use domain::time::Millis;
use edge::log;
use worker::{ScheduledTime, Storage, js_sys};

/// The longest pause between two attempts to ship, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 60_000;

/// What the object knows of its alarm. Setting it writes a row, asking for it reads one, so both
/// are done only when needed.
#[derive(Debug, Default)]
pub struct Alarm {
    /// When it will ring; unknown after the object woke.
    at: Cell<Known>,
    failures: Cell<u32>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Known {
    #[default]
    Nothing,
    Unset,
    At(Millis),
}

impl Alarm {
    /// Lets the alarm ring at `at` or before.
    pub async fn arm(&self, storage: &Storage, at: Millis) {
        if self.at.get() == Known::Nothing {
            let found = storage.get_alarm().await.ok().flatten();
            self.at.set(found.map_or(Known::Unset, |at| Known::At(Millis(at))));
        }
        if self.rings_by(at) {
            return;
        }
        self.at.set(Known::At(at));
        #[expect(clippy::cast_precision_loss, reason = "an instant is far below 2^53")]
        let date = js_sys::Date::new(&(at.0 as f64).into());
        if let Err(error) = storage.set_alarm(ScheduledTime::new(date)).await {
            self.at.set(Known::Nothing);
            log::event("error", "object.alarm", &error.to_string());
        }
    }

    /// Whether it is known to ring at `at` or before.
    pub fn rings_by(&self, at: Millis) -> bool {
        matches!(self.at.get(), Known::At(earlier) if earlier <= at)
    }

    /// It rings now, and is not set any more.
    pub fn rang(&self) {
        self.at.set(Known::Unset);
    }

    /// Shipping worked.
    pub fn succeeded(&self) {
        self.failures.set(0);
    }

    /// Shipping failed: when to try again. Never given up: the platform itself would drop an alarm
    /// after six failures, so failures are caught and the alarm is set anew.
    pub fn again(&self, now: Millis) -> Millis {
        let failures = self.failures.get();
        self.failures.set(failures.saturating_add(1));
        now.plus(pause_ms(failures))
    }
}

/// One second, doubled with every failure in a row, up to a minute.
fn pause_ms(failures: u32) -> i64 {
    1_000_i64.checked_shl(failures.min(16)).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_start_over_after_a_success() {
        let alarm = Alarm::default();
        let pauses: Vec<i64> = (0..8).map(|_| alarm.again(Millis(0)).0).collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        alarm.succeeded();
        assert_eq!(alarm.again(Millis(5)), Millis(1_005));
        assert_eq!(pause_ms(u32::MAX), LONGEST_PAUSE_MS);
    }
}
