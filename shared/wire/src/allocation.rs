//! Who is promised what of a license, and who holds what: `/api/v1/pools/{license}/allocations`, `.../reserve`, `.../free`.
//!
//! Nodes, shares and transfers are `domain::allocation`'s, as terms of licenses are the domain's.

use std::collections::BTreeMap;

use domain::allocation::{Exceeded, NodeId, RequestKey, Reservation, Room, Share};
use domain::id::{LicenseCode, LicenseId};
use domain::usage::Metric;
use serde::{Deserialize, Serialize};

use crate::page::Page;
use crate::time::Instant;

/// Holds capacity.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReserveRequest {
    /// What it is for, in the caller's own naming. The same request again is the same reservation, as long as it lives.
    pub request_id: RequestKey,
    /// For whom: a node of the tree, `/` for the organization itself.
    pub node: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much, at least 1.
    pub quantity: u64,
    /// For how long, in seconds; until it is freed when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
}

/// Lets go of a reservation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FreeRequest {
    /// Which one.
    pub request_id: RequestKey,
}

/// A reservation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReservationView {
    /// The license.
    pub license_id: LicenseId,
    /// What it is for.
    pub request_id: RequestKey,
    /// For whom.
    pub node: NodeId,
    /// Of what.
    pub metric: Metric,
    /// How much.
    pub quantity: u64,
    /// How much of it came from what is shared when it was granted.
    pub burst: u64,
    /// Since when.
    pub reserved_at: Instant,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Instant>,
    /// When it was let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Instant>,
}

impl ReservationView {
    /// A reservation of capacity of `license`.
    pub fn of(license: LicenseId, held: Reservation, released: Option<Instant>) -> Self {
        let Reservation { request, since, burst } = held;
        Self {
            license_id: license,
            request_id: request.request,
            node: request.node,
            metric: request.metric,
            quantity: request.quantity,
            burst,
            reserved_at: since.into(),
            ends_at: request.ends.map(Into::into),
            released_at: released,
        }
    }
}

/// Who is promised what.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllocationsView {
    /// The license.
    pub license_id: LicenseId,
    /// Its name for people.
    pub license_code: LicenseCode,
    /// Version of the license whose limits are in force.
    pub license_version: u64,
    /// The node that was asked for and all below it, each parent before its children. A full page may be the last one.
    pub nodes: Page<NodeView>,
}

/// A node of the tree.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeView {
    /// Which node: its names from the root down, joined by `/`; the root is `/`.
    pub node: NodeId,
    /// How it stands in each metric of which it has a share or holds something.
    pub metrics: BTreeMap<Metric, PartView>,
}

/// How a node stands in a metric.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartView {
    /// Promised to it; at the root what the license allows.
    pub dedicated: u64,
    /// How much above that it may use of what is shared above it; no limit when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
    /// Of the dedicated part, promised on to nodes below.
    pub promised: u64,
    /// What it holds itself.
    pub held: u64,
    /// What it and all nodes below it hold.
    pub held_with_below: u64,
    /// Of that, what is used of shared parts above it.
    pub held_from_shared: u64,
    /// What it could reserve now.
    pub available: u64,
    /// More is used than may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceeded: Option<ExceededView>,
}

/// An excess.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceededView {
    /// By how much.
    pub by: u64,
    /// Since when.
    pub since: Instant,
}

impl From<Exceeded> for ExceededView {
    fn from(exceeded: Exceeded) -> Self {
        Self { by: exceeded.by, since: exceeded.since.into() }
    }
}

impl From<domain::allocation::NodeView> for NodeView {
    fn from(view: domain::allocation::NodeView) -> Self {
        let parts = view.metrics.into_iter().map(|(metric, part)| (metric, part.into()));
        Self { node: view.node, metrics: parts.collect() }
    }
}

impl From<domain::allocation::PartView> for PartView {
    fn from(part: domain::allocation::PartView) -> Self {
        Self {
            dedicated: part.dedicated,
            burst: part.burst,
            promised: part.promised,
            held: part.held,
            held_with_below: part.held_with_below,
            held_from_shared: part.held_from_shared,
            available: part.available,
            exceeded: part.exceeded.map(Into::into),
        }
    }
}

/// Makes a node, or gives it other shares; a metric that is not named is not shared with it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAllocation {
    /// Which node; its parent is there already.
    pub node: NodeId,
    /// Its shares.
    pub shares: BTreeMap<Metric, Share>,
}

/// Whether a node could reserve a quantity now.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvisionView {
    /// Whether it could.
    pub can_provision: bool,
    /// All that it could reserve.
    pub available: u64,
    /// Of that, from its own part.
    pub dedicated_free: u64,
    /// Of that, from what is shared above it.
    pub shared_free: u64,
    /// The node that keeps it from being more: more burst or dedicated there helps.
    pub narrowest: NodeId,
    /// The excess that has to end first, of `narrowest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceeded: Option<ExceededView>,
}

impl ProvisionView {
    /// As the book says.
    pub fn of(can_provision: bool, room: Room, exceeded: Option<Exceeded>) -> Self {
        let Room { available, dedicated_free, shared_free, narrowest } = room;
        let exceeded = exceeded.map(Into::into);
        Self { can_provision, available, dedicated_free, shared_free, narrowest, exceeded }
    }
}
