//! Time and chance as the test wants them.

use std::cell::Cell;

use domain::time::Millis;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct FixedClock(Cell<Millis>);

impl FixedClock {
    /// A clock that shows `now`.
    pub const fn at(now: Millis) -> Self {
        Self(Cell::new(now))
    }

    /// What it shows.
    pub fn now(&self) -> Millis {
        self.0.get()
    }

    /// Moves it on by `seconds`, or back.
    pub fn advance(&self, seconds: i64) {
        self.0.set(self.now().plus_seconds(seconds));
    }
}

/// Bytes that count up, so that every draw differs and every run is the same.
#[derive(Clone, Debug, Default)]
pub struct ScriptedEntropy(u64);

impl ScriptedEntropy {
    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0 += 1;
        let mut out = [0; N];
        for (slot, byte) in out.iter_mut().rev().zip(self.0.to_le_bytes()) {
            *slot = byte;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_differs_and_every_run_is_the_same() {
        let (mut one, mut two) = (ScriptedEntropy::default(), ScriptedEntropy::default());
        let first: [u8; 16] = one.bytes();
        assert_eq!(first, two.bytes());
        assert_ne!(first, one.bytes());
    }
}
