//! What kinds of tenants there are.

use serde::{Deserialize, Serialize};

/// What a tenant is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// Runs the installation.
    Operator,
    /// Owns products and signing keys.
    Vendor,
    /// Owns customers, licenses and prices.
    Msp,
    /// Holds licenses.
    Customer,
}

impl TenantKind {
    /// Every kind there is.
    pub const ALL: &[Self] = &[Self::Operator, Self::Vendor, Self::Msp, Self::Customer];

    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Vendor => "vendor",
            Self::Msp => "msp",
            Self::Customer => "customer",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether this kind has signing keys.
    pub const fn issues(self) -> bool {
        matches!(self, Self::Vendor | Self::Msp)
    }
}
