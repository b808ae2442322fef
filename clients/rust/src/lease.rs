//! A lease in hand: seats that are ours until it ends, is given back, or goes out of scope.

use std::time::Duration;

use domain::id::LeaseId;
use domain::time::Millis;
use wire::lease::{LeaseKind, LeaseView, ReturnAnswer};
use wire::time::Instant;

use crate::client::Client;
use crate::failure::Failure;
use crate::hold::Hold;
use crate::http::Http;
use crate::transport::Transport;
use crate::world::{System, World, duration};

/// How long a lease that goes out of scope may take to return itself.
const DROP_TIME: Duration = Duration::from_secs(2);
/// An extension gets at least this long to be answered, however near the end is.
const SHORTEST_TRY_MS: i64 = 500;

/// Seats in hand. Extend it in time ([`crate::hold`] says when) and give it back; one that goes
/// out of scope returns itself, in one try of 2 s at most and without a word about failure.
pub struct Lease<T: Transport + Clone = Http, W: World + Clone = System> {
    client: Client<T, W>,
    view: LeaseView,
    /// What to add to the service's time to get ours, in milliseconds.
    skew: i64,
    /// How long it was to last when it was granted or extended last, in milliseconds.
    length: i64,
    settled: bool,
}

impl<T: Transport + Clone, W: World + Clone> Lease<T, W> {
    /// The lease that was granted to a request first sent at `sent`.
    ///
    /// It was granted then or later, so here it never seems to last longer than it does there,
    /// however wrong the clock here is.
    pub(crate) fn new(client: Client<T, W>, view: LeaseView, sent: Millis) -> Self {
        let skew = sent.since(view.started_at.0);
        let length = view.expires_at.0.since(view.started_at.0);
        Self { client, view, skew, length, settled: false }
    }

    /// Its id.
    pub const fn id(&self) -> &LeaseId {
        &self.view.lease_id
    }

    /// Whether it is within the quantity paid for.
    pub const fn kind(&self) -> LeaseKind {
        self.view.kind
    }

    /// The first instant at which it is over, by the service's clock.
    pub const fn expires_at(&self) -> Instant {
        self.view.expires_at
    }

    /// All that the service said of it.
    pub const fn view(&self) -> &LeaseView {
        &self.view
    }

    /// What decides about its future, by the clock of the client's [`World`].
    pub fn hold(&self) -> Hold {
        Hold {
            ends: self.view.expires_at.0.plus(self.skew),
            length: self.length,
            run_on: self.view.when_unreachable.as_deref() == Some("run_on"),
        }
    }

    /// Makes it last longer: from now, as long as it was to last at first. One try.
    ///
    /// # Errors
    /// [`Failure::LeaseOver`] when it is over; [`Failure::Refused`] and [`Failure::Unreachable`]
    /// leave it as it was.
    pub fn extend(&mut self) -> Result<(), Failure> {
        let sent = self.client.world().now();
        let left = self.hold().ends.since(sent);
        let within = (left > 0).then(|| duration(left.max(SHORTEST_TRY_MS)));
        let answer = self.client.extend(&self.view.lease_id, None, within)?;
        // A lease never becomes shorter, whatever an answer says.
        self.view.expires_at = answer.expires_at.max(self.view.expires_at);
        self.length = self.hold().ends.since(sent);
        Ok(())
    }

    /// Gives it back.
    ///
    /// # Errors
    /// As [`Client::give_back`]; it then ends by itself.
    pub fn give_back(mut self) -> Result<ReturnAnswer, Failure> {
        self.settled = true;
        self.client.give_back(&self.view.lease_id)
    }

    /// Leaves it held until it ends, or until somebody returns it by its id.
    pub fn leave_held(mut self) -> LeaseView {
        self.settled = true;
        self.view.clone()
    }
}

impl<T: Transport + Clone, W: World + Clone> Drop for Lease<T, W> {
    fn drop(&mut self) {
        if !self.settled {
            // Nobody is left to tell; it ends by itself.
            let _ = self.client.drop_off(&self.view.lease_id, DROP_TIME);
        }
    }
}
