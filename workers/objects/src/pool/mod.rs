//! `Pool`: the floating seats of one license.

mod events;
mod live;
mod rows;
mod ship;
mod tidy;
mod view;

use std::cell::{OnceCell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::id::{LicenseId, TenantId};
use domain::time::Millis;
use edge::config::Config;
use edge::db::Freshness;
use edge::objects::{self, Fault, PoolReply};
use edge::{Call, platform};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::alarm::Alarm;
use crate::call::{self, Step};
use crate::disk::DiskError;
use crate::sql::Sql;
use live::Live;
use ship::BATCH;
use tidy::USUAL;

/// Batches that one alarm ships before it lets others in.
const BATCHES: usize = 10;

/// The floating seats of one license.
#[durable_object(alarm)]
pub struct Pool(AssertUnwindSafe<Rc<Object>>);

/// The object itself, shared with the work that goes on after a call has been decided. A panic leaves its parts
/// whole: each is set in one step, and `live` is taken out while it is in use.
struct Object {
    state: State,
    env: Env,
    sql: OnceCell<Sql>,
    name: OnceCell<(TenantId, LicenseId)>,
    alarm: Alarm,
    live: RefCell<Option<Live>>,
}

impl DurableObject for Pool {
    fn new(state: State, env: Env) -> Self {
        Self(AssertUnwindSafe(Rc::new(Object {
            state,
            env,
            sql: OnceCell::new(),
            name: OnceCell::new(),
            alarm: Alarm::default(),
            live: RefCell::default(),
        })))
    }

    async fn fetch(&self, _request: Request) -> worker::Result<Response> {
        call::not_by_fetch()
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let object = &self.0;
        object.alarm.rang();
        let call = Call::internal(object.env.clone());
        if let Err(error) = object.wake(&call).await {
            call::storage(error);
            object.alarm.arm(&object.state.storage(), object.alarm.again(call.now)).await;
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl Pool {
    /// Decides a [`objects::PoolCall`].
    pub fn call(&self, message: &str, faults: &str) -> JsValue {
        let object = Rc::clone(&self.0);
        let decided = object.decide(message, faults);
        call::armed(decided, async move |at| {
            object.alarm.arm(&object.state.storage(), at).await;
        })
    }
}

impl Object {
    /// Decides a call, all of it synchronous. What is due at an instant for which the alarm is set already needs
    /// nothing more.
    fn decide(&self, message: &str, faults: &str) -> Result<Step<PoolReply>, Fault> {
        let (call, message) = call::read::<objects::Pool>(message, faults, &self.env)?;
        self.name().ok_or(Fault::Misaddressed)?;
        let mut live = self.live.take();
        let reply = live::handle(self.sql(), &mut live, message, call.config.gather_ms, call.now)
            .map_err(call::storage)?;
        let due = live.as_ref().and_then(|live| live.due(&USUAL));
        self.live.replace(live);
        Ok(Step { call, reply, arm: due.filter(|at| !self.alarm.rings_by(*at)) })
    }

    /// Everything that is due: ends of leases, shipping, folding, and the next alarm.
    async fn wake(&self, call: &Call) -> Result<(), DiskError> {
        let Some(name) = self.name() else { return Ok(()) };
        let ships = self.with(call.now, |live, sql| {
            live.settle(sql, call.now)?;
            Ok(live.begin_shipping(call.now))
        })?;
        if ships == Some(true) {
            self.ship(call, name).await?;
        }
        let now = platform::now();
        let next = self.with(now, |live, sql| {
            live.tidy(sql, &USUAL, now)?;
            Ok(if live.untidy(&USUAL, now) { Some(now) } else { live.due(&USUAL) })
        })?;
        if let Some(at) = next.flatten() {
            self.alarm.arm(&self.state.storage(), at).await;
        }
        Ok(())
    }

    /// Ships until D1 has everything, and sees to it that what is left is tried again.
    ///
    /// Others may enter while we await D1: they add entries behind those on their way, or drop the book, which is then
    /// read again. See [`ship`] for why nothing is lost or counted twice.
    async fn ship(&self, call: &Call, name: &(TenantId, LicenseId)) -> Result<(), DiskError> {
        let (holder, license) = name;
        for _ in 0..BATCHES {
            let next = self.with(call.now, |live, sql| live.next_batch(sql, license, BATCH))?;
            let Some(batch) = next.flatten() else {
                self.alarm.succeeded();
                return Ok(());
            };
            if let Some(change) = batch.change {
                let records = call.records(holder, batch.shard, Freshness::Primary);
                if let Err(failure) = records.write(vec![change]).await {
                    edge::log::event("warn", "pool.ship", &failure.to_string());
                    let again = self.alarm.again(platform::now());
                    return self.ship_at(again);
                }
            }
            self.with(call.now, |live, sql| live.arrived(sql, batch.last))?;
        }
        self.alarm.succeeded();
        self.ship_at(platform::now())
    }

    fn ship_at(&self, at: Millis) -> Result<(), DiskError> {
        self.with(at, |live, _| {
            live.ship_at = Some(at);
            Ok(())
        })
        .map(drop)
    }

    /// Works on the book, in one synchronous step; nothing where no seat was ever asked for. After a failure the book
    /// is read again.
    fn with<T>(
        &self,
        now: Millis,
        work: impl FnOnce(&mut Live, &Sql) -> Result<T, DiskError>,
    ) -> Result<Option<T>, DiskError> {
        let (sql, gather_ms) = (self.sql(), Config::of(&self.env).gather_ms);
        let Some(mut live) = live::wake(sql, self.live.take(), gather_ms, now)? else {
            return Ok(None);
        };
        let done = work(&mut live, sql)?;
        self.live.replace(Some(live));
        Ok(Some(done))
    }

    fn name(&self) -> Option<&(TenantId, LicenseId)> {
        if self.name.get().is_none() {
            let _ = self.name.set(objects::Pool::of_name(&self.state.id().name()?)?);
        }
        self.name.get()
    }

    fn sql(&self) -> &Sql {
        // Nothing is written by this: a pool that nobody uses takes up no storage.
        self.sql.get_or_init(|| Sql::over(self.state.storage()))
    }
}

#[cfg(test)]
mod tests;
