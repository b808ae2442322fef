//! Decimal numbers as callers write them (`5000.0`), read digit by digit.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::money::{Currency, Money, MoneyError};

/// More digits than any amount in range needs.
const MAX_DIGITS: usize = 30;

/// An exact decimal number: `mantissa` times ten to the power of `-places`, without trailing zeros.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "f64"))]
pub struct Decimal {
    mantissa: i128,
    places: i32,
}

impl Decimal {
    /// Reads the grammar of JSON numbers: `5000.0`, `500`, `-1.25`, `5e3`.
    ///
    /// # Errors
    /// `NotDecimal` for anything else, `OutOfRange` for more than 30 digits or an exponent beyond 30.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (number, exponent) =
            rest.split_once(['e', 'E']).map_or((rest, Ok(0)), |(n, e)| (n, power(e)));
        let (whole, fraction) =
            number.split_once('.').map_or((number, None), |(w, f)| (w, Some(f)));
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !is_digits(whole) || leading_zero || !fraction.is_none_or(is_digits) {
            return Err(MoneyError::NotDecimal);
        }
        let fraction = fraction.unwrap_or_default().trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        if digits.len() > MAX_DIGITS {
            return Err(MoneyError::OutOfRange);
        }
        let mantissa: i128 = digits.parse().map_err(|_| MoneyError::NotDecimal)?;
        let places = i32::try_from(fraction.len()).map_err(|_| MoneyError::OutOfRange)? - exponent?;
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, places })
    }

    /// The amount in `currency`, exactly.
    ///
    /// # Errors
    /// `TooPrecise` when a non-zero digit is smaller than the minor unit, `OutOfRange` when too large.
    pub fn money(self, currency: Currency) -> Result<Money, MoneyError> {
        let shift = i64::from(currency.exponent()) - i64::from(self.places);
        let factor = u32::try_from(shift.unsigned_abs()).ok().and_then(|n| 10_i128.checked_pow(n));
        let minor = match factor {
            _ if self.mantissa == 0 => 0,
            Some(factor) if shift >= 0 => {
                self.mantissa.checked_mul(factor).ok_or(MoneyError::OutOfRange)?
            }
            Some(factor) if self.mantissa % factor == 0 => self.mantissa / factor,
            None if shift >= 0 => return Err(MoneyError::OutOfRange),
            _ => return Err(MoneyError::TooPrecise),
        };
        Money::new(i64::try_from(minor).map_err(|_| MoneyError::OutOfRange)?, currency)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn power(text: &str) -> Result<i32, MoneyError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) {
        return Err(MoneyError::NotDecimal);
    }
    let power: i32 = text.parse().map_err(|_| MoneyError::OutOfRange)?;
    if power.abs() <= 30 { Ok(power) } else { Err(MoneyError::OutOfRange) }
}

impl<'de> Deserialize<'de> for Decimal {
    /// From a JSON number or a JSON string that holds one. The number's own text is read, so the
    /// value must come straight from text (`serde_json::from_str`), not from a `serde_json::Value`
    /// with a fraction in it, which has been a float already.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        Self::parse(text).map_err(D::Error::custom)
    }
}
