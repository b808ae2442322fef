//! How long sessions, links and invitations last.

use crate::time::Millis;

/// A session that is not used for this long has ended: 12 hours, in milliseconds.
pub const IDLE_MS: i64 = 12 * 3_600_000;
/// A session ends after this long, however much it is used: 30 days, in milliseconds.
pub const LONGEST_MS: i64 = 30 * 86_400_000;
/// A session's token is replaced when it is older than this: a day, in milliseconds.
pub const ROTATE_MS: i64 = 86_400_000;
/// A replaced token works this much longer, in milliseconds: for requests that are on their way.
pub const ROTATED_MS: i64 = 60_000;
/// That a session was used is noted at most this often, in milliseconds; idling is known no closer.
pub const NOTED_MS: i64 = 10 * 60_000;
/// A sign-in link works for this long: 15 minutes, in milliseconds.
pub const LINK_MS: i64 = 15 * 60_000;
/// What became of a link is remembered for this long: a day, in milliseconds.
pub const LINK_KEPT_MS: i64 = 86_400_000;
/// An invitation stands for this long: 7 days, in milliseconds.
pub const INVITATION_MS: i64 = 7 * 86_400_000;
/// Support access stands for at most this many minutes: a working day.
pub const SUPPORT_MINUTES: u32 = 480;

/// The instants of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Times {
    /// When its token was made.
    pub made: Millis,
    /// When it was last noted to be used.
    pub seen: Millis,
    /// First instant at which it no longer works, however much it is used.
    pub expires: Millis,
}

impl Times {
    /// First instant at which it no longer works if it is not used again.
    pub fn ends(self) -> Millis {
        self.expires.min(self.seen.plus(IDLE_MS))
    }

    /// Whether its use must be noted.
    pub const fn is_to_note(self, now: Millis) -> bool {
        now.since(self.seen) >= NOTED_MS
    }

    /// Whether its token must be replaced.
    pub const fn is_to_rotate(self, now: Millis) -> bool {
        now.since(self.made) >= ROTATE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_or_old() {
        let times =
            |seen, expires| Times { made: Millis(0), seen: Millis(seen), expires: Millis(expires) };
        let rows = [
            ("used long ago", times(5, LONGEST_MS), Millis(5 + IDLE_MS)),
            ("used just now, but old", times(LONGEST_MS - 1, LONGEST_MS), Millis(LONGEST_MS)),
        ];
        for (name, times, want) in rows {
            assert_eq!(times.ends(), want, "{name}");
        }
    }

    #[test]
    fn use_is_noted_and_tokens_are_replaced_at_their_bounds() {
        let times = Times { made: Millis(0), seen: Millis(0), expires: Millis(LONGEST_MS) };
        for (now, note, rotate) in [
            (NOTED_MS - 1, false, false),
            (NOTED_MS, true, false),
            (ROTATE_MS - 1, true, false),
            (ROTATE_MS, true, true),
        ] {
            assert_eq!(
                (times.is_to_note(Millis(now)), times.is_to_rotate(Millis(now))),
                (note, rotate),
                "{now}"
            );
        }
    }
}
