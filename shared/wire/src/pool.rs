//! Pools of floating seats as administrators see them: `GET /api/v1/pools/{license}`, `GET .../events`, `PUT .../rules`,
//! `POST .../release`.
//!
//! The rules themselves are `domain::pool::Rules`, as terms of licenses are the domain's.

use domain::allocation::RequestKey;
use domain::id::{LeaseId, LicenseCode, LicenseId, TicketId};
use domain::pool::Rules;
use serde::{Deserialize, Serialize};

use crate::allocation::ReservationView;
use crate::lease::{LeaseView, ReturnAnswer};
use crate::page::Page;
use crate::time::Instant;

/// A pool.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolView {
    /// The license.
    pub license_id: LicenseId,
    /// Its name for people.
    pub license_code: LicenseCode,
    /// Whether seats are given out: not while the license is suspended or revoked.
    pub open: bool,
    /// No lease reaches beyond this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Instant>,
    /// Seats within the price.
    pub commit: u32,
    /// Seats above it.
    pub max_overage: u32,
    /// Seats that are held.
    pub held: HeldSeats,
    /// Seats that are set aside for the head of the line.
    pub set_aside: u32,
    /// Seats held that are borrowed.
    pub borrowed: u32,
    /// Seats that are neither held nor set aside.
    pub free: u32,
    /// Tickets in the line.
    pub waiting: u32,
    /// The rules in force. `version` counts their changes: name it in the next one.
    pub rules: Rules,
    /// Who holds what, in the order in which it was granted. A full page may be the last one.
    pub leases: Page<LeaseView>,
    /// Who waits, in the order in which they are served.
    pub queue: Vec<WaitingView>,
}

/// Seats that are held.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldSeats {
    /// Within the price. More than `commit` when the license has lost seats that are held.
    pub commit: u32,
    /// Above it.
    pub overage: u32,
}

/// A place in the line.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingView {
    /// The ticket.
    pub ticket: TicketId,
    /// 1 at the head of the line.
    pub position: u32,
    /// How many seats are wanted.
    pub quantity: u32,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Since when.
    pub queued_at: Instant,
    /// Until when seats are set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_until: Option<Instant>,
    /// The API key that waits.
    pub key_id: String,
}

/// Something that happened in a pool: an entry of its journal that is about seats. Also the beginning of a feed (`ready`) and
/// a hole in it (`reset`), which have `seq` and `type` only.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolEvent {
    /// Counts entries of the pool. Numbers are missing: entries about terms and rules are not told.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// What: `checked_out`, `extended`, `returned`, `ended`, `refused`, `queued`, `set_aside`, `left`, `lapsed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseId>,
    /// Which place in the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The API key that asked for seats, or took a lease back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Seats asked for, set aside or freed; 0 where it is about none.
    pub quantity: u32,
    /// Why a `refused` was refused and how an `ended` ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When a lease ends from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Seats within the price that are held, after it.
    pub commit_held: u32,
    /// Seats above it that are held, after it.
    pub overage_held: u32,
    /// Tickets in the line, after it.
    pub waiting: u32,
}

/// Takes a lease or a reservation back: one of the two is named.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// The lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<LeaseId>,
    /// The reservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestKey>,
    /// For people, 1 to 500 bytes; in the audit log. A lease is not taken back without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What was taken back.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ReleaseAnswer {
    /// A reservation.
    Reservation(ReservationView),
    /// A lease.
    Lease(ReturnAnswer),
}
