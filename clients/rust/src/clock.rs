//! The agent's notion of time: the service's, as far as signed answers told it.
//!
//! A clock that is wrong, or set back to stretch a deadline, must not matter.

use domain::time::Millis;
use serde::{Deserialize, Serialize};

/// Differences up to this are rounding and travel time.
const AGREEMENT_MS: i64 = 5_000;

/// What is known about time. Kept with the state.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Time {
    /// What to add to the clock here to get the service's, in milliseconds.
    offset: i64,
    /// No instant before this one comes again.
    high_water: Millis,
}

impl Time {
    /// The time now, when the clock here says `wall` and `elapsed` milliseconds have passed since
    /// the last call by a clock that cannot be set. Never runs backwards.
    pub fn tick(&mut self, wall: Millis, elapsed: i64) -> Millis {
        let now = wall.plus(self.offset).max(self.high_water.plus(elapsed.max(0)));
        self.high_water = now;
        now
    }

    /// A signed, fresh answer says that it is `time`. Returns by how many seconds the clock here
    /// is ahead (negative: behind).
    pub fn learn(&mut self, wall: Millis, time: Millis) -> i64 {
        // Answers tell whole seconds: what agrees that far is left alone.
        if time.since(wall.plus(self.offset)).abs() > AGREEMENT_MS {
            self.offset = time.since(wall);
            self.high_water = time;
        }
        wall.since(time) / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_stops_nothing() {
        let mut time = Time::default();
        assert_eq!(time.tick(Millis(10_000), 0), Millis(10_000));
        assert_eq!(time.tick(Millis(3_000), 500), Millis(10_500));
        assert_eq!(time.tick(Millis(3_500), 500), Millis(11_000));
        assert_eq!(time.tick(Millis(20_000), 0), Millis(20_000));
    }

    #[test]
    fn the_services_time_outranks_ours_even_by_years() {
        let year = 31_536_000_000;
        for wall in [Millis(0), Millis(2 * year)] {
            let mut time = Time::default();
            time.tick(wall, 0);
            assert_eq!(time.learn(wall, Millis(year)), wall.since(Millis(year)) / 1000);
            assert_eq!(time.tick(wall.plus(7), 7), Millis(year + 7));
        }
    }
}
