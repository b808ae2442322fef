use std::collections::BTreeMap;

use domain::id::ProductId;
use domain::license::Standing;
use domain::terms::OverageBasis;
use domain::time::Millis;
use store::data::seat_use::Span;
use testkit::{license, tenant};
use wire::day::Day;

use super::*;
use crate::billing::csv;

fn at(day: &str) -> Millis {
    Day::parse(day).unwrap().starts()
}

fn span(start: &str, end: &str) -> Span {
    (at(start), Day::parse(end).unwrap().ends())
}

fn november() -> Vec<Step> {
    vec![("2025-11".to_owned(), span("2025-11-01", "2025-11-30"))]
}

fn period() -> PeriodView {
    let day = |text| Day::parse(text).unwrap();
    PeriodView { start: day("2025-11-01"), end: day("2025-11-30"), until: None }
}

/// A commit fee and a price for overage, in minor units.
fn pricing(fee: i64, price: i64, code: &str, overage_basis: OverageBasis) -> Pricing {
    let money = |minor| Money::new(minor, Currency::parse(code).unwrap()).unwrap();
    Pricing { commit_fee_monthly: money(fee), overage_per_use: money(price), overage_basis }
}

/// License `n` of `holder` for 2025, with seed 3's prices and CRM account `account`.
fn billed(n: u8, holder: &str, name: &str, account: Option<&str>) -> BilledRow {
    BilledRow {
        tenant_id: tenant(holder),
        customer_name: Some(name.to_owned()),
        id: license(n).id,
        product: ProductId::parse("davinci-configurator-se").unwrap(),
        standing: Standing::Active,
        starts_ms: at("2025-01-01"),
        ends_ms: Some(at("2026-01-01")),
        updated_ms: at("2025-01-01"),
        crm_account_id: account.map(str::to_owned),
        pricing: Some(pricing(500_000, 50_000, "EUR", OverageBasis::Checkout)),
    }
}

fn used(checkouts: u64, peak: u32, overage_ms: i64) -> OverageUse {
    OverageUse { checkouts, peak, overage_ms }
}

/// Licenses with what was used of each in the first month.
fn books(licenses: Vec<(BilledRow, OverageUse)>) -> Books {
    let davinci = ProductId::parse("davinci-configurator-se").unwrap();
    let used = licenses.iter().map(|(row, used)| ((row.id.clone(), 0), *used)).collect();
    Books {
        licenses: licenses.into_iter().map(|(row, _)| row).collect(),
        used,
        products: [(davinci, "DaVinci Configurator SE".to_owned())].into(),
        accounts: BTreeMap::new(),
    }
}

fn statement(books: Books) -> Statement {
    of(&tenant("vector-de"), period(), &november(), books, None).unwrap()
}

/// Seed 3's two customers.
fn seed() -> Books {
    let hour = 3_600_000;
    books(vec![
        (billed(1, "mercedes", "Mercedes-Benz AG", Some("ACC-98765")), used(44, 13, 3 * hour / 2)),
        (billed(2, "bmw", "BMW AG", Some("ACC-54321")), used(12, 5, hour)),
    ])
}

#[test]
fn seed_3s_csv_has_its_columns_and_figures() {
    let want = "CRM_Account_ID,Customer_Name,Product,Total_Overage_Checkouts,Total_Cost,Currency,Billing_Period\r\n\
                ACC-54321,BMW AG,DaVinci Configurator SE,12,6000.00,EUR,2025-11\r\n\
                ACC-98765,Mercedes-Benz AG,DaVinci Configurator SE,44,22000.00,EUR,2025-11\r\n";
    let statement = statement(seed());
    assert_eq!(csv::text(&statement), want);
    let out = csv::answer(&statement);
    let header =
        |name: &str| out.headers.iter().find(|(held, _)| *held == name).unwrap().1.as_str();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8; header=present");
    let file = "attachment; filename=\"overage_2025-11-01_2025-11-30.csv\"";
    assert_eq!((header("content-disposition"), out.status), (file, 200));
}

