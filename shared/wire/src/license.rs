//! Licenses as issuers and holders see and change them.

use std::collections::BTreeMap;

use domain::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::license::License;
use domain::state::State;
use domain::terms::Terms;
use domain::usage::{Metric, Usage};
use serde::{Deserialize, Serialize};

use crate::issue::TermsPatch;
use crate::time::Instant;

/// A license as issuers and holders see it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LicenseView {
    /// Its id.
    pub license_id: LicenseId,
    /// Its name for people.
    pub license_code: LicenseCode,
    /// Who may use it.
    pub holder: TenantId,
    /// Who signed it.
    pub issuer: TenantId,
    /// What it is for.
    pub product: ProductId,
    /// The plan that it was made from.
    pub plan: PlanId,
    /// Its state now, by the newest reported use.
    pub state: State,
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it; missing when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// What it allows.
    pub terms: Terms,
    /// Newest reported use.
    pub usage: Usage,
    /// Counts its changes.
    pub version: i64,
    /// The opportunity that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_opportunity_id: Option<String>,
}

impl LicenseView {
    /// The view of `license` in the given state.
    pub fn new(
        license: License,
        state: State,
        usage: Usage,
        crm_opportunity_id: Option<String>,
    ) -> Self {
        Self {
            license_id: license.id,
            license_code: license.code,
            holder: license.holder,
            issuer: license.issuer,
            product: license.product,
            plan: license.plan,
            state,
            starts_at: license.starts.into(),
            expires_at: license.ends.map(Into::into),
            terms: license.terms,
            usage,
            version: license.version,
            crm_opportunity_id,
        }
    }
}

/// Changes the terms of a license; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateLicenseRequest {
    /// Limits to set; `null` lifts one. Short for `terms.limits`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<Metric, Option<u64>>,
    /// All features that are on. Short for `terms.features`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
    /// Any other terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsPatch>,
    /// The version that the change was made on; refused with `version-conflict` when it moved on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// Why a license is suspended, reinstated or revoked.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReasonRequest {
    /// For people, up to 500 bytes; in the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Gives a license a new end.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// The new first instant after it.
    pub expires_at: Instant,
}

/// The text of a license, in every form that this installation makes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LicenseText {
    /// Its id.
    pub license_id: LicenseId,
    /// Its version.
    pub version: i64,
    /// Product key.
    pub license_key: String,
    /// Compact JWS.
    pub compact: String,
    /// Armoured file.
    pub file: String,
}
