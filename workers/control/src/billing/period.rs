//! The period of a question: days in UTC, cut into months or days, up to now.

use domain::time::Millis;
use store::data::seat_use::Span;
use wire::billing::Period as View;
use wire::day::Day;
use wire::problem::Problem;

use crate::paging::{Asked, wrong};

/// A period has at most this many days: a year, leap years included.
const MOST_DAYS: i64 = 366;

/// Days, both included, of which what lies after `now` has not happened yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    start: Day,
    end: Day,
    now: Millis,
}

/// A step of a period: its name, and its instants.
pub type Step = (String, Span);

impl Period {
    /// What `start_date` and `end_date` say: up to today when no end is said, from the first of the end's month when no
    /// start is said.
    ///
    /// # Errors
    /// `invalid-request` for what is no day, for an end before the start, and for more than 366 days.
    pub fn read(asked: &Asked, now: Millis) -> Result<Self, Problem> {
        Self::between(asked.filter("start_date"), asked.filter("end_date"), now)
    }

    fn between(start: Option<&str>, end: Option<&str>, now: Millis) -> Result<Self, Problem> {
        let day = |name: &str, text: Option<&str>| {
            let read =
                |text| Day::parse(text).ok_or_else(|| wrong(name, "is not a day (YYYY-MM-DD)"));
            text.map(read).transpose()
        };
        let start = day("start_date", start)?;
        let end = day("end_date", end)?.unwrap_or_else(|| Day::of(now));
        let start = start.unwrap_or_else(|| end.first_of_month());
        match start.days_to(end) {
            ..=0 => Err(wrong("start_date", "is after the end of the period")),
            1..=MOST_DAYS => Ok(Self { start, end, now }),
            _ => Err(wrong("end_date", "a period has at most 366 days")),
        }
    }

    /// As answers show it.
    pub fn view(&self) -> View {
        let over = self.end.ends() <= self.now;
        let until = (!over).then_some(self.now.into());
        View { start: self.start, end: self.end, until }
    }

    /// From its first instant to its last, or to now; nothing when it has not begun.
    pub fn span(&self) -> Option<Span> {
        self.up_to_now(self.start.starts(), self.end.ends())
    }

    /// The calendar months that have begun, cut to the period.
    pub fn months(&self) -> Vec<Step> {
        self.steps(Day::first_of_next_month, Day::month)
    }

    /// The days that have begun.
    pub fn days(&self) -> Vec<Step> {
        self.steps(Day::next, |day| day.to_string())
    }

    fn steps(&self, next: impl Fn(Day) -> Day, name: impl Fn(Day) -> String) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut first = self.start;
        while first <= self.end {
            let after = next(first);
            let ends = after.starts().min(self.end.ends());
            let Some(span) = self.up_to_now(first.starts(), ends) else { break };
            steps.push((name(first), span));
            // The calendar ends in 9999.
            if after <= first {
                break;
            }
            first = after;
        }
        steps
    }

    fn up_to_now(&self, from: Millis, to: Millis) -> Option<Span> {
        let to = to.min(self.now);
        (from < to).then_some((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-11-15T12:00:00Z.
    const NOON: Millis = Millis(1_763_208_000_000);

    fn between(start: Option<&str>, end: Option<&str>) -> Result<Period, String> {
        Period::between(start, end, NOON).map_err(|problem| problem.errors[0].pointer.clone())
    }

    fn at(day: &str) -> Millis {
        Day::parse(day).unwrap().starts()
    }

    #[test]
    fn what_is_not_said_is_the_month_up_to_now() {
        let rows = [
            (None, None, "2025-11-01", "2025-11-15"),
            (Some("2025-10-07"), None, "2025-10-07", "2025-11-15"),
            (None, Some("2025-02-28"), "2025-02-01", "2025-02-28"),
            (Some("2025-11-01"), Some("2025-11-30"), "2025-11-01", "2025-11-30"),
        ];
        for (start, end, first, last) in rows {
            let view = between(start, end).unwrap().view();
            assert_eq!((view.start.to_string(), view.end.to_string()), (first.into(), last.into()));
        }
    }

    #[test]
    fn what_is_no_period_is_pointed_at() {
        let rows = [
            (Some("2025-11-31"), None, "?start_date"),
            (Some(""), None, "?start_date"),
            (None, Some("tomorrow"), "?end_date"),
            (Some("2025-11-02"), Some("2025-11-01"), "?start_date"),
            (Some("2025-11-16"), None, "?start_date"),
            (Some("2024-01-01"), Some("2025-01-01"), "?end_date"),
        ];
        for (start, end, pointer) in rows {
            assert_eq!(between(start, end), Err(pointer.to_owned()), "{start:?} {end:?}");
        }
        assert!(between(Some("2024-01-01"), Some("2024-12-31")).is_ok(), "366 days");
    }

    #[test]
    fn months_are_cut_to_the_period_and_to_now() {
        let months = |start, end| between(Some(start), Some(end)).unwrap().months();
        let step = |name: &str, from, to| (name.to_owned(), (from, to));
        assert_eq!(
            months("2025-09-10", "2025-10-01"),
            [
                step("2025-09", at("2025-09-10"), at("2025-10-01")),
                step("2025-10", at("2025-10-01"), at("2025-10-02")),
            ]
        );
        assert_eq!(
            months("2025-10-31", "2025-12-31"),
            [
                step("2025-10", at("2025-10-31"), at("2025-11-01")),
                step("2025-11", at("2025-11-01"), NOON),
            ]
        );
        assert_eq!(months("2025-12-01", "2025-12-31"), [], "has not begun");
        assert_eq!(months("2024-10-31", "2025-10-31").len(), 13);
        assert_eq!(months("9999-12-01", "9999-12-31"), []);
    }

    #[test]
    fn days_are_half_open_and_end_with_now() {
        let period = between(Some("2025-11-14"), Some("2025-11-16")).unwrap();
        let days = period.days();
        assert_eq!(days[0], ("2025-11-14".to_owned(), (at("2025-11-14"), at("2025-11-15"))));
        assert_eq!(days[1], ("2025-11-15".to_owned(), (at("2025-11-15"), NOON)));
        assert_eq!((days.len(), period.span()), (2, Some((at("2025-11-14"), NOON))));
        assert_eq!(period.view().until.map(|until| until.0), Some(NOON));
        let over = between(Some("2025-11-13"), Some("2025-11-14")).unwrap();
        assert_eq!(over.view().until, None, "what is over does not change any more");
        assert_eq!(over.span(), Some((at("2025-11-13"), at("2025-11-15"))));
        assert_eq!(between(Some("2025-11-16"), Some("2025-11-16")).unwrap().span(), None);
    }

    #[test]
    fn the_last_month_of_the_calendar_ends() {
        let now = Millis(i64::MAX);
        let last = Period::between(Some("9999-12-30"), Some("9999-12-31"), now).unwrap();
        assert_eq!((last.months().len(), last.days().len()), (1, 2));
    }
}
