//! `POST /api/v1/licenses/generate`: making licenses, in seed 3's exact JSON and beyond it.

use std::collections::BTreeMap;

use domain::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::terms::{Binding, Exceeded, Floating, OverageBasis, Pricing, Report, Terms};
use domain::usage::Metric;
use domain::version::VersionRange;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::time::Instant;

/// A license to make. Terms come from the plan, then the entitlement, then `terms`; later ones win.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateRequest {
    /// The opportunity in the issuer's CRM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_opportunity_id: Option<String>,
    /// Who is to hold it.
    pub customer: Customer,
    /// What it is for.
    pub product: Product,
    /// The issuer's plan that gives the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// Floating seats and their prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<Entitlement>,
    /// From when to when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// Terms that differ from the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsPatch>,
    /// The license code; made from holder, plan and year when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_code: Option<LicenseCode>,
    /// Whether the customer sees it at once (default) or only after provisioning.
    #[serde(default = "yes")]
    pub auto_provision: bool,
}

const fn yes() -> bool {
    true
}

/// The customer of a license: a tenant, by its id or by the CRM account linked to it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The issuer's CRM account; linked to the tenant when both are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_account_id: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// Where news of the license go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
}

/// The product of a license.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its id; the product is made when the issuer does not have it yet.
    pub id: ProductId,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The versions covered: `">=8.0.0"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionRange>,
}

/// Floating seats (seed 3).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// All seats: commit and overage together.
    pub total_licenses: u32,
    /// Seats within the price.
    pub commit_qty: u32,
    /// Seats above it that may be used.
    pub max_overage: u32,
    /// What they cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<SeedPricing>,
}

/// Prices as decimal numbers, kept as their text: no float ever touches them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPricing {
    /// For the commit quantity, per month.
    pub commit_fee_monthly: Box<RawValue>,
    /// For each overage checkout.
    pub overage_per_use: Box<RawValue>,
    /// ISO 4217.
    pub currency: String,
    /// What a use is: a checkout, the peak of a period, or an hour of a seat.
    #[serde(default)]
    pub overage_basis: OverageBasis,
}

/// From when to when (seed 3). The end date itself is the first instant without the license.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// First instant; now when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Instant>,
    /// First instant after it; never ends when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Instant>,
    /// Whether it renews itself.
    #[serde(default)]
    pub auto_renew: bool,
    /// How often it is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<BillingCycle>,
}

/// How often a license is billed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BillingCycle {
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every year.
    Yearly,
}

/// Terms that replace those of the plan or of the license; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TermsPatch {
    /// All features that are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
    /// Limits to set; `null` lifts one, those not named stay.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<Metric, Option<u64>>,
    /// How the license is tied to devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
    /// What devices must report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// How long grace lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<u32>,
    /// From how long before the end answers warn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_seconds: Option<u32>,
    /// What stays open in grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_in_grace: Option<Vec<String>>,
    /// What use above a limit leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exceeded: Option<Exceeded>,
    /// Floating seats within the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<u32>,
    /// Floating seats above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_overage: Option<u32>,
    /// What the seats cost, and what is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
    /// How floating seats are lent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floating: Option<Floating>,
    /// Whether running work may finish while suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_when_suspended: Option<bool>,
}

impl TermsPatch {
    /// The terms with the patch applied, normalized.
    #[must_use]
    pub fn apply(&self, mut terms: Terms) -> Terms {
        for (metric, limit) in &self.limits {
            match limit {
                Some(limit) => terms.limits.insert(*metric, *limit),
                None => terms.limits.remove(metric),
            };
        }
        replace(&mut terms.features, self.features.as_ref());
        replace(&mut terms.binding, self.binding.as_ref());
        replace(&mut terms.report, self.report.as_ref());
        replace(&mut terms.grace_seconds, self.grace_seconds.as_ref());
        replace(&mut terms.warn_seconds, self.warn_seconds.as_ref());
        replace(&mut terms.allow_in_grace, self.allow_in_grace.as_ref());
        replace(&mut terms.exceeded, self.exceeded.as_ref());
        replace(&mut terms.commit, self.commit.as_ref());
        replace(&mut terms.max_overage, self.max_overage.as_ref());
        replace(&mut terms.floating, self.floating.as_ref());
        if self.pricing.is_some() {
            terms.pricing.clone_from(&self.pricing);
        }
        replace(&mut terms.finish_when_suspended, self.finish_when_suspended.as_ref());
        terms.normalized()
    }
}

fn replace<T: Clone>(slot: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        slot.clone_from(new);
    }
}

/// A new license. The first six members are seed 3's.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenerateAnswer {
    /// Its id.
    pub license_id: LicenseId,
    /// The opportunity that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_opportunity_id: Option<String>,
    /// Where the issuer fetches its text.
    pub package_url: String,
    /// `provisioned`, or `generated` when the customer does not see it yet.
    pub status: String,
    /// The customer's own address.
    pub customer_tenant: String,
    /// When the customer came to see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioned_at: Option<Instant>,
    /// Its name for people.
    pub license_code: LicenseCode,
    /// The signed license as a product key.
    pub license_key: String,
    /// Its end; missing when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    #[test]
    fn seed_3s_request_reads_as_it_stands() {
        let body = br#"{"crm_opportunity_id":"SF-00123456","customer":{"crm_account_id":"ACC-98765",
          "name":"Mercedes-Benz AG","tenant_id":"mercedes","contact_email":"licenses@mercedes.com"},
          "product":{"id":"davinci-configurator-se","name":"DaVinci Configurator SE","version":">=8.0.0"},
          "entitlement":{"total_licenses":20,"commit_qty":5,"max_overage":15,"pricing":{
          "commit_fee_monthly":5000.0,"overage_per_use":500.0,"currency":"EUR"}},
          "contract":{"start_date":"2025-01-01","end_date":"2025-12-31","auto_renew":true,"billing_cycle":"monthly"},
          "auto_provision":true}"#;
        let request: GenerateRequest = body::read(body).unwrap();
        let pricing = request.entitlement.unwrap().pricing.unwrap();
        assert_eq!(pricing.commit_fee_monthly.get(), "5000.0", "the text, not a float");
    }

    #[test]
    fn a_patch_sets_lifts_and_keeps() {
        let terms =
            Terms { limits: [(Metric::Vms, 50), (Metric::Devices, 3)].into(), ..Terms::default() };
        let patch: TermsPatch =
            body::read(br#"{"limits":{"vms":60,"devices":null},"features":["b","a"]}"#).unwrap();
        let new = patch.apply(terms);
        assert_eq!(new.limits, BTreeMap::from([(Metric::Vms, 60)]));
        assert_eq!(new.features, ["a", "b"]);
        assert_eq!(new.grace_seconds, 0);
    }
}
