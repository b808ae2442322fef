//! From books to a statement: plain functions of plain values.

use std::collections::BTreeMap;

use domain::id::{LicenseId, TenantId};
use domain::money::{Currency, Money, MoneyError};
use domain::pool::charge::{Charge, seat_hours};
use domain::pool::statement::OverageUse;
use domain::terms::Pricing;
use store::data::seat_use::BilledRow;
use wire::billing::{
    LineCharge, Period as PeriodView, Statement, StatementCustomer, StatementLine, StatementTotal,
};
use wire::problem::Problem;

use crate::billing::period::Step;
use crate::billing::read::Books;

/// A customer on a statement: CRM account and tenant.
type Who = (Option<String>, TenantId);
type Customers = BTreeMap<Who, StatementCustomer>;

/// The statement of `vendor`. A license has a line for each of `months` in which it is valid for an instant, and for
/// each in which its overage seats were used though it is not: leases outlive their license. With `account`, what
/// belongs to other accounts is left out.
///
/// # Errors
/// `invalid-request` when an amount is out of range, or a license has prices in two currencies.
pub fn of(
    vendor: &TenantId,
    period: PeriodView,
    months: &[Step],
    books: Books,
    account: Option<&str>,
) -> Result<Statement, Problem> {
    let mut totals = Totals::default();
    let mut customers = Customers::new();
    let Books { licenses, used, products, accounts } = books;
    for license in licenses {
        let crm = license.crm_account_id.as_ref().or_else(|| accounts.get(&license.tenant_id));
        if account.is_some() && crm.map(String::as_str) != account {
            continue;
        }
        let who = (crm.cloned(), license.tenant_id.clone());
        for (number, (month, span)) in months.iter().enumerate() {
            let used = used.get(&(license.id.clone(), number)).copied().unwrap_or_default();
            let valid = license.valid_within(*span);
            if !valid && (used.checkouts, used.peak) == (0, 0) {
                continue;
            }
            let charge =
                charge(&license, &used, valid).map_err(|error| refused(&license.id, error))?;
            if let Some((_, charge)) = &charge {
                totals.add(charge).map_err(|error| refused(&license.id, error))?;
            }
            let name =
                products.get(&license.product).map_or(license.product.as_str(), String::as_str);
            let line = line(&license, name, month, &used, charge);
            let customer = customers.entry(who.clone());
            customer
                .or_insert_with(|| named(&who, license.customer_name.as_ref()))
                .products
                .push(line);
        }
    }
    Ok(totals.statement(vendor.clone(), period, sorted(customers)))
}

type Priced<'a> = (&'a Pricing, Charge);

fn charge<'a>(
    license: &'a BilledRow,
    used: &OverageUse,
    fee_due: bool,
) -> Result<Option<Priced<'a>>, MoneyError> {
    let of = |pricing| Charge::of(pricing, used, fee_due).map(|charge| (pricing, charge));
    license.pricing.as_ref().map(of).transpose()
}

fn refused(license: &LicenseId, error: MoneyError) -> Problem {
    Problem::field("", format!("{license} cannot be charged: {error}"))
}

fn line(
    license: &BilledRow,
    name: &str,
    month: &str,
    used: &OverageUse,
    charge: Option<Priced<'_>>,
) -> StatementLine {
    StatementLine {
        product_id: license.product.clone(),
        product_name: name.to_owned(),
        license_id: license.id.clone(),
        billing_period: month.to_owned(),
        overage_checkouts: used.checkouts,
        peak_overage: used.peak,
        overage_seat_hours: seat_hours(used.overage_ms),
        charge: charge.map(|(pricing, charge)| LineCharge {
            overage_basis: pricing.overage_basis,
            currency: charge.billable.currency(),
            overage_cost: charge.overage.into(),
            commit_fee: charge.commit_fee.into(),
            total_billable: charge.billable.into(),
        }),
    }
}

/// A customer without a profile goes by its tenant id.
fn named((account, tenant): &Who, name: Option<&String>) -> StatementCustomer {
    StatementCustomer {
        crm_account_id: account.clone(),
        tenant_id: tenant.clone(),
        customer_name: name.cloned().unwrap_or_else(|| tenant.to_string()),
        products: Vec::new(),
    }
}

/// By account and tenant, then by product, license and month.
fn sorted(customers: Customers) -> Vec<StatementCustomer> {
    let sort = |mut customer: StatementCustomer| {
        customer.products.sort_by(|a, b| {
            let key = |line: &StatementLine| (line.product_id.clone(), line.license_id.clone());
            key(a).cmp(&key(b)).then_with(|| a.billing_period.cmp(&b.billing_period))
        });
        customer
    };
    customers.into_values().map(sort).collect()
}

/// Sums of rounded lines, per currency.
#[derive(Default)]
struct Totals(BTreeMap<Currency, Charge>);

impl Totals {
    fn add(&mut self, charge: &Charge) -> Result<(), MoneyError> {
        let sum = match self.0.get(&charge.billable.currency()) {
            None => *charge,
            Some(sum) => Charge {
                overage: sum.overage.checked_add(charge.overage)?,
                commit_fee: sum.commit_fee.checked_add(charge.commit_fee)?,
                billable: sum.billable.checked_add(charge.billable)?,
            },
        };
        self.0.insert(charge.billable.currency(), sum);
        Ok(())
    }

    /// The only currency's sum; none when there are several.
    fn only(&self) -> Option<Money> {
        let mut sums = self.0.values();
        sums.next().filter(|_| sums.next().is_none()).map(|sum| sum.overage)
    }

    fn statement(
        self,
        vendor_id: TenantId,
        period: PeriodView,
        customers: Vec<StatementCustomer>,
    ) -> Statement {
        let only = self.only();
        let total = |(currency, sum): (Currency, Charge)| StatementTotal {
            currency,
            overage: sum.overage.into(),
            commit_fees: sum.commit_fee.into(),
            billable: sum.billable.into(),
        };
        Statement {
            vendor_id,
            period,
            total_overage_revenue: only.map(Into::into),
            currency: only.map(Money::currency),
            totals: self.0.into_iter().map(total).collect(),
            customers,
        }
    }
}

#[cfg(test)]
mod tests;