#[test]
fn seed_3s_json_has_its_members_and_figures() {
    let text = serde_json::to_string(&statement(seed())).unwrap();
    let (mercedes, bmw) = (license(1).id, license(2).id);
    let want = format!(
        concat!(
            r#"{{"vendor_id":"vector-de","period":{{"start":"2025-11-01","end":"2025-11-30"}},"#,
            r#""total_overage_revenue":28000.00,"currency":"EUR","#,
            r#""totals":[{{"currency":"EUR","overage":28000.00,"commit_fees":10000.00,"billable":38000.00}}],"#,
            r#""customers":[{{"crm_account_id":"ACC-54321","tenant_id":"bmw","customer_name":"BMW AG","products":["#,
            r#"{{"product_id":"davinci-configurator-se","product_name":"DaVinci Configurator SE","license_id":"{bmw}","#,
            r#""billing_period":"2025-11","overage_checkouts":12,"peak_overage":5,"overage_seat_hours":"1","#,
            r#""overage_basis":"checkout","currency":"EUR","overage_cost":6000.00,"commit_fee":5000.00,"#,
            r#""total_billable":11000.00}}]}},"#,
            r#"{{"crm_account_id":"ACC-98765","tenant_id":"mercedes","customer_name":"Mercedes-Benz AG","products":["#,
            r#"{{"product_id":"davinci-configurator-se","product_name":"DaVinci Configurator SE","license_id":"{mercedes}","#,
            r#""billing_period":"2025-11","overage_checkouts":44,"peak_overage":13,"overage_seat_hours":"1.5","#,
            r#""overage_basis":"checkout","currency":"EUR","overage_cost":22000.00,"commit_fee":5000.00,"#,
            r#""total_billable":27000.00}}]}}]}}"#
        ),
        mercedes = mercedes,
        bmw = bmw
    );
    assert_eq!(text, want);
}

#[test]
fn each_basis_charges_its_own_figure() {
    let rows = [
        (OverageBasis::Checkout, "22000.00"),
        (OverageBasis::Peak, "6500.00"),
        (OverageBasis::SeatHour, "750.00"),
    ];
    for (basis, cost) in rows {
        let mut books = seed();
        books.licenses.truncate(1);
        books.licenses[0].pricing = Some(pricing(500_000, 50_000, "EUR", basis));
        let csv = csv::text(&statement(books));
        assert!(csv.contains(&format!(",44,{cost},EUR,2025-11\r\n")), "{basis:?}: {csv}");
    }
}

#[test]
fn a_line_is_rounded_once_and_totals_are_sums_of_lines() {
    // A third of an hour at 0.50 is 16.67 cents: 17 on each line, 51 in the sum, though 3 thirds are 50.
    let row = |n| {
        let mut row = billed(n, "acme", "Acme", Some("A"));
        row.pricing = Some(pricing(0, 50, "EUR", OverageBasis::SeatHour));
        (row, used(1, 1, 1_200_000))
    };
    let statement = statement(books(vec![row(1), row(2), row(3)]));
    assert_eq!(statement.totals[0].overage.text(), "0.51");
    assert_eq!(csv::text(&statement).matches(",0.17,EUR,").count(), 3);
}

#[test]
fn currencies_have_their_own_digits_and_totals() {
    let row = |n, code| {
        let mut row = billed(n, "acme", "Acme", Some("A"));
        row.pricing = Some(pricing(5_000, 500, code, OverageBasis::Checkout));
        (row, used(44, 1, 0))
    };
    let statement = statement(books(vec![row(1, "KWD"), row(2, "JPY"), row(3, "EUR")]));
    assert_eq!((statement.total_overage_revenue.clone(), statement.currency), (None, None));
    let totals: Vec<_> = statement
        .totals
        .iter()
        .map(|total| (total.currency.to_string(), total.billable.text().to_owned()))
        .collect();
    let want = [("EUR", "270.00"), ("JPY", "27000"), ("KWD", "27.000")];
    assert_eq!(totals, want.map(|(code, sum)| (code.to_owned(), sum.to_owned())));
    let csv = csv::text(&statement);
    for cells in [",44,22.000,KWD,", ",44,22000,JPY,", ",44,220.00,EUR,"] {
        assert!(csv.contains(cells), "{cells} in {csv}");
    }
}

#[test]
fn a_license_without_prices_is_listed_without_amounts_and_not_in_csv() {
    let mut row = billed(1, "acme", "Acme", Some("A"));
    row.pricing = None;
    let statement = statement(books(vec![(row, used(7, 2, 3_600_000))]));
    let json = serde_json::to_value(&statement).unwrap();
    let line = &json["customers"][0]["products"][0];
    assert_eq!((&line["overage_checkouts"], &line["overage_seat_hours"]), (&7.into(), &"1".into()));
    for member in ["overage_cost", "commit_fee", "total_billable", "currency", "overage_basis"] {
        assert!(line.get(member).is_none(), "{member}");
    }
    assert_eq!(json["totals"], serde_json::json!([]));
    assert!(json.get("currency").is_none() && json.get("total_overage_revenue").is_none());
    assert_eq!(csv::text(&statement).lines().count(), 1, "the header alone");
}

