//! Tenants, products and plans.

use domain::id::{PlanId, ProductId, TenantId};
use domain::limiter::CheckoutLimits;
use domain::place::Region;
pub use domain::tenant::TenantKind;
use domain::terms::Terms;
use serde::{Deserialize, Serialize};

pub use domain::branding::Branding;

use crate::time::Instant;

/// A tenant to make: any by the operator, customers by an MSP.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateTenantRequest {
    /// Its slug, which is also the first label of its host.
    pub tenant_id: TenantId,
    /// What it is. An MSP makes customers only.
    pub kind: TenantKind,
    /// For people, 1 to 200 bytes.
    pub name: String,
    /// Where its records live, for good.
    pub region: Region,
    /// The MSP that owns it; the caller itself when an MSP calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TenantId>,
    /// Where news go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// How its pages look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// Limits of checkouts and borrows for all its keys together; 1,000 a minute and 10,000 an hour when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<CheckoutLimits>,
}

/// A tenant as its owner sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantView {
    /// Its slug.
    pub tenant_id: TenantId,
    /// What it is.
    pub kind: TenantKind,
    /// For people.
    pub name: String,
    /// Where its records live.
    pub region: Region,
    /// The tenant above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TenantId>,
    /// `active` or `suspended`.
    pub status: String,
    /// Its own address.
    pub tenant_url: String,
    /// When it was made.
    pub created_at: Instant,
    /// How its pages look, without the style sheet, which `GET /api/v1/branding` shows.
    #[serde(default)]
    pub branding: Branding,
}

/// A product to make or rename.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProductRequest {
    /// For people, 1 to 200 bytes.
    pub name: String,
    /// What product keys start with: 2 to 8 of A-Z, 0-9. `NLS` when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
}

/// A product.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductView {
    /// Its id.
    pub product_id: ProductId,
    /// For people.
    pub name: String,
    /// What product keys start with.
    pub key_prefix: String,
}

/// A plan to make or change; licenses made before keep their terms.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// For people, 1 to 200 bytes.
    pub name: String,
    /// Default terms.
    pub terms: Terms,
    /// Seconds that its licenses last by default; they never end when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
}

/// A plan.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanView {
    /// Its id.
    pub plan_id: PlanId,
    /// For people.
    pub name: String,
    /// Default terms.
    pub terms: Terms,
    /// Seconds that its licenses last by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
}
