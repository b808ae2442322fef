//! Statements of overage, and the use of floating seats over time.

use domain::id::{LicenseId, ProductId, TenantId};
use domain::money::{Currency, Decimal, Money};
use domain::terms::OverageBasis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

use crate::day::Day;
use crate::time::Instant;

/// An amount as seed 3 writes it: a JSON number with exactly the currency's decimal places (`22000.00`, `500` yen).
/// Its digits never pass through a float on our side; who needs them exact reads the number's text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Amount(String);

impl Amount {
    /// The digits.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.decimal())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Decimal::parse(raw.get()).map_err(de::Error::custom)?;
        Ok(Self(raw.get().to_owned()))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "number",
            "description": "A decimal number with exactly the currency's decimal places: 22000.00."
        })
    }
}

/// Days, both included, in UTC.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
    /// What happened before this instant is in; missing when the period is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

/// What customers owe an issuer for floating seats (seed 3, completed).
// Only written: a flattened part that holds amounts as raw numbers could not be read back.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// The issuer.
    pub vendor_id: TenantId,
    /// What it covers.
    pub period: Period,
    /// The sum of overage; missing unless there is exactly one currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_overage_revenue: Option<Amount>,
    /// The only currency; missing unless there is exactly one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The sums of the lines, per currency.
    pub totals: Vec<StatementTotal>,
    /// By CRM account and tenant.
    pub customers: Vec<StatementCustomer>,
}

/// The sums in one currency.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementTotal {
    /// In which currency.
    pub currency: Currency,
    /// For overage.
    pub overage: Amount,
    /// For commit quantities.
    pub commit_fees: Amount,
    /// Both.
    pub billable: Amount,
}

/// What one customer owes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementCustomer {
    /// The issuer's name of the customer: the license's own, else the first account linked to the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_account_id: Option<String>,
    /// The customer.
    pub tenant_id: TenantId,
    /// For people.
    pub customer_name: String,
    /// One line per license and calendar month.
    pub products: Vec<StatementLine>,
}

/// One license in one calendar month, or in the part of it that the period covers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementLine {
    /// The product.
    pub product_id: ProductId,
    /// For people.
    pub product_name: String,
    /// The license.
    pub license_id: LicenseId,
    /// The month: `2025-11`.
    pub billing_period: String,
    /// Overage seats checked out.
    pub overage_checkouts: u64,
    /// The most overage seats held at a time.
    pub peak_overage: u32,
    /// Hours of overage seats: decimal text with up to six places.
    pub overage_seat_hours: String,
    /// What it comes to; missing when the license has no prices.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub charge: Option<LineCharge>,
}

/// What a line comes to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineCharge {
    /// Which of the three figures is charged.
    pub overage_basis: OverageBasis,
    /// In which currency.
    pub currency: Currency,
    /// For overage.
    pub overage_cost: Amount,
    /// For the commit quantity.
    pub commit_fee: Amount,
    /// Both.
    pub total_billable: Amount,
}

/// The use of a license's floating seats over time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatUse {
    /// The license.
    pub license_id: LicenseId,
    /// What it covers.
    pub period: Period,
    /// How long a step is.
    pub by: StepLength,
    /// Every step of the period that has begun, in order.
    pub steps: Vec<SeatStep>,
}

/// How long a step is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepLength {
    /// A day in UTC.
    #[default]
    Day,
    /// A calendar month in UTC, or the part of it that the period covers.
    Month,
}

/// The use of floating seats in a day or month.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatStep {
    /// Which one: `2025-11-30` or `2025-11`.
    pub step: String,
    /// Seats checked out, those shared with another lease included.
    pub checkouts: u64,
    /// Overage seats taken by them.
    pub overage_checkouts: u64,
    /// Refusals.
    pub denials: u64,
    /// The most seats held at a time.
    pub peak_held: u32,
    /// The most overage seats held at a time.
    pub peak_overage: u32,
    /// Hours that seats were held: decimal text with up to six places.
    pub seat_hours: SeatHours,
}

/// Hours of seats, as decimal text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatHours {
    /// Of seats within the price.
    pub commit: String,
    /// Of seats above it.
    pub overage: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::MAX_MINOR;

    fn amount(minor: i64, code: &str) -> Amount {
        Money::new(minor, Currency::parse(code).unwrap()).unwrap().into()
    }

    #[test]
    fn amounts_are_numbers_with_the_currencys_digits() {
        let rows = [
            (2_200_000, "EUR", "22000.00"),
            (MAX_MINOR, "EUR", "90071992547409.91"),
            (500, "JPY", "500"),
            (1_500, "KWD", "1.500"),
            (0, "EUR", "0.00"),
            (-5, "EUR", "-0.05"),
        ];
        for (minor, code, want) in rows {
            assert_eq!(serde_json::to_string(&amount(minor, code)).unwrap(), want);
            let again: Amount = serde_json::from_str(want).unwrap();
            assert_eq!(again, amount(minor, code), "{want}");
        }
        for bad in ["\"1\"", "true", "[1]"] {
            assert!(serde_json::from_str::<Amount>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_with_prices_is_one_flat_object() {
        let charge = LineCharge {
            overage_basis: OverageBasis::Checkout,
            currency: Currency::EUR,
            overage_cost: amount(2_200_000, "EUR"),
            commit_fee: amount(500_000, "EUR"),
            total_billable: amount(2_700_000, "EUR"),
        };
        let line = StatementLine {
            product_id: ProductId::parse("davinci-configurator-se").unwrap(),
            product_name: "DaVinci Configurator SE".into(),
            license_id: LicenseId::new(domain::place::Shard::Eu, [1; 16]),
            billing_period: "2025-11".into(),
            overage_checkouts: 44,
            peak_overage: 3,
            overage_seat_hours: "1.5".into(),
            charge: Some(charge),
        };
        let text = serde_json::to_string(&line).unwrap();
        let tail = r#""overage_basis":"checkout","currency":"EUR","overage_cost":22000.00,"commit_fee":5000.00,"total_billable":27000.00}"#;
        assert!(text.ends_with(tail), "{text}");
        let bare = serde_json::to_string(&StatementLine { charge: None, ..line }).unwrap();
        assert!(bare.ends_with(r#""overage_seat_hours":"1.5"}"#), "{bare}");
    }
}
