//! Business hours, and local time as the platform tells it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::watch::RulesError;

/// A time of day: `08:30`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// So many minutes after midnight; none beyond 24:00.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= 1_440 { Some(Self(minutes)) } else { None }
    }

    /// Reads `hh:mm`, up to `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(hours) || !digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        if minutes > 59 { None } else { Self::from_minutes(hours * 60 + minutes) }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("is not a time of day (hh:mm)")
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// When business is done, in the tenant's time zone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// An IANA name: `Europe/Berlin`.
    pub zone: String,
    /// Days on which they begin: 1 is Monday, 7 Sunday.
    pub days: Vec<u8>,
    /// When they begin.
    pub from: TimeOfDay,
    /// When they end; the next day, where that is not later than `from`.
    pub to: TimeOfDay,
}

/// An instant as the clock on the wall shows it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Local {
    /// 1 is Monday, 7 Sunday.
    pub day: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

impl Local {
    /// What the clock shows `offset_minutes` east of UTC.
    pub const fn at(millis: i64, offset_minutes: i64) -> Self {
        let minutes = millis.div_euclid(60_000) + offset_minutes;
        // The first day of the epoch was a Thursday.
        let day = (minutes.div_euclid(1_440) + 3).rem_euclid(7) + 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to 7, and 0 to 1,439"
        )]
        let (day, minute) = (day as u8, minutes.rem_euclid(1_440) as u16);
        Self { day, minute }
    }
}

impl BusinessHours {
    /// Whether business is done at `local`.
    pub fn covers(&self, local: Local) -> bool {
        let begins = |day: u8| self.days.contains(&day);
        let before = if local.day == 1 { 7 } else { local.day.saturating_sub(1) };
        let (from, to, minute) = (self.from.0, self.to.0, local.minute);
        if from < to {
            return begins(local.day) && (from..to).contains(&minute);
        }
        (begins(local.day) && minute >= from) || (begins(before) && minute < to)
    }

    /// Whether they are well-formed.
    ///
    /// # Errors
    /// What is not.
    pub fn check(&self) -> Result<(), RulesError> {
        let wrong = |pointer: &str, reason: &str| {
            Err(RulesError { pointer: pointer.to_owned(), reason: reason.to_owned() })
        };
        let zone = (1..=64).contains(&self.zone.len())
            && self.zone.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
        if !zone {
            return wrong("/business_hours/zone", "is not the name of a time zone");
        }
        let mut days = self.days.clone();
        days.sort_unstable();
        days.dedup();
        let good = days.len() == self.days.len() && days.iter().all(|day| (1..=7).contains(day));
        if days.is_empty() || !good {
            return wrong("/business_hours/days", "must be different days from 1 to 7");
        }
        Ok(())
    }
}
