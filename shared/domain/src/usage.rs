//! What is counted: metrics that limits name, and the gauges that applications report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A quantity that a license may limit.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Calls per minute that a key of this license may make.
    ApiRate,
    /// Bandwidth in Mbit/s.
    BandwidthMbps,
    /// Processor cores of all types.
    Cores,
    /// Cores of type IFL.
    CoresIfl,
    /// Large cores.
    CoresL,
    /// Medium cores.
    CoresM,
    /// Small cores.
    CoresS,
    /// Devices activated at a time.
    Devices,
    /// Floating seats.
    Seats,
    /// Storage in GB.
    StorageGb,
    /// Tenants of an MSP platform.
    Tenants,
    /// Virtual machines under management.
    Vms,
}

impl Metric {
    /// The name in limits: `vms`, `storage_gb`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiRate => "api_rate",
            Self::BandwidthMbps => "bandwidth_mbps",
            Self::Cores => "cores",
            Self::CoresIfl => "cores_ifl",
            Self::CoresL => "cores_l",
            Self::CoresM => "cores_m",
            Self::CoresS => "cores_s",
            Self::Devices => "devices",
            Self::Seats => "seats",
            Self::StorageGb => "storage_gb",
            Self::Tenants => "tenants",
            Self::Vms => "vms",
        }
    }

    /// The metric that a reported gauge counts against. Reports use seed 1's names
    /// (`vm_count`) or the metric's own.
    pub fn of_gauge(name: &str) -> Option<Self> {
        Some(match name {
            "vm_count" | "vms" => Self::Vms,
            "storage_gb" | "storage_used_gb" => Self::StorageGb,
            "bandwidth_mbps" => Self::BandwidthMbps,
            "cores" | "core_count" => Self::Cores,
            "cores_ifl" => Self::CoresIfl,
            "cores_l" => Self::CoresL,
            "cores_m" => Self::CoresM,
            "cores_s" => Self::CoresS,
            "seats" => Self::Seats,
            "tenants" | "tenant_count" => Self::Tenants,
            _ => return None,
        })
    }
}

/// Reported use by metric: the newest gauge of each.
pub type Usage = BTreeMap<Metric, u64>;

/// The first metric over its limit, with use and limit, in the order of [`Metric`].
pub fn first_excess(usage: &Usage, limits: &BTreeMap<Metric, u64>) -> Option<Excess> {
    usage.iter().find_map(|(metric, used)| {
        let limit = *limits.get(metric)?;
        (*used > limit).then_some(Excess { metric: *metric, used: *used, limit })
    })
}

/// A metric over its limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Excess {
    /// Which metric.
    pub metric: Metric,
    /// Reported use.
    pub used: u64,
    /// What the license allows.
    pub limit: u64,
}

/// What is left of each limit that has a reported use; never negative.
pub fn remaining(usage: &Usage, limits: &BTreeMap<Metric, u64>) -> Usage {
    usage
        .iter()
        .filter_map(|(metric, used)| Some((*metric, limits.get(metric)?.saturating_sub(*used))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_at_the_limit_is_no_excess_and_one_more_is() {
        let limits = BTreeMap::from([(Metric::Vms, 50)]);
        for (used, want) in [(49, None), (50, None), (51, Some(51))] {
            let excess = first_excess(&Usage::from([(Metric::Vms, used)]), &limits);
            assert_eq!(excess.map(|e| e.used), want, "{used}");
        }
    }

    #[test]
    fn names_agree_with_the_wire() {
        for metric in [Metric::ApiRate, Metric::CoresIfl, Metric::StorageGb, Metric::Vms] {
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        }
    }

    #[test]
    fn remaining_never_goes_below_zero() {
        let limits = BTreeMap::from([(Metric::Vms, 50)]);
        let left = remaining(&Usage::from([(Metric::Vms, 60), (Metric::Seats, 1)]), &limits);
        assert_eq!(left, Usage::from([(Metric::Vms, 0)]));
    }
}
