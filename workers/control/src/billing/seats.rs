//! `GET /api/v1/licenses/{license}/seats`: the use of a license's floating seats, step by step.

use std::collections::BTreeMap;

use domain::pool::charge::seat_hours;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use store::data::seat_use::{self, FiguresRow};
use wire::billing::{SeatHours, SeatStep, SeatUse, StepLength};
use wire::problem::Problem;

use crate::answer;
use crate::billing::period::{Period, Step};
use crate::licenses::seen;
use crate::paging::{Asked, wrong};
use crate::turn::records;

/// For the holder of the license and its issuer.
pub async fn seats(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["start_date", "end_date", "by"])?;
    let by = step_length(asked.filter("by"))?;
    let period = Period::read(&asked, call.now)?;
    let found = seen(call, caller.principal()?, reference).await?;
    let steps = match by {
        StepLength::Day => period.days(),
        StepLength::Month => period.months(),
    };
    let spans: Vec<_> = steps.iter().map(|(_, span)| *span).collect();
    let records = records(call, &found.row.tenant_id, found.shard);
    let (rows,) = records.read((seat_use::of_license(&found.row.id, &spans),)).await?;
    let steps = filled(steps, &rows);
    answer::json(200, &SeatUse { license_id: found.row.id, period: period.view(), by, steps })
}

fn step_length(asked: Option<&str>) -> Result<StepLength, Problem> {
    match asked {
        None | Some("day") => Ok(StepLength::Day),
        Some("month") => Ok(StepLength::Month),
        Some(_) => Err(wrong("by", "must be day or month")),
    }
}

/// Every step has its figures; those without a row have zeros.
fn filled(steps: Vec<Step>, rows: &[FiguresRow]) -> Vec<SeatStep> {
    let rows: BTreeMap<usize, &FiguresRow> = rows.iter().map(|row| (row.span, row)).collect();
    let steps = steps.into_iter().enumerate();
    steps.map(|(number, (name, _))| step(name, rows.get(&number).copied())).collect()
}

fn step(step: String, row: Option<&FiguresRow>) -> SeatStep {
    let overage = row.map(FiguresRow::overage).unwrap_or_default();
    let commit_ms = row.map(FiguresRow::commit_ms).unwrap_or_default();
    SeatStep {
        step,
        checkouts: row.map_or(0, FiguresRow::checkouts),
        overage_checkouts: overage.checkouts,
        denials: row.map_or(0, FiguresRow::denials),
        peak_held: row.map_or(0, FiguresRow::peak_held),
        peak_overage: overage.peak,
        seat_hours: SeatHours {
            commit: seat_hours(commit_ms),
            overage: seat_hours(overage.overage_ms),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Millis;
    use serde_json::json;

    #[test]
    fn steps_are_days_unless_months_are_asked_for() {
        let rows = [
            (None, Some(StepLength::Day)),
            (Some("day"), Some(StepLength::Day)),
            (Some("month"), Some(StepLength::Month)),
            (Some("hour"), None),
        ];
        for (asked, want) in rows {
            assert_eq!(step_length(asked).ok(), want, "{asked:?}");
        }
    }

    #[test]
    fn a_step_without_use_has_zeros() {
        let row: FiguresRow = serde_json::from_value(json!({
            "license_id": testkit::license(1).id, "span": 1, "span_ms": 3_600_000, "opening_commit": 2,
            "opening_overage": 0, "sums": "[3,1,2,6,1,[0,0],[1800,0]]",
        }))
        .unwrap();
        let span = (Millis(0), Millis(1));
        let steps = filled(vec![("2025-11-01".into(), span), ("2025-11-02".into(), span)], &[row]);
        let want = json!([
            { "step": "2025-11-01", "checkouts": 0, "overage_checkouts": 0, "denials": 0, "peak_held": 0,
              "peak_overage": 0, "seat_hours": { "commit": "0", "overage": "0" } },
            { "step": "2025-11-02", "checkouts": 3, "overage_checkouts": 1, "denials": 2, "peak_held": 6,
              "peak_overage": 1, "seat_hours": { "commit": "2", "overage": "0.5" } },
        ]);
        assert_eq!(serde_json::to_value(steps).unwrap(), want);
    }
}
