//! White label: how a tenant's pages look.

use domain::id::TenantId;
use serde::{Deserialize, Serialize};

pub use domain::branding::{Branding, Support};

/// An image to set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImageRequest {
    /// A PNG, JPEG, WebP, ICO or SVG of up to 48,000 bytes, as base64. Its first bytes say which.
    pub data: String,
}

/// An image of a tenant's pages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageView {
    /// What it was found to be.
    pub media_type: String,
    /// How many bytes are served.
    pub bytes: u32,
    /// Where it is served, on the tenant's own host.
    pub url: String,
    /// Whether it is that of the tenant above.
    pub inherited: bool,
    /// What was left out of an SVG, when it is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// How a tenant's pages look.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BrandingView {
    /// Whose pages.
    pub tenant_id: TenantId,
    /// What the tenant calls itself where `company_name` is missing.
    pub name: String,
    /// What the tenant has set itself.
    pub branding: Branding,
    /// What its pages show: the same, with what is missing taken from the tenant above.
    pub effective: Branding,
    /// The tenant above, from which the rest comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherits_from: Option<TenantId>,
    /// The logo that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<ImageView>,
    /// The icon that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favicon: Option<ImageView>,
    /// What is left out of the style sheet, with lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
