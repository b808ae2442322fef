use proptest::prelude::*;

use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[test]
fn money_v1_reads_and_writes_the_same_bytes() {
    let bytes = r#"{"amount":2200000,"currency":"EUR"}"#;
    let money: Money = serde_json::from_str(bytes).unwrap();
    assert_eq!(money.decimal(), "22000.00");
    assert_eq!(serde_json::to_string(&money).unwrap(), bytes);
}

#[test]
fn what_is_no_money_is_refused() {
    let rows = [
        r#"{"amount":1.5,"currency":"EUR"}"#,
        r#"{"amount":1,"currency":"eur"}"#,
        r#"{"amount":1,"currency":"EURO"}"#,
        r#"{"amount":1,"currency":"€UR"}"#,
        r#"{"amount":1}"#,
        r#"{"amount":1,"currency":"EUR","note":"x"}"#,
        r#"{"amount":9007199254740992,"currency":"EUR"}"#,
        r#"{"amount":-9223372036854775808,"currency":"EUR"}"#,
    ];
    for row in rows {
        assert!(serde_json::from_str::<Money>(row).is_err(), "{row}");
    }
}

#[test]
fn decimal_text_becomes_minor_units_exactly() {
    let rows = [
        ("5000.0", "EUR", Ok(500_000)),
        ("500", "EUR", Ok(50_000)),
        ("0.29", "EUR", Ok(29)),
        ("12.340", "EUR", Ok(1234)),
        ("12.345", "EUR", Err(MoneyError::TooPrecise)),
        ("12.345", "KWD", Ok(12_345)),
        ("12.5", "JPY", Err(MoneyError::TooPrecise)),
        ("12.0", "JPY", Ok(12)),
        ("-0.01", "EUR", Ok(-1)),
        ("5e3", "EUR", Ok(500_000)),
        ("5e-1", "EUR", Ok(50)),
        ("0e30", "EUR", Ok(0)),
        ("90071992547409.91", "EUR", Ok(MAX_MINOR)),
        ("90071992547409.92", "EUR", Err(MoneyError::OutOfRange)),
        ("1e31", "EUR", Err(MoneyError::OutOfRange)),
        ("", "EUR", Err(MoneyError::NotDecimal)),
        ("1.", "EUR", Err(MoneyError::NotDecimal)),
        (".5", "EUR", Err(MoneyError::NotDecimal)),
        ("01", "EUR", Err(MoneyError::NotDecimal)),
        ("+1", "EUR", Err(MoneyError::NotDecimal)),
        ("1,5", "EUR", Err(MoneyError::NotDecimal)),
        ("NaN", "EUR", Err(MoneyError::NotDecimal)),
        ("1e", "EUR", Err(MoneyError::NotDecimal)),
    ];
    for (text, code, want) in rows {
        let got = Decimal::parse(text).and_then(|d| d.money(currency(code)));
        assert_eq!(got.map(Money::amount), want, "{text} {code}");
    }
}

#[test]
fn decimals_in_json_are_read_from_their_own_digits() {
    #[derive(serde::Deserialize)]
    struct Seed {
        commit_fee_monthly: Decimal,
        overage_per_use: Decimal,
    }
    let json = r#"{"commit_fee_monthly": 90071992547409.91, "overage_per_use": "500.00"}"#;
    let seed: Seed = serde_json::from_str(json).unwrap();
    assert_eq!(seed.commit_fee_monthly.money(Currency::EUR).unwrap().amount(), MAX_MINOR);
    assert_eq!(seed.overage_per_use.money(Currency::EUR).unwrap().decimal(), "500.00");
    for bad in ["true", "null", "[1]", "\"\"", "\"1 \""] {
        assert!(serde_json::from_str::<Decimal>(bad).is_err(), "{bad}");
    }
}

#[test]
fn sums_refuse_to_mix_currencies_or_to_wrap() {
    let eur = Money::new(5, Currency::EUR).unwrap();
    let most = Money::new(MAX_MINOR, Currency::EUR).unwrap();
    let usd = Money::new(5, Currency::USD).unwrap();
    assert_eq!(eur.checked_add(usd), Err(MoneyError::CurrencyMismatch));
    assert_eq!(eur.checked_add(most), Err(MoneyError::OutOfRange));
    assert_eq!(eur.checked_mul(44).map(Money::amount), Ok(220));
    assert_eq!(eur.checked_mul(u64::MAX), Err(MoneyError::OutOfRange));
    assert_eq!(most.checked_mul(2), Err(MoneyError::OutOfRange));
}

#[test]
fn small_and_negative_amounts_keep_their_zeros() {
    let rows = [
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (5, "JPY", "5"),
        (5, "KWD", "0.005"),
        (0, "EUR", "0.00"),
    ];
    for (amount, code, want) in rows {
        assert_eq!(Money::new(amount, currency(code)).unwrap().decimal(), want, "{amount} {code}");
    }
}

proptest! {
    #[test]
    fn decimal_text_leads_back_to_the_same_money(amount in -MAX_MINOR..=MAX_MINOR, code in "EUR|JPY|KWD") {
        let money = Money::new(amount, currency(&code)).unwrap();
        prop_assert_eq!(Decimal::parse(&money.decimal()).unwrap().money(currency(&code)), Ok(money));
    }
}
