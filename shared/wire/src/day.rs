//! Days and months of the calendar, in UTC.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use domain::time::Millis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day in UTC, from 1970 to 9999: `2025-11-30`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `YYYY-MM-DD`, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date = plain.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()?;
        (date.year() >= 1970).then_some(Self(date))
    }

    /// The day of an instant; 1970-01-01 for instants that no calendar holds.
    pub fn of(instant: Millis) -> Self {
        Self(DateTime::<Utc>::from_timestamp_millis(instant.0).unwrap_or_default().date_naive())
    }

    /// Its first instant.
    pub fn starts(self) -> Millis {
        Millis(self.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
    }

    /// The first instant after it.
    pub fn ends(self) -> Millis {
        self.starts().plus_seconds(86_400)
    }

    /// The day after it; itself at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_days(Days::new(1)).unwrap_or(self.0))
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }

    /// The first day of the month after its own; itself at the end of the calendar.
    #[must_use]
    pub fn first_of_next_month(self) -> Self {
        let first = self.first_of_month().0;
        Self(first.checked_add_months(Months::new(1)).unwrap_or(first))
    }

    /// Its month: `2025-11`.
    pub fn month(self) -> String {
        self.0.format("%Y-%m").to_string()
    }

    /// How many days there are from this one to `last`, both included; none or fewer when `last` is earlier.
    pub fn days_to(self, last: Self) -> i64 {
        last.0.signed_duration_since(self.0).num_days() + 1
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("is not a day (YYYY-MM-DD)"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date", "description": "A day in UTC." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plain_form_of_a_real_day_is_read() {
        for text in ["1970-01-01", "2025-11-30", "2024-02-29", "9999-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for bad in [
            "",
            "2025-02-29",
            "2025-11-31",
            "2025-1-1",
            "1969-12-31",
            "20251130",
            "+025-11-01",
            "2025-11-30T00:00:00Z",
            " 025-11-30",
        ] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_is_half_open_and_knows_its_month() {
        let day = Day::parse("2024-12-31").unwrap();
        assert_eq!((Day::of(day.starts()), Day::of(day.ends().plus(-1))), (day, day));
        assert_eq!(day.next(), Day::of(day.ends()));
        assert_eq!(
            (day.first_of_month().to_string(), day.month()),
            ("2024-12-01".into(), "2024-12".into())
        );
        assert_eq!(day.first_of_next_month().to_string(), "2025-01-01");
        assert_eq!(day.next().days_to(day.next()), 1);
        assert_eq!(day.next().days_to(day), 0);
        assert_eq!(Day::parse("2024-01-01").unwrap().days_to(day), 366);
    }
}
