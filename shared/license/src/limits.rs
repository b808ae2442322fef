//! Limits as the claims write them: metric by metric, with cores in an object of their own.

use std::collections::BTreeMap;

use domain::usage::Metric;
use serde::{Deserialize, Serialize};

/// Upper limits; what is missing is unlimited.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct ClaimLimits {
    /// Calls per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_rate: Option<u64>,
    /// Mbit/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_mbps: Option<u64>,
    /// Processor cores by type.
    #[serde(skip_serializing_if = "CoreLimits::is_empty")]
    pub cores: CoreLimits,
    /// Devices activated at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<u64>,
    /// Floating seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<u64>,
    /// GB of storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_gb: Option<u64>,
    /// Tenants of an MSP platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenants: Option<u64>,
    /// Virtual machines under management.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vms: Option<u64>,
}

/// Processor cores by type.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct CoreLimits {
    /// Of all types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s: Option<u64>,
    /// Medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m: Option<u64>,
    /// Large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l: Option<u64>,
    /// IFL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ifl: Option<u64>,
}

impl CoreLimits {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

const METRICS: [Metric; 12] = [
    Metric::ApiRate,
    Metric::BandwidthMbps,
    Metric::Cores,
    Metric::CoresIfl,
    Metric::CoresL,
    Metric::CoresM,
    Metric::CoresS,
    Metric::Devices,
    Metric::Seats,
    Metric::StorageGb,
    Metric::Tenants,
    Metric::Vms,
];

impl ClaimLimits {
    /// Where the limit of `metric` stands.
    const fn slot(&mut self, metric: Metric) -> &mut Option<u64> {
        match metric {
            Metric::ApiRate => &mut self.api_rate,
            Metric::BandwidthMbps => &mut self.bandwidth_mbps,
            Metric::Cores => &mut self.cores.total,
            Metric::CoresIfl => &mut self.cores.ifl,
            Metric::CoresL => &mut self.cores.l,
            Metric::CoresM => &mut self.cores.m,
            Metric::CoresS => &mut self.cores.s,
            Metric::Devices => &mut self.devices,
            Metric::Seats => &mut self.seats,
            Metric::StorageGb => &mut self.storage_gb,
            Metric::Tenants => &mut self.tenants,
            Metric::Vms => &mut self.vms,
        }
    }
}

impl From<&BTreeMap<Metric, u64>> for ClaimLimits {
    fn from(limits: &BTreeMap<Metric, u64>) -> Self {
        let mut claim = Self::default();
        for (metric, limit) in limits {
            *claim.slot(*metric) = Some(*limit);
        }
        claim
    }
}

impl From<ClaimLimits> for BTreeMap<Metric, u64> {
    fn from(mut claim: ClaimLimits) -> Self {
        METRICS
            .into_iter()
            .filter_map(|metric| Some((metric, claim.slot(metric).take()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_comes_back() {
        let limits: BTreeMap<Metric, u64> = METRICS.into_iter().zip(1..).collect();
        assert_eq!(limits.len(), METRICS.len());
        assert_eq!(BTreeMap::from(ClaimLimits::from(&limits)), limits);
    }

    #[test]
    fn cores_stand_in_an_object_and_what_is_unlimited_is_left_out() {
        let limits =
            BTreeMap::from([(Metric::Cores, 64), (Metric::CoresIfl, 8), (Metric::Vms, 50)]);
        let json = serde_json::to_string(&ClaimLimits::from(&limits)).unwrap();
        assert_eq!(json, r#"{"cores":{"total":64,"ifl":8},"vms":50}"#);
        assert_eq!(serde_json::to_string(&ClaimLimits::default()).unwrap(), "{}");
    }
}
