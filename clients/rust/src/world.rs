//! What a client needs of the machine it runs on: time, chance and patience.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::time::Millis;

use crate::clock::Time;
use crate::failure::Failure;

/// Time, chance and patience.
pub trait World {
    /// The time here. It never runs backwards, and a machine that slept has grown older.
    fn now(&self) -> Millis;

    /// Waits. `false`: the wait was called off, and with it what it was for.
    fn pause(&self, time: Duration) -> bool;

    /// Fresh random bytes.
    ///
    /// # Errors
    /// When the system has none.
    fn entropy(&self) -> Result<[u8; 16], Failure>;
}

/// The machine itself. Clones share one clock.
#[derive(Clone)]
pub struct System(Arc<Mutex<Ticking>>);

struct Ticking {
    time: Time,
    last: Instant,
}

impl Default for System {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Ticking { time: Time::default(), last: Instant::now() })))
    }
}

impl World for System {
    fn now(&self) -> Millis {
        let mut ticking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let elapsed = now.duration_since(ticking.last).as_millis();
        ticking.last = now;
        ticking.time.tick(wall(), i64::try_from(elapsed).unwrap_or(i64::MAX))
    }

    fn pause(&self, time: Duration) -> bool {
        std::thread::sleep(time);
        true
    }

    fn entropy(&self) -> Result<[u8; 16], Failure> {
        random()
    }
}

/// What the clock on the wall says.
pub fn wall() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fresh random bytes.
///
/// # Errors
/// When the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Local(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// A length of time, for `Duration`'s users; none when negative.
pub fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
