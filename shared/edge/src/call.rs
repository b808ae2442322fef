//! One request under way: what came in, which settings and faults apply, how many store rounds it took.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use domain::host::Host;
use domain::id::{RequestId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use futures_util::future::LocalBoxFuture;
use store::query::{Directory, Tenant};
use worker::Env;

use crate::admit::Caller;
use crate::config::Config;
use crate::db::{Db, Freshness};
use crate::door::Inbound;
use crate::fault::Faults;
use crate::platform;

/// One request under way.
pub struct Call {
    /// What came in.
    pub inbound: Inbound,
    /// Its id, in `X-Request-Id` and every log line.
    pub id: RequestId,
    /// When it came in. One instant serves the whole request.
    pub now: Millis,
    /// The installation's settings.
    pub config: Rc<Config>,
    /// The bindings.
    pub env: Env,
    /// What a test wants to go wrong.
    pub faults: Faults,
    rounds: Rc<Rounds>,
    admitted: RefCell<Option<Caller>>,
    route: Cell<&'static str>,
    strict: Cell<bool>,
    later: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
}

impl Call {
    /// A request that came in now.
    pub fn new(inbound: Inbound, env: Env) -> Self {
        let config = Config::of(&env);
        let header = if config.faults { inbound.header("writ-fault") } else { "" };
        let faults = Faults::parse(header);
        Self {
            id: platform::request_id(),
            now: platform::now(),
            config,
            env,
            faults,
            rounds: Rc::default(),
            admitted: RefCell::default(),
            route: Cell::default(),
            strict: Cell::default(),
            later: RefCell::default(),
            inbound,
        }
    }

    /// A call that no request made: cron and alarms.
    pub fn internal(env: Env) -> Self {
        Self::new(Inbound::default(), env)
    }

    /// A call for what a request leaves to be done once its answer is out. What a test wants to go wrong goes wrong there too.
    #[must_use]
    pub fn behind(&self) -> Self {
        Self { faults: self.faults.clone(), ..Self::internal(self.env.clone()) }
    }

    /// The host that was asked, if it is one at all.
    pub fn host(&self) -> Option<Host> {
        Host::parse(self.inbound.authority()).ok()
    }

    /// The DIRECTORY.
    pub fn directory(&self, freshness: Freshness) -> Db<Directory> {
        Db::directory(self, freshness)
    }

    /// The records of one tenant on its shard.
    pub fn records(&self, tenant: &TenantId, shard: Shard, freshness: Freshness) -> Db<Tenant> {
        Db::records(self, tenant, shard, freshness)
    }

    /// The counter of store rounds.
    pub fn rounds(&self) -> Rc<Rounds> {
        Rc::clone(&self.rounds)
    }

    /// Remembers who was let in, for the log and the headers of whatever comes of the request.
    pub fn admit(&self, caller: &Caller) {
        *self.admitted.borrow_mut() = Some(caller.clone());
    }

    /// The caller wants nothing from memory: caches are passed over and primaries are asked.
    pub fn demand_strict(&self) {
        self.strict.set(true);
    }

    /// Whether nothing may come from memory.
    pub fn is_strict(&self) -> bool {
        self.strict.get()
    }

    /// How old what memory holds may be for this request.
    pub fn staleness_ms(&self) -> i64 {
        if self.is_strict() || self.faults.cold { 0 } else { self.config.staleness_ms }
    }

    /// Remembers the endpoint, for the log.
    pub fn routed(&self, route: &'static str) {
        self.route.set(route);
    }

    /// The endpoint; empty when none answers this address.
    pub fn route(&self) -> &'static str {
        self.route.get()
    }

    /// Who was let in, if anybody was.
    pub fn admitted(&self) -> Option<Caller> {
        self.admitted.borrow().clone()
    }

    /// Work that must not hold the answer up.
    pub fn later(&self, work: impl Future<Output = ()> + 'static) {
        self.later.borrow_mut().push(Box::pin(work));
    }

    /// The work put off so far, to be handed to the platform.
    pub fn take_later(&self) -> Vec<LocalBoxFuture<'static, ()>> {
        self.later.take()
    }
}

/// Counts store rounds in sequence: what runs side by side counts once.
#[derive(Debug, Default)]
pub struct Rounds(Cell<u32>);

impl Rounds {
    /// Rounds in sequence so far.
    pub fn count(&self) -> u32 {
        self.0.get()
    }

    /// Starts a round; hand the result to [`Rounds::end`].
    pub fn begin(&self) -> u32 {
        self.0.get()
    }

    /// Ends a round that began at `begun` and took `more` further rounds inside the store itself.
    pub fn end(&self, begun: u32, more: u32) {
        self.0.set(self.0.get().max(begun + 1 + more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_side_by_side_count_once_and_in_sequence_add_up() {
        let rounds = Rounds::default();
        let (first, second) = (rounds.begin(), rounds.begin());
        rounds.end(first, 0);
        rounds.end(second, 0);
        assert_eq!(rounds.count(), 1);
        let third = rounds.begin();
        rounds.end(third, 1);
        assert_eq!(rounds.count(), 3);
    }
}