#[test]
fn a_license_has_a_line_and_a_fee_for_each_month_in_which_it_is_valid_for_an_instant() {
    let months = || {
        vec![
            ("2025-10".to_owned(), span("2025-10-15", "2025-10-31")),
            ("2025-11".to_owned(), span("2025-11-01", "2025-11-30")),
            ("2025-12".to_owned(), span("2025-12-01", "2025-12-10")),
        ]
    };
    let second = |day: &str| at(day).plus(1);
    let all = ["2025-10", "2025-11", "2025-12"];
    let rows: [(&str, Millis, Option<Millis>, &[&str]); 7] = [
        ("all along", at("2025-01-01"), None, &all),
        ("ended before", at("2025-01-01"), Some(at("2025-10-15")), &[]),
        ("ended in the first instant", at("2025-01-01"), Some(second("2025-10-15")), &all[..1]),
        ("ended with a month", at("2025-01-01"), Some(at("2025-11-01")), &all[..1]),
        ("an instant of November", at("2025-01-01"), Some(second("2025-11-01")), &all[..2]),
        ("starts after", at("2025-12-11"), None, &[]),
        ("starts on the last day", at("2025-12-10"), None, &all[2..]),
    ];
    for (name, starts_ms, ends_ms, want) in rows {
        let row = BilledRow { starts_ms, ends_ms, ..billed(1, "acme", "Acme", None) };
        let books = Books { licenses: vec![row], ..Books::default() };
        let got = of(&tenant("vector-de"), period(), &months(), books, None).unwrap();
        let lines: Vec<_> = got.customers.iter().flat_map(|customer| &customer.products).collect();
        let seen: Vec<_> = lines.iter().map(|line| line.billing_period.as_str()).collect();
        assert_eq!(seen, want, "{name}");
        let fees =
            lines.iter().filter_map(|line| line.charge.as_ref()).map(|c| c.commit_fee.text());
        assert!(fees.clone().count() == want.len() && fees.into_iter().all(|f| f == "5000.00"));
    }
}

#[test]
fn what_is_used_after_the_end_is_charged_without_a_fee() {
    let ended = |mut row: BilledRow| {
        row.ends_ms = Some(at("2025-10-31"));
        row
    };
    let late = (ended(billed(1, "acme", "Acme", None)), used(0, 2, 7_200_000));
    let none = (ended(billed(2, "acme", "Acme", None)), used(0, 0, 0));
    let statement = statement(books(vec![late, none]));
    let lines = &statement.customers[0].products;
    assert_eq!((lines.len(), lines[0].peak_overage), (1, 2));
    assert_eq!(lines[0].charge.as_ref().unwrap().commit_fee.text(), "0.00");
}

#[test]
fn a_license_belongs_to_its_own_account_else_to_the_first_of_its_holder() {
    let books = || {
        let none = used(0, 0, 0);
        let mut books = books(vec![
            (billed(1, "acme", "Acme", Some("B")), none),
            (billed(2, "acme", "Acme", None), none),
            (billed(3, "globex", "Globex", None), none),
        ]);
        books.accounts = [(tenant("acme"), "A".to_owned())].into();
        books
    };
    let who = |statement: &Statement| {
        let who = |c: &StatementCustomer| (c.crm_account_id.clone(), c.tenant_id.to_string());
        statement.customers.iter().map(who).collect::<Vec<_>>()
    };
    let row = |account: Option<&str>, holder: &str| (account.map(str::to_owned), holder.to_owned());
    let all = statement(books());
    assert_eq!(who(&all), [row(None, "globex"), row(Some("A"), "acme"), row(Some("B"), "acme")]);
    for (account, want) in [("A", vec![row(Some("A"), "acme")]), ("C", vec![])] {
        let only = of(&tenant("v1"), period(), &november(), books(), Some(account)).unwrap();
        assert_eq!(who(&only), want, "{account}");
    }
}

#[test]
fn nothing_has_neither_currency_nor_lines() {
    let text = serde_json::to_string(&statement(Books::default())).unwrap();
    assert!(text.ends_with(r#""totals":[],"customers":[]}"#), "{text}");
}

#[test]
fn what_cannot_be_charged_is_named() {
    let mut mixed = billed(1, "acme", "Acme", None);
    let mut prices = pricing(1, 1, "EUR", OverageBasis::Checkout);
    prices.overage_per_use = Money::new(1, Currency::USD).unwrap();
    mixed.pricing = Some(prices);
    let huge = (billed(2, "acme", "Acme", None), used(u64::MAX, 0, 0));
    for (row, id) in [((mixed, used(1, 1, 1)), license(1).id), (huge, license(2).id)] {
        let problem = of(&tenant("v1"), period(), &november(), books(vec![row]), None).unwrap_err();
        assert_eq!(problem.code, "invalid-request");
        assert!(problem.errors[0].detail.starts_with(id.as_str()));
    }
}

#[test]
fn names_that_are_missing_are_ids() {
    let mut row = billed(1, "acme", "Acme", None);
    row.customer_name = None;
    row.product = ProductId::parse("unnamed").unwrap();
    let statement = statement(books(vec![(row, used(1, 1, 1))]));
    let customer = &statement.customers[0];
    assert_eq!(
        (customer.customer_name.as_str(), customer.products[0].product_name.as_str()),
        ("acme", "unnamed")
    );
}
