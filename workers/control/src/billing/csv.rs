//! A statement as CSV (RFC 4180), with seed 3's columns.

use std::borrow::Cow;

use edge::door::Outbound;
use wire::billing::Statement;

const HEADER: &str = "CRM_Account_ID,Customer_Name,Product,Total_Overage_Checkouts,Total_Cost,Currency,Billing_Period\r\n";

/// The statement as a file to save.
pub fn answer(statement: &Statement) -> Outbound {
    let mut out = Outbound::json(200, text(statement));
    let period = &statement.period;
    let file = format!("attachment; filename=\"overage_{}_{}.csv\"", period.start, period.end);
    out.set("content-type", "text/csv; charset=utf-8; header=present");
    out.set("content-disposition", file);
    out
}

/// One record per line with a price; a license without prices costs nothing that could be written here.
pub fn text(statement: &Statement) -> String {
    let mut text = HEADER.to_owned();
    for customer in &statement.customers {
        for line in &customer.products {
            let Some(charge) = &line.charge else { continue };
            let account = customer.crm_account_id.as_deref().unwrap_or_default();
            for cell in [account, &customer.customer_name, &line.product_name] {
                text.push_str(&cell_of(cell));
                text.push(',');
            }
            let (cost, month) = (charge.overage_cost.text(), &line.billing_period);
            let rest = format!("{},{cost},{},{month}\r\n", line.overage_checkouts, charge.currency);
            text.push_str(&rest);
        }
    }
    text
}

/// A text as a cell. A spreadsheet takes what begins with `=`, `+`, `-`, `@` or a control character for a formula, which
/// could be made to send the sheet somewhere: an apostrophe before it makes it text.
fn cell_of(text: &str) -> Cow<'_, str> {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    };
    if text.contains([',', '"', '\r', '\n']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_are_no_formulas() {
        let rows = [
            ("Mercedes-Benz AG", "Mercedes-Benz AG"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=HYPERLINK(\"http://x\",1)", "\"'=HYPERLINK(\"\"http://x\"\",1)\""),
            ("ACC-98765", "ACC-98765"),
            ("Müller & Söhne", "Müller & Söhne"),
        ];
        for (text, want) in rows {
            assert_eq!(cell_of(text), want, "{text:?}");
        }
    }
}
