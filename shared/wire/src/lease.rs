//! Floating seats: `POST /api/v1/licenses/checkout`, `/return`, `/extend`, `/borrow`.

use domain::id::{LeaseId, LicenseId, TicketId};
use domain::money::Money;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// Asks for seats of a license, by its id or code, or of the holder's license for a product.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CheckoutRequest {
    /// License id or license code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_id: Option<String>,
    /// The product, instead of `license_id`: the holder's usable license for it that ends first.
    #[serde(skip_serializing_if = "Option::is_none", alias = "product")]
    pub product_id: Option<String>,
    /// The person who works, as the application names her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine, as it names itself.
    #[serde(skip_serializing_if = "Option::is_none", alias = "hostname")]
    pub host: Option<String>,
    /// The device or its fingerprint, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", alias = "device_id")]
    pub device: Option<String>,
    /// How many seats; 1 when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// For how many seconds; the license says when missing.
    #[serde(skip_serializing_if = "Option::is_none", alias = "ttl_seconds")]
    pub ttl: Option<u32>,
    /// Features that must be licensed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Whether to wait in line when no seat is free.
    #[serde(skip_serializing_if = "is_false")]
    pub wait: bool,
    /// The ticket of a caller that comes back; what the ticket asks for counts then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
}

/// A lease.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeaseView {
    /// Its id; return and extend it by this.
    pub lease_id: LeaseId,
    /// The license.
    pub license_id: LicenseId,
    /// `commit` within the quantity paid for, `overage` when any of its seats is above it.
    #[serde(rename = "type")]
    pub kind: LeaseKind,
    /// How many seats it is good for.
    pub quantity: u32,
    /// Seats within the quantity paid for that it took; fewer than `quantity` where it shares those of another lease.
    pub commit: u32,
    /// Seats above it that it took.
    pub overage: u32,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What it was checked out for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Since when.
    pub started_at: Instant,
    /// The first instant at which it is over.
    pub expires_at: Instant,
    /// Seconds that it lasts; extend it in time, again and again.
    pub ttl: u32,
    /// Whether it is used without a network.
    #[serde(default, skip_serializing_if = "is_false")]
    pub borrowed: bool,
    /// Since when it was returned, while its seats still linger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<Instant>,
    /// What its overage seats cost, where the license counts checkouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overage_cost: Option<Money>,
    /// What to do when the server cannot be reached and the lease is over: `stop` or `run_on`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_unreachable: Option<String>,
    /// The API key that it was checked out with; in the list of a pool only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

/// Asks for seats of a license for work without a network. It neither shares seats nor waits in line.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BorrowRequest {
    /// License id or license code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_id: Option<String>,
    /// The product, instead of `license_id`: the holder's usable license for it that ends first.
    #[serde(skip_serializing_if = "Option::is_none", alias = "product")]
    pub product_id: Option<String>,
    /// The person who works, as the application names her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine, as it names itself.
    #[serde(skip_serializing_if = "Option::is_none", alias = "hostname")]
    pub host: Option<String>,
    /// The device or its fingerprint, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", alias = "device_id")]
    pub device: Option<String>,
    /// How many seats; 1 when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// For how many seconds, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// until when, to the second. One of the two is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Features that must be licensed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// A borrowed lease.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BorrowAnswer {
    /// The lease, as the pool counts it.
    #[serde(flatten)]
    pub view: LeaseView,
    /// The same as a signed text (`lease+jwt`) that is good without a network until `expires_at`.
    pub lease: String,
}

/// How a lease is paid for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeaseKind {
    /// Within the quantity paid for.
    Commit,
    /// Above it.
    Overage,
}

/// A place in the line: no seat was free, and the caller asked to wait.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueuedView {
    /// Come back with it: `ticket` in the next checkout.
    pub ticket: TicketId,
    /// 1 at the head of the line.
    pub position: u32,
    /// When a seat is likely to be free, should nobody return early or extend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_at: Option<Instant>,
    /// Until when seats are set aside for the caller: come back before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_until: Option<Instant>,
    /// Seconds until the next look; a ticket lapses after 60 s without one.
    pub come_back_in: u32,
}

/// Gives a lease back, or a place in the line up.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReturnRequest {
    /// The lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<LeaseId>,
    /// The ticket, instead of `lease_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
}

/// A lease that is over for its holder.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReturnAnswer {
    /// The lease, or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<LeaseId>,
    /// the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// Since when it is over.
    pub returned_at: Instant,
    /// Until when its seats stay taken (`linger_seconds`, `min_seconds`); free at once when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Instant>,
    /// The same as a signed text (`receipt+jwt`), where a borrowed lease was given back by its holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Keeps a lease alive.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtendRequest {
    /// The lease.
    pub lease_id: LeaseId,
    /// Seconds from now; as long as the lease was to last when missing. A lease never becomes shorter.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "ttl_seconds")]
    pub ttl: Option<u32>,
}

/// A lease that goes on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtendAnswer {
    /// The lease.
    pub lease_id: LeaseId,
    /// The first instant at which it is over.
    pub expires_at: Instant,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_false(b: &bool) -> bool {
    !*b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_3s_names_are_understood() {
        let text = r#"{"product":"davinci","user":"alice","hostname":"ws-042","ttl_seconds":60}"#;
        let request: CheckoutRequest = crate::body::read(text.as_bytes()).unwrap();
        assert_eq!((request.product_id.as_deref(), request.ttl), (Some("davinci"), Some(60)));
        assert_eq!((request.host.as_deref(), request.wait), (Some("ws-042"), false));
    }
}
