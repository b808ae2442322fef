//! How floating seats are lent, shared, queued for and priced.

use serde::{Deserialize, Serialize};

/// How floating seats are lent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Floating {
    /// How long a lease lasts when the caller names no time.
    pub ttl_seconds: u32,
    /// The longest lease that a caller may ask for.
    pub max_ttl_seconds: u32,
    /// A seat stays taken for at least this long: shorter leases are raised to it, and earlier
    /// returns free the seat only then.
    pub min_seconds: u32,
    /// How long a seat stays taken after its return.
    pub linger_seconds: u32,
    /// Who needs one seat only, however many leases they hold.
    pub sharing: Sharing,
    /// What becomes of leases when the license is suspended or revoked.
    pub when_stopped: WhenStopped,
    /// How long a seat is set aside for the head of the line; at least a second.
    pub claim_seconds: u32,
    /// How many callers may stand in line.
    pub max_queue: u32,
    /// The longest lease for work without a network; none may be borrowed when 0.
    pub borrow_max_seconds: u32,
    /// What the product does when it cannot extend its lease.
    pub when_unreachable: WhenUnreachable,
}

impl Floating {
    /// Whether nothing was said about it.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Floating {
    /// An hour, up to a day; no sharing, no borrowing, half a minute to claim a seat.
    fn default() -> Self {
        Self {
            ttl_seconds: 3600,
            max_ttl_seconds: 86_400,
            min_seconds: 0,
            linger_seconds: 0,
            sharing: Sharing::None,
            when_stopped: WhenStopped::RunOut,
            claim_seconds: 30,
            max_queue: 100,
            borrow_max_seconds: 0,
            when_unreachable: WhenUnreachable::Stop,
        }
    }
}

/// Who needs one seat only, however many leases they hold.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Nobody: every lease takes seats.
    #[default]
    None,
    /// One user, on any host.
    User,
    /// One host, by any user.
    Host,
    /// One user on one host.
    UserHost,
    /// One device.
    Device,
}

/// What becomes of leases when the license is suspended or revoked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhenStopped {
    /// They end at once.
    EndNow,
    /// They run to their end and cannot be extended.
    #[default]
    RunOut,
}

/// What the product does when it cannot extend its lease because nobody answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhenUnreachable {
    /// It stops at the end of the lease.
    #[default]
    Stop,
    /// It runs on until it is told to stop.
    RunOn,
}

/// What a unit of overage is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverageBasis {
    /// An overage seat checked out, however long it is held (seed 3).
    #[default]
    Checkout,
    /// An overage seat of the highest number held at a time within the period.
    Peak,
    /// An hour of an overage seat, to the millisecond.
    SeatHour,
}
