//! Proof of a domain by a TXT record: what is to be set, who must see it, and when to look again.

use crate::host::Host;
use crate::time::Millis;

/// How many resolvers must see the record: one alone may be poisoned or stale.
pub const WITNESSES: usize = 2;

/// The longest time between two looks, in milliseconds: an hour.
const LONGEST_WAIT_MS: i64 = 3_600_000;

/// The name of the record that proves `domain`.
pub fn record_name(domain: &Host) -> String {
    format!("_writ.{domain}")
}

/// What the record says.
pub fn record_value(token: &str) -> String {
    format!("writ-verify={token}")
}

/// What one resolver has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// The record is there.
    There,
    /// It is not there, or says something else.
    Missing,
    /// The resolver did not answer, or could not find out.
    Silent,
}

/// Whether the record is proved to be there.
pub fn holds(heard: &[Heard]) -> bool {
    heard.iter().filter(|it| **it == Heard::There).count() >= WITNESSES
}

/// In words, for whoever waits for the proof.
pub fn found(heard: &[Heard]) -> &'static str {
    let all = |what| heard.iter().all(|it| *it == what);
    if holds(heard) {
        "The record is there."
    } else if heard.contains(&Heard::There) {
        "Not all resolvers see the record yet."
    } else if all(Heard::Silent) {
        "No resolver could be asked; they are asked again."
    } else {
        "The record is not there yet, or it has another value."
    }
}

/// When looks are taken and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// Milliseconds between the first two looks; doubled each time, up to an hour.
    pub first_wait_ms: i64,
    /// Milliseconds until a proof that never came is given up.
    pub period_ms: i64,
}

impl Patience {
    /// When to look again after `attempts` looks that found nothing; none when the time is over.
    pub fn next(self, began: Millis, attempts: u32, now: Millis) -> Option<Millis> {
        let end = began.plus(self.period_ms);
        // The last look is taken at the end itself.
        (now < end).then(|| end.min(now.plus(self.wait_ms(attempts))))
    }

    /// How long to wait after `attempts` tries, in milliseconds.
    pub fn wait_ms(self, attempts: u32) -> i64 {
        self.first_wait_ms.saturating_mul(1 << attempts.min(20)).min(LONGEST_WAIT_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Heard::{Missing, Silent, There};

    #[test]
    fn two_must_agree() {
        let rows: [(&[Heard], bool); 7] = [
            (&[There, There], true),
            (&[There, Missing], false),
            (&[There, Silent], false),
            (&[There], false),
            (&[There, Silent, There], true),
            (&[Silent, Silent], false),
            (&[], false),
        ];
        for (heard, want) in rows {
            assert_eq!(holds(heard), want, "{heard:?}");
        }
    }

    #[test]
    fn looks_get_rarer_until_the_time_is_over() {
        let day = 86_400_000;
        let patience = Patience { first_wait_ms: 60_000, period_ms: 7 * day };
        let rows = [
            (0, 0, Some(60_000)),
            (0, 1, Some(120_000)),
            (0, 5, Some(1_920_000)),
            (0, 6, Some(3_600_000)),
            (0, u32::MAX, Some(3_600_000)),
            (7 * day - 1, 9, Some(7 * day)),
            (7 * day, 9, None),
        ];
        for (now, attempts, want) in rows {
            let next = patience.next(Millis(0), attempts, Millis(now));
            assert_eq!(next, want.map(Millis), "{attempts} looks at {now}");
        }
    }
}
