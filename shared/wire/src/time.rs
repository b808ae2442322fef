//! Instants on the wire: RFC 3339 in UTC, with milliseconds only where there are any.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use domain::time::Millis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant as RFC 3339 text. A plain date (seed 3's contracts) means its first instant in UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(pub Millis);

impl Instant {
    /// Reads RFC 3339 or a date.
    pub fn parse(text: &str) -> Option<Self> {
        let millis = match DateTime::parse_from_rfc3339(text) {
            Ok(instant) => instant.timestamp_millis(),
            Err(_) => date(text)?,
        };
        Some(Self(Millis(millis)))
    }

    /// The instant as text; instants that no calendar holds are shown as the epoch.
    pub fn text(self) -> String {
        let instant = DateTime::<Utc>::from_timestamp_millis(self.0.0).unwrap_or_default();
        let whole = self.0.0.rem_euclid(1000) == 0;
        instant
            .to_rfc3339_opts(if whole { SecondsFormat::Secs } else { SecondsFormat::Millis }, true)
    }
}

fn date(text: &str) -> Option<i64> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

impl From<Millis> for Instant {
    fn from(millis: Millis) -> Self {
        Self(millis)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("is not an RFC 3339 instant or a date (YYYY-MM-DD)"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Instant {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, UTC in answers. Requests may also name a date: its first instant."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_and_written_as_rfc_3339() {
        let rows = [
            ("2025-01-01", "2025-01-01T00:00:00Z"),
            ("2025-10-04T10:30:00Z", "2025-10-04T10:30:00Z"),
            ("2025-10-04T12:30:00.250+02:00", "2025-10-04T10:30:00.250Z"),
        ];
        for (text, want) in rows {
            assert_eq!(Instant::parse(text).unwrap().text(), want);
        }
        for bad in ["", "2025-13-01", "yesterday", "2025-01-01T00:00:00"] {
            assert_eq!(Instant::parse(bad), None, "{bad}");
        }
    }
}
