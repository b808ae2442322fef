//! What a license is charged for a calendar month.

use crate::money::{Money, MoneyError};
use crate::pool::statement::{OverageUse, commit_fee};
use crate::terms::Pricing;

/// Milliseconds in a millionth of an hour, times ten, to keep it whole: 3.6.
const MICROHOUR_TENTHS: i128 = 36;

/// A line of a statement, in one currency.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Charge {
    /// For overage; rounded once.
    pub overage: Money,
    /// For the commit quantity.
    pub commit_fee: Money,
    /// Both.
    pub billable: Money,
}

impl Charge {
    /// The charge for what was used in a month, or in the part of it that is looked at. The commit fee is due whole, or
    /// not at all.
    ///
    /// # Errors
    /// `CurrencyMismatch` when the prices are in different currencies, `OutOfRange` when an amount is too large.
    pub fn of(pricing: &Pricing, used: &OverageUse, fee_due: bool) -> Result<Self, MoneyError> {
        let overage = used.cost(pricing)?;
        let commit_fee = commit_fee(pricing, u32::from(fee_due))?;
        Ok(Self { overage, commit_fee, billable: overage.checked_add(commit_fee)? })
    }
}

/// Seat-milliseconds as hours for people: decimal text with up to six places, rounded half up, without trailing zeros.
/// Amounts are computed from the milliseconds, never from this.
pub fn seat_hours(millis: i64) -> String {
    let micro = (i128::from(millis) * 20 + MICROHOUR_TENTHS).div_euclid(MICROHOUR_TENTHS * 2);
    let (sign, micro) = if micro < 0 { ("-", -micro) } else { ("", micro) };
    let text = format!("{sign}{}.{:06}", micro / 1_000_000, micro % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::terms::OverageBasis;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    fn pricing(fee: i64, price: i64, code: &str, overage_basis: OverageBasis) -> Pricing {
        Pricing {
            commit_fee_monthly: money(fee, code),
            overage_per_use: money(price, code),
            overage_basis,
        }
    }

    #[test]
    fn a_charge_is_overage_and_a_whole_fee_or_none() {
        let used = OverageUse { checkouts: 44, peak: 3, overage_ms: 5_400_000 };
        let rows = [
            (OverageBasis::Checkout, true, "22000.00", "5000.00", "27000.00"),
            (OverageBasis::Checkout, false, "22000.00", "0.00", "22000.00"),
            (OverageBasis::Peak, true, "1500.00", "5000.00", "6500.00"),
            (OverageBasis::SeatHour, true, "750.00", "5000.00", "5750.00"),
        ];
        for (basis, due, overage, fee, billable) in rows {
            let charge = Charge::of(&pricing(500_000, 50_000, "EUR", basis), &used, due).unwrap();
            let got = [charge.overage, charge.commit_fee, charge.billable].map(Money::decimal);
            assert_eq!(got, [overage, fee, billable], "{basis:?} {due}");
        }
    }

    #[test]
    fn currencies_keep_their_own_digits() {
        let used = OverageUse { checkouts: 44, ..OverageUse::default() };
        for (code, want) in [("JPY", "27000"), ("KWD", "27.000"), ("EUR", "270.00")] {
            let prices = pricing(5_000, 500, code, OverageBasis::Checkout);
            assert_eq!(
                Charge::of(&prices, &used, true).unwrap().billable.decimal(),
                want,
                "{code}"
            );
        }
    }

    #[test]
    fn prices_in_two_currencies_cannot_be_charged() {
        let mut mixed = pricing(5, 5, "EUR", OverageBasis::Checkout);
        mixed.commit_fee_monthly = money(5, "USD");
        let none = OverageUse::default();
        assert_eq!(Charge::of(&mixed, &none, true), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn hours_are_told_to_a_millionth() {
        let rows = [
            (0, "0"),
            (1, "0"),
            (2, "0.000001"),
            (3_600, "0.001"),
            (5_400_000, "1.5"),
            (1_200_000, "0.333333"),
            (2_400_000, "0.666667"),
            (36_000_000, "10"),
            (i64::MAX, "2562047788015.215502"),
        ];
        for (millis, want) in rows {
            assert_eq!(seat_hours(millis), want, "{millis}");
        }
    }
}
