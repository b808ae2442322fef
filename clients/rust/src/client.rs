//! Floating seats: checks leases out, and keeps its word about each of them.
//!
//! Checkouts and returns carry an `Idempotency-Key` and are tried again with the same one, so
//! that an answer that was lost never costs a second seat.

use std::time::Duration;

use domain::id::{LeaseId, TicketId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::lease::{
    BorrowAnswer, BorrowRequest, CheckoutRequest, ExtendAnswer, ExtendRequest, LeaseView,
    QueuedView, ReturnAnswer, ReturnRequest,
};

use crate::failure::Failure;
use crate::http::Http;
use crate::identity::Identity;
use crate::lease::Lease;
use crate::transport::{Reply, Request, Transport};
use crate::world::{System, World, duration};

mod line;
mod retry;

use retry::Patience;

const CHECKOUT: &str = "/api/v1/licenses/checkout";
const BORROW: &str = "/api/v1/licenses/borrow";
const RETURN: &str = "/api/v1/licenses/return";
const EXTEND: &str = "/api/v1/licenses/extend";

/// How long an answer may take, unless the caller says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What seats are for, and whether to wait for them.
#[derive(Clone, Debug, Default)]
pub struct CheckoutOptions {
    /// License id or license code.
    pub license: Option<String>,
    /// The product, instead of `license`.
    pub product: Option<String>,
    /// The person who works.
    pub user: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The device or its fingerprint.
    pub device: Option<String>,
    /// How many seats; 1 when missing.
    pub quantity: Option<u32>,
    /// For how many seconds; the license says when missing.
    pub ttl: Option<u32>,
    /// Features that must be licensed.
    pub features: Vec<String>,
    /// Whether to wait in line when no seat is free.
    pub wait: Wait,
}

/// Whether to wait in line, and how long.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Wait {
    /// Not at all.
    #[default]
    No,
    /// So many seconds at most.
    Seconds(u32),
    /// As long as it takes.
    Forever,
}

/// Asks one service for seats, with one set of credentials.
#[derive(Clone)]
pub struct Client<T = Http, W = System> {
    transport: T,
    world: W,
}

/// What a checkout brought.
enum Answer {
    Granted(Box<LeaseView>),
    Queued(QueuedView),
}

impl Client {
    /// A client of the service at `url` (`https://acme.example.com`), with an API key.
    ///
    /// # Errors
    /// [`Failure::Usage`] when `url` is none.
    pub fn connect(url: &str, api_key: &str) -> Result<Self, Failure> {
        Self::connect_as(url, api_key, Identity::default())
    }

    /// The same, for keys that demand more than their secret.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn connect_as(url: &str, api_key: &str, identity: Identity) -> Result<Self, Failure> {
        let bearer = format!("Bearer {}", api_key.trim());
        let http = Http::showing(url, bearer, TIMEOUT, identity)?;
        Ok(Self::new(http, System::default()))
    }
}

impl<T: Transport + Clone, W: World + Clone> Client<T, W> {
    /// A client over a transport, in a world.
    pub const fn new(transport: T, world: W) -> Self {
        Self { transport, world }
    }

    /// Takes seats, and waits in line for them where the options say so.
    ///
    /// # Errors
    /// [`Failure::NoSeat`] when none is free, or none became free in time;
    /// [`Failure::Refused`]; [`Failure::Unreachable`] after several tries.
    pub fn checkout(&self, options: &CheckoutOptions) -> Result<Lease<T, W>, Failure> {
        self.checkout_telling(options, &mut |_| ())
    }

    /// The same, and tells of every look at the line.
    ///
    /// # Errors
    /// As [`Self::checkout`].
    pub fn checkout_telling(
        &self,
        options: &CheckoutOptions,
        tell: &mut dyn FnMut(&QueuedView),
    ) -> Result<Lease<T, W>, Failure> {
        line::stand(self, options, tell)
    }

    /// Borrows seats for work without a network. The lease's text is not verified here: see
    /// [`crate::borrowed`].
    ///
    /// # Errors
    /// [`Failure::NoSeat`], [`Failure::Refused`]; [`Failure::Unreachable`] after several tries.
    pub fn borrow(&self, request: &BorrowRequest) -> Result<BorrowAnswer, Failure> {
        read(&self.insist(BORROW, request, Patience::CHECKOUT)?.into_body()?)
    }

