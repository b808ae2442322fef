//! `GET /api/v1/billing/overage`: what customers owe an issuer, as JSON or CSV.

use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use wire::problem::Problem;

use crate::answer;
use crate::billing::period::Period;
use crate::billing::read::{Books, books};
use crate::billing::{csv, statement};
use crate::paging::{Asked, wrong};

const NAMES: [&str; 4] = ["start_date", "end_date", "customer_crm_id", "format"];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Json,
    Csv,
}

/// The statement of the caller for a period, recomputed from the ledger.
pub async fn overage(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &NAMES)?;
    let format = format(asked.filter("format"))?;
    let period = Period::read(&asked, call.now)?;
    let account = asked.filter("customer_crm_id");
    let months = period.months();
    let books = match period.span() {
        Some(span) => {
            let spans: Vec<_> = months.iter().map(|(_, span)| *span).collect();
            books(call, principal, span, &spans, account).await?
        }
        None => Books::default(),
    };
    let statement = statement::of(&principal.tenant, period.view(), &months, books, account)?;
    match format {
        Format::Json => answer::json(200, &statement),
        Format::Csv => Ok(csv::answer(&statement)),
    }
}

fn format(asked: Option<&str>) -> Result<Format, Problem> {
    match asked {
        None | Some("json") => Ok(Format::Json),
        Some("csv") => Ok(Format::Csv),
        Some(_) => Err(wrong("format", "must be csv or json")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_json_unless_csv_is_asked_for() {
        let rows = [
            (None, Some(Format::Json)),
            (Some("json"), Some(Format::Json)),
            (Some("csv"), Some(Format::Csv)),
            (Some("pdf"), None),
            (Some("CSV"), None),
            (Some(""), None),
        ];
        for (asked, want) in rows {
            assert_eq!(format(asked).ok(), want, "{asked:?}");
        }
    }
}
