//! Money: whole minor units with a currency. Sums are checked and never pass through a float.

mod currency;
mod decimal;

use serde::{Deserialize, Serialize};

pub use currency::Currency;
pub use decimal::Decimal;

/// Amounts stay within what JSON readers and D1 keep exactly: 2^53 - 1 minor units.
pub const MAX_MINOR: i64 = (1 << 53) - 1;

/// An amount in minor units of its currency: `{"amount": 2200000, "currency": "EUR"}` is 22,000.00 EUR.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Plain")]
pub struct Money {
    amount: i64,
    currency: Currency,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Money"))]
#[serde(deny_unknown_fields)]
struct Plain {
    amount: i64,
    currency: Currency,
}

/// Why there is no such amount of money.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MoneyError {
    /// Not three letters of ISO 4217.
    #[error("is not a currency code of three capital letters")]
    Currency,
    /// The two sides of a sum differ.
    #[error("amounts of different currencies cannot be added")]
    CurrencyMismatch,
    /// Beyond [`MAX_MINOR`].
    #[error("the amount is out of range")]
    OutOfRange,
    /// Not a decimal number.
    #[error("is not a decimal number")]
    NotDecimal,
    /// A fraction that the currency cannot express.
    #[error("has more decimal places than the currency has")]
    TooPrecise,
}

impl Money {
    /// `amount` minor units of `currency`.
    ///
    /// # Errors
    /// `OutOfRange` beyond [`MAX_MINOR`] on either side of zero.
    pub const fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if amount.unsigned_abs() > MAX_MINOR.unsigned_abs() {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self { amount, currency })
    }

    /// Minor units: cents for EUR, yen for JPY.
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// `CurrencyMismatch` when the currencies differ, `OutOfRange` when the sum is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?;
        Self::new(amount, self.currency)
    }

    /// `quantity` times the amount: a unit price becomes a line.
    ///
    /// # Errors
    /// `OutOfRange` when the product is too large.
    pub fn checked_mul(self, quantity: u64) -> Result<Self, MoneyError> {
        let quantity = i64::try_from(quantity).map_err(|_| MoneyError::OutOfRange)?;
        let amount = self.amount.checked_mul(quantity).ok_or(MoneyError::OutOfRange)?;
        Self::new(amount, self.currency)
    }

    /// Decimal text with exactly the currency's decimal places: `22000.00` for EUR, `500` for JPY.
    pub fn decimal(self) -> String {
        let sign = if self.amount < 0 { "-" } else { "" };
        let places = self.currency.exponent();
        let unit = 10_u64.pow(places);
        let minor = self.amount.unsigned_abs();
        let (whole, fraction) = (minor / unit, minor % unit);
        match places {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{fraction:0width$}", width = places as usize),
        }
    }
}

impl TryFrom<Plain> for Money {
    type Error = MoneyError;
    fn try_from(plain: Plain) -> Result<Self, MoneyError> {
        Self::new(plain.amount, plain.currency)
    }
}

#[cfg(test)]
mod tests;
