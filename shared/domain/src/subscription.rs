//! Plans of the service: how much a tenant may have. What licenses are sold under is `PlanId` and something else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A plan of the service.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// To try it.
    #[default]
    Free,
    /// For a few vendors.
    Startup,
    /// For a company.
    Professional,
    /// Without limits. Tenants made by the operator or an MSP have it.
    Enterprise,
}

/// What a plan limits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Issuers of the licenses that it holds; none: no limit, here and below.
    pub vendors: Option<u32>,
    /// Licenses that it holds, revoked ones left out.
    pub licenses: Option<u32>,
    /// API keys that work.
    pub keys: Option<u32>,
    /// People who may sign in, invited ones included.
    pub users: Option<u32>,
    /// Domains of its own.
    pub hostnames: Option<u32>,
}

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Startup, Self::Professional, Self::Enterprise];

    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Startup => "startup",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
        }
    }

    /// How much a tenant of this plan may have. Vendors and licenses are those of the price list.
    pub const fn limits(self) -> Limits {
        let (vendors, licenses, keys, users, hostnames) = match self {
            Self::Free => (1, 10, 5, 3, 0),
            Self::Startup => (3, 100, 20, 10, 1),
            Self::Professional => (10, 1000, 100, 50, 5),
            Self::Enterprise => return Limits::NONE,
        };
        Limits {
            vendors: Some(vendors),
            licenses: Some(licenses),
            keys: Some(keys),
            users: Some(users),
            hostnames: Some(hostnames),
        }
    }
}

/// The limits of one thing, by the names of the plans that limit it.
pub fn by_plan(limit: impl Fn(Limits) -> Option<u32>) -> BTreeMap<&'static str, u32> {
    Plan::ALL.into_iter().filter_map(|plan| Some((plan.name(), limit(plan.limits())?))).collect()
}

impl Limits {
    /// No limits.
    pub const NONE: Self =
        Self { vendors: None, licenses: None, keys: None, users: None, hostnames: None };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_plan_allows_no_less() {
        let all = |plan: Plan| {
            let Limits { vendors, licenses, keys, users, hostnames } = plan.limits();
            [vendors, licenses, keys, users, hostnames].map(|limit| limit.unwrap_or(u32::MAX))
        };
        for pair in Plan::ALL.windows(2) {
            let (small, large) = (all(pair[0]), all(pair[1]));
            assert!(small.iter().zip(large).all(|(small, large)| *small < large), "{pair:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for plan in Plan::ALL {
            assert_eq!(serde_json::to_value(plan).unwrap(), plan.name());
        }
    }
}
