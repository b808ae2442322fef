//! How many checkouts a key or a tenant may make: two windows, both of which must have room.

use serde::{Deserialize, Serialize};

use crate::limiter::Policy;

/// Limits of checkouts and borrows (seed 3). The usual ones are those of [`CheckoutLimits::KEY`] and [`CheckoutLimits::TENANT`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckoutLimits {
    /// Checkouts in any minute, 1 to 100,000,000.
    pub checkouts_per_minute: u32,
    /// Checkouts in any hour, 1 to 100,000,000.
    pub checkouts_per_hour: u32,
}

impl CheckoutLimits {
    /// A limit may be at most this high.
    pub const MOST: u32 = 100_000_000;
    /// The usual limits of a key: a workplace checks out a few times a day, a thief as often as he can.
    pub const KEY: Self = Self { checkouts_per_minute: 100, checkouts_per_hour: 1_000 };
    /// The usual limits of a tenant: ten keys at their limits. A thousand workplaces may begin their day at once.
    pub const TENANT: Self = Self { checkouts_per_minute: 1_000, checkouts_per_hour: 10_000 };

    /// The windows, with the names of their books.
    pub const fn windows(self) -> [(&'static str, Policy); 2] {
        [
            ("minute", Policy { limit: self.checkouts_per_minute, window_ms: 60_000 }),
            ("hour", Policy { limit: self.checkouts_per_hour, window_ms: 3_600_000 }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_limits_v1_still_read() {
        let bytes = r#"{"checkouts_per_minute":100,"checkouts_per_hour":1000}"#;
        let read: CheckoutLimits = serde_json::from_str(bytes).unwrap();
        assert_eq!(
            (read, serde_json::to_string(&read).unwrap().as_str()),
            (CheckoutLimits::KEY, bytes)
        );
    }

    #[test]
    fn the_usual_limits_are_those_of_seed_3() {
        let [(_, minute), (_, hour)] = CheckoutLimits::KEY.windows();
        assert_eq!((minute.limit, minute.window_ms), (100, 60_000));
        assert_eq!((hour.limit, hour.window_ms), (1_000, 3_600_000));
    }
}
