//! The terms of a new license: the plan's, then the entitlement's seats, then what the request changes.

use domain::money::{Currency, Decimal, Money, MoneyError};
use domain::terms::{Pricing, Terms};
use domain::usage::Metric;
use edge::terms::check;
use wire::issue::{Entitlement, GenerateRequest, SeedPricing};
use wire::problem::Problem;

/// The terms, normalized and within bounds.
///
/// # Errors
/// `invalid-request`, with a pointer to the first field that does not fit.
pub fn build(plan: Option<&Terms>, request: &GenerateRequest) -> Result<Terms, Problem> {
    let mut terms = plan.cloned().unwrap_or_else(usual);
    if let Some(entitlement) = &request.entitlement {
        seats(&mut terms, entitlement)?;
    }
    if let Some(versions) = &request.product.version {
        terms.versions = Some(versions.clone());
    }
    let terms = match &request.terms {
        Some(patch) => patch.apply(terms),
        None => terms.normalized(),
    };
    check(&terms, "/terms")?;
    Ok(terms)
}

/// Without a plan: nothing is limited, and the usual times hold.
fn usual() -> Terms {
    Terms {
        grace_seconds: Terms::GRACE_SECONDS,
        warn_seconds: Terms::WARN_SECONDS,
        ..Terms::default()
    }
}

fn seats(terms: &mut Terms, entitlement: &Entitlement) -> Result<(), Problem> {
    let Entitlement { total_licenses, commit_qty, max_overage, pricing } = entitlement;
    if commit_qty.checked_add(*max_overage) != Some(*total_licenses) {
        let detail = "must be commit_qty and max_overage together";
        return Err(Problem::field("/entitlement/total_licenses", detail));
    }
    terms.limits.insert(Metric::Seats, u64::from(*total_licenses));
    terms.commit = *commit_qty;
    terms.max_overage = *max_overage;
    if let Some(pricing) = pricing {
        terms.pricing = Some(prices(pricing)?);
    }
    Ok(())
}

fn prices(pricing: &SeedPricing) -> Result<Pricing, Problem> {
    let at = |field: &str| format!("/entitlement/pricing/{field}");
    let currency = Currency::parse(&pricing.currency);
    let currency = currency.map_err(|error| Problem::field(at("currency"), error.to_string()))?;
    let price = |field: &str, raw: &str| {
        exact(raw, currency).map_err(|error| Problem::field(at(field), error))
    };
    Ok(Pricing {
        commit_fee_monthly: price("commit_fee_monthly", pricing.commit_fee_monthly.get())?,
        overage_per_use: price("overage_per_use", pricing.overage_per_use.get())?,
        overage_basis: pricing.overage_basis,
    })
}

/// The amount from the number's own digits, or from a text that holds them.
fn exact(raw: &str, currency: Currency) -> Result<Money, String> {
    let digits = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let money = Decimal::parse(digits).and_then(|decimal| decimal.money(currency));
    match money.map_err(|error: MoneyError| error.to_string())? {
        money if money.amount() < 0 => Err("must not be negative".to_owned()),
        money => Ok(money),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(more: &str) -> GenerateRequest {
        let json = format!(
            r#"{{"customer":{{"tenant_id":"acme"}},"product":{{"id":"nls","version":">=8.0.0"}}{more}}}"#
        );
        wire::body::read(json.as_bytes()).unwrap()
    }

    fn entitlement(total: u32, fee: &str, currency: &str) -> String {
        format!(
            r#","entitlement":{{"total_licenses":{total},"commit_qty":5,"max_overage":15,"pricing":
               {{"commit_fee_monthly":{fee},"overage_per_use":500.0,"currency":"{currency}"}}}}"#
        )
    }

    #[test]
    fn seed_3s_entitlement_becomes_seats_and_exact_prices() {
        let terms = build(None, &request(&entitlement(20, "5000.0", "EUR"))).unwrap();
        assert_eq!((terms.commit, terms.max_overage), (5, 15));
        assert_eq!(terms.limits.get(&Metric::Seats), Some(&20));
        let pricing = terms.pricing.unwrap();
        assert_eq!(
            (pricing.commit_fee_monthly.amount(), pricing.overage_per_use.amount()),
            (500_000, 50_000)
        );
        assert_eq!(terms.versions.unwrap().to_string(), ">=8.0.0");
        assert_eq!(
            (terms.grace_seconds, terms.warn_seconds),
            (Terms::GRACE_SECONDS, Terms::WARN_SECONDS)
        );
    }

    #[test]
    fn entitlements_that_do_not_add_up_are_pointed_at() {
        let rows = [
            (entitlement(21, "1", "EUR"), "/entitlement/total_licenses"),
            (entitlement(20, "1.005", "EUR"), "/entitlement/pricing/commit_fee_monthly"),
            (entitlement(20, "-1", "EUR"), "/entitlement/pricing/commit_fee_monthly"),
            (entitlement(20, "true", "EUR"), "/entitlement/pricing/commit_fee_monthly"),
            (entitlement(20, "1", "eur"), "/entitlement/pricing/currency"),
            (r#","terms":{"limits":{"vms":9007199254740992}}"#.to_owned(), "/terms/limits/vms"),
        ];
        for (more, want) in rows {
            assert_eq!(build(None, &request(&more)).unwrap_err().errors[0].pointer, want, "{more}");
        }
    }

    #[test]
    fn later_terms_win_over_earlier_ones() {
        let limits = [(Metric::Vms, 10), (Metric::Seats, 1), (Metric::StorageGb, 5)].into();
        let plan = Terms { limits, features: vec!["a".into()], commit: 9, ..Terms::default() };
        let patch = r#","terms":{"limits":{"vms":50,"storage_gb":null},"features":["c","b","c"]}"#;
        let more = format!("{}{patch}", entitlement(20, "1", "EUR"));
        let terms = build(Some(&plan), &request(&more)).unwrap();
        assert_eq!(terms.limits, [(Metric::Vms, 50), (Metric::Seats, 20)].into());
        assert_eq!((terms.features, terms.commit), (vec!["b".to_owned(), "c".to_owned()], 5));
        assert_eq!(terms.grace_seconds, 0);
    }
}
