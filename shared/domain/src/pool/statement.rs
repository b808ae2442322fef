//! What the overage of a period comes to.

use serde::{Deserialize, Serialize};

use crate::money::{Money, MoneyError};
use crate::pool::entry::{Entry, Event};
use crate::terms::{OverageBasis, Pricing};
use crate::time::Millis;

/// Milliseconds in an hour.
const HOUR_MS: i128 = 3_600_000;

/// What an entry says of overage.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tick {
    /// When.
    pub at: Millis,
    /// Overage seats held after it.
    pub overage_held: u32,
    /// Overage seats that it checked out.
    pub checked_out: u32,
}

/// The overage of a period.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct OverageUse {
    /// Overage seats checked out.
    pub checkouts: u64,
    /// The most overage seats held at a time.
    pub peak: u32,
    /// Overage seats times the milliseconds that they were held.
    pub overage_ms: i64,
}

impl Tick {
    /// What the entry says.
    pub fn of(entry: &Entry) -> Self {
        let checked_out = match &entry.event {
            Event::CheckedOut { lease } => lease.seats.overage,
            _ => 0,
        };
        Self { at: entry.at, overage_held: entry.overage_held, checked_out }
    }
}

impl OverageUse {
    /// The overage from `from` until before `to`. `opening` overage seats are held when the period
    /// begins; `ticks` are in order, and those outside the period are passed over.
    pub fn within(from: Millis, to: Millis, opening: u32, ticks: &[Tick]) -> Self {
        let start = Self { peak: if from < to { opening } else { 0 }, ..Self::default() };
        let inside = ticks.iter().filter(|tick| from <= tick.at && tick.at < to);
        let (used, held, since) =
            inside.fold((start, opening, from), |(sum, held, since), tick| {
                (sum.plus(held, tick.at.since(since)).count(tick), tick.overage_held, tick.at)
            });
        used.plus(held, to.since(since).max(0))
    }

    /// `held` seats for `millis` more.
    fn plus(self, held: u32, millis: i64) -> Self {
        let more = i64::from(held).saturating_mul(millis);
        Self { overage_ms: self.overage_ms.saturating_add(more), ..self }
    }

    fn count(self, tick: &Tick) -> Self {
        let checkouts = self.checkouts.saturating_add(u64::from(tick.checked_out));
        Self { checkouts, peak: self.peak.max(tick.overage_held), ..self }
    }

    /// What it costs: exact, and rounded once, half up, where a seat's hours are not whole.
    ///
    /// # Errors
    /// `OutOfRange` when the amount is too large.
    pub fn cost(&self, pricing: &Pricing) -> Result<Money, MoneyError> {
        let price = pricing.overage_per_use;
        match pricing.overage_basis {
            OverageBasis::Checkout => price.checked_mul(self.checkouts),
            OverageBasis::Peak => price.checked_mul(u64::from(self.peak)),
            OverageBasis::SeatHour => {
                let product = i128::from(price.amount()) * i128::from(self.overage_ms);
                let minor = (product * 2 + HOUR_MS).div_euclid(HOUR_MS * 2);
                let minor = i64::try_from(minor).map_err(|_| MoneyError::OutOfRange)?;
                Money::new(minor, price.currency())
            }
        }
    }
}

/// What the commit quantity costs for `months`.
///
/// # Errors
/// `OutOfRange` when the amount is too large.
pub fn commit_fee(pricing: &Pricing, months: u32) -> Result<Money, MoneyError> {
    pricing.commit_fee_monthly.checked_mul(u64::from(months))
}