    /// Gives a lease back.
    ///
    /// # Errors
    /// [`Failure::LeaseOver`] when there is nothing to give back any more;
    /// [`Failure::Unreachable`] after several tries.
    pub fn give_back(&self, lease: &LeaseId) -> Result<ReturnAnswer, Failure> {
        let request = ReturnRequest { lease_id: Some(lease.clone()), ticket: None };
        read(&self.insist(RETURN, &request, Patience::RETURN)?.into_body()?)
    }

    /// Makes a lease last longer: for `ttl` seconds from now, or as long as it was to last at
    /// first. One try, that takes no longer than `within`.
    ///
    /// # Errors
    /// [`Failure::LeaseOver`], [`Failure::Refused`], [`Failure::Unreachable`].
    pub fn extend(
        &self,
        lease: &LeaseId,
        ttl: Option<u32>,
        within: Option<Duration>,
    ) -> Result<ExtendAnswer, Failure> {
        let body = json(&ExtendRequest { lease_id: lease.clone(), ttl })?;
        let request = Request { timeout: within, ..Request::post(EXTEND, &body) };
        read(&self.transport.clone().send(request)?.into_body()?)
    }

    /// Gives a lease back in one try and `within` the time; for those who cannot wait or be told.
    pub(crate) fn drop_off(&self, lease: &LeaseId, within: Duration) -> Result<(), Failure> {
        let body = json(&ReturnRequest { lease_id: Some(lease.clone()), ticket: None })?;
        let key = self.key()?;
        let request = Request {
            idempotency_key: Some(&key),
            timeout: Some(within),
            ..Request::post(RETURN, &body)
        };
        self.transport.clone().send(request)?.into_body().map(|_| ())
    }

    /// Asks for seats, or comes back for them.
    fn ask(&self, request: &CheckoutRequest) -> Result<Answer, Failure> {
        let reply = self.insist(CHECKOUT, request, Patience::CHECKOUT)?;
        if reply.status == 202 {
            return Ok(Answer::Queued(read(&reply.body)?));
        }
        Ok(Answer::Granted(Box::new(read(&reply.into_body()?)?)))
    }

    /// Gives a place in the line up; one that is lost lapses by itself.
    fn leave(&self, ticket: TicketId) {
        let request = ReturnRequest { lease_id: None, ticket: Some(ticket) };
        // Nothing depends on it.
        let _ = self.insist(RETURN, &request, Patience::LEAVE);
    }

    /// Sends a request until there is an answer, always with the same key.
    fn insist(
        &self,
        path: &str,
        request: &impl Serialize,
        patience: Patience,
    ) -> Result<Reply, Failure> {
        let (body, key) = (json(request)?, self.key()?);
        let (begun, mut tries) = (self.world.now(), 0);
        loop {
            let left = patience.budget_ms - self.world.now().since(begun);
            let request = Request {
                idempotency_key: Some(&key),
                timeout: Some(duration(left.max(retry::SHORTEST_TRY_MS))),
                ..Request::post(path, &body)
            };
            let failure = match self.transport.clone().send(request) {
                Ok(reply) if (200..300).contains(&reply.status) => return Ok(reply),
                Ok(reply) => match reply.into_body() {
                    Ok(_) => return Err(Failure::unreachable("the answer cannot be read")),
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            tries += 1;
            let elapsed = self.world.now().since(begun);
            let [dice, ..] = self.world.entropy()?;
            let Some(pause) = retry::pause(patience, tries, elapsed, &failure, dice) else {
                return Err(failure);
            };
            if !self.world.pause(duration(pause)) {
                return Err(Failure::Interrupted);
            }
        }
    }

    fn key(&self) -> Result<String, Failure> {
        Ok(license::hex(&self.world.entropy()?))
    }

    pub(crate) const fn world(&self) -> &W {
        &self.world
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Local(error.to_string()))
}

fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::unreachable(format!("the answer cannot be read: {error}")))
}

#[cfg(test)]
mod tests;
