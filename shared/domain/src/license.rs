//! The license record: a grant by an issuer to a holder.

use serde::{Deserialize, Serialize};

use crate::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use crate::terms::Terms;
use crate::time::Millis;

/// A license as Writ keeps it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct License {
    /// Its id, unique everywhere.
    pub id: LicenseId,
    /// Its name for people, unique per holder.
    pub code: LicenseCode,
    /// The tenant that may use it.
    pub holder: TenantId,
    /// The tenant whose key signs it.
    pub issuer: TenantId,
    /// What it is for.
    pub product: ProductId,
    /// The plan that it was made from.
    pub plan: PlanId,
    /// What the issuer decided about it.
    pub standing: Standing,
    /// First instant at which it is valid.
    pub starts: Millis,
    /// First instant at which it is no longer valid; never ends when missing.
    pub ends: Option<Millis>,
    /// What it allows.
    pub terms: Terms,
    /// Since when reported use has been over a limit.
    pub exceeded_since: Option<Millis>,
    /// Counts every change, from 1; the signed text carries it too.
    pub version: i64,
}

/// What the issuer (or billing) decided about a license or a tenant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing against it.
    #[default]
    Active,
    /// Stopped, reversible.
    Suspended,
    /// Ended for good.
    Revoked,
}

impl Standing {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    /// The standing of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Revoked].into_iter().find(|s| s.name() == name)
    }
}
