//! `Allocation`: who was promised what of one license, and who holds what.

mod live;
mod rows;
mod view;

use std::cell::{OnceCell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::time::Millis;
use edge::objects::{self, AllocationReply, Fault};
use edge::platform;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::alarm::Alarm;
use crate::call::{self, Step};
use crate::disk::DiskError;
use crate::sql::Sql;
use live::Live;

/// The allocations of one license.
#[durable_object(alarm)]
pub struct Allocation(AssertUnwindSafe<Rc<Object>>);

/// The object itself, shared with the setting of its alarm. A panic leaves its parts whole: each is set in one step, and
/// `live` is taken out while it is in use.
struct Object {
    state: State,
    env: Env,
    sql: OnceCell<Sql>,
    alarm: Alarm,
    live: RefCell<Option<Live>>,
}

impl DurableObject for Allocation {
    fn new(state: State, env: Env) -> Self {
        Self(AssertUnwindSafe(Rc::new(Object {
            state,
            env,
            sql: OnceCell::new(),
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
        let now = platform::now();
        let next = match object.wake(now) {
            Ok(next) => {
                object.alarm.succeeded();
                next
            }
            Err(error) => {
                call::storage(error);
                Some(object.alarm.again(now))
            }
        };
        if let Some(at) = next {
            object.alarm.arm(&object.state.storage(), at).await;
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl Allocation {
    /// Decides an [`objects::AllocationCall`].
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
    fn decide(&self, message: &str, faults: &str) -> Result<Step<AllocationReply>, Fault> {
        let (call, message) = call::read::<objects::Allocation>(message, faults, &self.env)?;
        let name = self.state.id().name().unwrap_or_default();
        objects::Allocation::of_name(&name).ok_or(Fault::Misaddressed)?;
        let mut live = self.live.take();
        let reply =
            live::handle(self.sql(), &mut live, message, call.now).map_err(call::storage)?;
        let due = live.as_ref().and_then(|live| live.due(call.now));
        self.live.replace(live);
        Ok(Step { call, reply, arm: due.filter(|at| !self.alarm.rings_by(*at)) })
    }

    /// Everything that is due: ends of reservations, folding. Gives the next alarm. After a failure the book is read
    /// again.
    fn wake(&self, now: Millis) -> Result<Option<Millis>, DiskError> {
        let sql = self.sql();
        let Some(mut live) = live::wake(sql, self.live.take())? else { return Ok(None) };
        live.settle(sql, now)?;
        live.tidy(sql)?;
        let next = live.due(now);
        self.live.replace(Some(live));
        Ok(next)
    }

    fn sql(&self) -> &Sql {
        // Nothing is written by this: a license of which nothing is promised takes up no storage.
        self.sql.get_or_init(|| Sql::over(self.state.storage()))
    }
}

#[cfg(test)]
mod tests;
