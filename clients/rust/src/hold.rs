//! What to do next with a lease in use: a plain function of the lease, the time, and how the last
//! try went.

use domain::time::Millis;

use crate::failure::Failure;

/// The pauses between tries, in milliseconds: the first, and the longest.
const FIRST_MS: i64 = 250;
const LONGEST_MS: i64 = 60_000;

/// A lease, as far as its future goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hold {
    /// The first instant at which it is over, by the clock here.
    pub ends: Millis,
    /// How long it was to last when it was granted or extended last, in milliseconds.
    pub length: i64,
    /// Whether work goes on after its end while nobody answers.
    pub run_on: bool,
}

/// How the last try went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Last {
    /// When.
    pub at: Millis,
    /// Tries in a row that brought nothing.
    pub times: u32,
    /// Seconds that the service asked to wait, when it did.
    pub retry_after: Option<u32>,
    /// What it brought.
    pub outcome: Outcome,
}

/// What a try brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The lease was granted or extended.
    Granted,
    /// No answer to an extension.
    Away,
    /// No extension: the lease runs out.
    Refused,
    /// The service says that the lease is over.
    Over,
    /// The lease is over, and nobody answered when another was asked for.
    OverAway,
    /// The lease is over, and there is no other.
    OverRefused,
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Extend the lease.
    Extend,
    /// Take another lease: this one is over.
    CheckOut,
    /// Nothing before this instant.
    Wait(Millis),
    /// The lease is over and nobody answers: work goes on, and nothing is tried before this instant.
    RunOn(Millis),
    /// The work must end.
    Stop(Why),
}

/// Why the work must end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// The lease is over and nobody answers.
    Unreachable,
    /// The lease is over and the service gives no other.
    Refused,
}

/// What to do next at `now`.
pub fn next(hold: &Hold, last: &Last, now: Millis) -> Next {
    let is_over = now >= hold.ends;
    let retry_at = last.at.plus(pause(hold, last));
    match last.outcome {
        // When a third of its time is left. One that is over already (the machine slept) is
        // tried all the same: only the service knows whether it is lost.
        Outcome::Granted => due(hold, last, now),
        Outcome::Over => Next::CheckOut,
        Outcome::OverRefused => Next::Stop(Why::Refused),
        Outcome::OverAway if !hold.run_on => Next::Stop(Why::Unreachable),
        Outcome::OverAway if retry_at <= now => Next::CheckOut,
        Outcome::OverAway => Next::RunOn(retry_at),
        Outcome::Refused if is_over => Next::Stop(Why::Refused),
        Outcome::Away if is_over && !hold.run_on => Next::Stop(Why::Unreachable),
        Outcome::Away | Outcome::Refused if retry_at <= now => Next::Extend,
        Outcome::Away if is_over => Next::RunOn(retry_at),
        Outcome::Away | Outcome::Refused => Next::Wait(retry_at.min(hold.ends)),
    }
}

fn due(hold: &Hold, last: &Last, now: Millis) -> Next {
    // Where the license itself ends, extensions bring little: they must not become a flood.
    let earliest = last.at.plus(FIRST_MS);
    let due = hold.ends.plus(-hold.length / 3).max(earliest);
    if due <= now { Next::Extend } else { Next::Wait(due) }
}

/// Milliseconds between a try that brought nothing and the next. Within the time of the lease at
/// most half of what was left, so that there are more tries the nearer the end is.
fn pause(hold: &Hold, last: &Last) -> i64 {
    let doublings = last.times.saturating_sub(1).min(16);
    let own = (FIRST_MS << doublings).min(LONGEST_MS);
    let told = last.retry_after.map_or(0, |seconds| i64::from(seconds).saturating_mul(1000));
    let left = hold.ends.since(last.at);
    let most = if left > 0 { (left / 2).max(FIRST_MS) } else { i64::MAX };
    own.max(told).min(most)
}

impl Last {
    /// A lease that was just granted.
    pub const fn granted(at: Millis) -> Self {
        Self { at, times: 0, retry_after: None, outcome: Outcome::Granted }
    }

    /// After an extension.
    #[must_use]
    pub fn extended(self, result: &Result<(), Failure>, at: Millis) -> Self {
        self.after(result, at, [Outcome::Away, Outcome::Refused])
    }

    /// After another lease was asked for, because this one is over.
    #[must_use]
    pub fn checked_out(self, result: &Result<(), Failure>, at: Millis) -> Self {
        self.after(result, at, [Outcome::OverAway, Outcome::OverRefused])
    }

    fn after(
        self,
        result: &Result<(), Failure>,
        at: Millis,
        [away, refused]: [Outcome; 2],
    ) -> Self {
        let Err(failure) = result else { return Self::granted(at) };
        let outcome = match failure {
            Failure::LeaseOver(_) if away == Outcome::Away => Outcome::Over,
            Failure::Unreachable { .. } | Failure::Interrupted | Failure::Local(_) => away,
            _ => refused,
        };
        let times = self.times.saturating_add(1);
        Self { at, times, retry_after: failure.retry_after(), outcome }
    }
}

#[cfg(test)]
mod tests;
