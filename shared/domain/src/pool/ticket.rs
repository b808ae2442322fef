//! A ticket: a place in the line.

use serde::{Deserialize, Serialize};

use crate::id::TicketId;
use crate::pool::TICKET_MS;
use crate::pool::subject::{Key, Subject};
use crate::pool::taken::Seats;
use crate::time::Millis;

/// A place in the line, and the ask that waits there.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The number of the entry that queued it: first come, first served.
    pub number: u64,
    /// Who waits.
    pub subject: Subject,
    /// What the seats are for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Seats wanted.
    pub quantity: u32,
    /// How long the lease is to last.
    pub ttl_seconds: u32,
    /// The key it was asked for with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Since when it waits.
    pub queued: Millis,
    /// When its caller was last noted.
    pub seen: Millis,
    /// The seats set aside for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// Seats set aside for a ticket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claim {
    /// Which.
    #[serde(flatten)]
    pub seats: Seats,
    /// From this instant on they are somebody else's. New terms and rules set seats aside anew.
    pub until: Millis,
}

impl Ticket {
    /// When it lapses, unless its caller comes back.
    pub fn due(&self) -> Millis {
        self.claim.map_or_else(|| self.seen.plus(TICKET_MS), |claim| claim.until)
    }
}

/// How a ticket stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The ticket.
    pub ticket: TicketId,
    /// 1 at the head of the line.
    pub position: usize,
    /// When enough leases will have ended, should nobody return early or extend.
    pub estimate: Option<Millis>,
    /// Until when seats are set aside: come back before.
    pub reserved_until: Option<Millis>,
}
