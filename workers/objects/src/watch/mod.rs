//! `Watch`: what is usual for the API keys of one tenant, and alerts of what is not.

mod apps;
mod desk;
mod post;
mod tell;

use std::cell::OnceCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::id::{AlertId, TenantId};
use domain::place::Shard;
use edge::db::Freshness;
use edge::objects::{self, Fault, WatchReply};
use edge::{Call, platform};
use store::data::{alert_settings, alerts};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::alarm::Alarm;
use crate::call;
use crate::disk::{Disk, DiskError};
use crate::sql::Sql;
use crate::watch::desk::{Done, World};
use crate::watch::post::Posted;
use crate::watch::tell::Party;

/// How long the counts of alerts that go on are gathered before D1 gets them, in milliseconds.
const COUNTS_MS: i64 = 5_000;
/// Rounds that one call or alarm ships before it lets others in.
const ROUNDS: usize = 5;

/// The watch of one tenant.
#[durable_object(alarm)]
pub struct Watch(AssertUnwindSafe<Rc<Object>>);

/// The object itself, shared with the work that goes on after a call has been decided. A panic leaves both cells
/// whole: they are set in one step.
struct Object {
    state: State,
    env: Env,
    sql: OnceCell<Sql>,
    alarm: Alarm,
}

impl DurableObject for Watch {
    fn new(state: State, env: Env) -> Self {
        let (sql, alarm) = (OnceCell::new(), Alarm::default());
        Self(AssertUnwindSafe(Rc::new(Object { state, env, sql, alarm })))
    }

    async fn fetch(&self, _request: Request) -> worker::Result<Response> {
        call::not_by_fetch()
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let object = &self.0;
        object.alarm.rang();
        let call = Call::internal(object.env.clone());
        if object.ship_or_retry(&call).await.is_err() {
            object.alarm.arm(&object.state.storage(), object.alarm.again(call.now)).await;
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl Watch {
    /// Decides an [`objects::WatchCall`].
    pub fn call(&self, message: &str, faults: &str) -> JsValue {
        let object = Rc::clone(&self.0);
        match object.decide(message, faults) {
            Ok((call, done)) if done.unshipped => {
                call::later(async move { object.settle(call, done).await })
            }
            Ok((call, done)) => call::at_once(&Ok((call, done.reply))),
            Err(fault) => call::at_once::<WatchReply>(&Err(fault)),
        }
    }
}

impl Object {
    fn decide(&self, message: &str, faults: &str) -> Result<(Call, Done), Fault> {
        let (call, message) = call::read::<objects::Watch>(message, faults, &self.env)?;
        let tenant = self.tenant().ok_or(Fault::Misaddressed)?;
        let sql = self.sql().map_err(call::storage)?;
        let done = sql.atomically(|| {
            // Without entropy two alerts of one instant would be one: the platform always has some.
            let mut new_id = || AlertId::new(platform::entropy().unwrap_or_default());
            let mut world = World { local: &edge::zone::local, new_id: &mut new_id, now: call.now };
            desk::handle(sql, &tenant, message.clone(), &mut world)
        });
        Ok((call, done.map_err(call::storage)?))
    }

    /// New alerts go to D1 before the answer, so that nobody waits for the alarm to see them; counts are gathered.
    async fn settle(&self, call: Call, done: Done) -> Result<(Call, WatchReply), Fault> {
        let sql = self.sql().map_err(call::storage)?;
        // Set before anything leaves the object: should it die while shipping, it wakes again.
        self.alarm.arm(sql.storage(), call.now.plus(COUNTS_MS)).await;
        if !matches!(done.reply, WatchReply::Noted { raised: 0 }) {
            self.ship_or_retry(&call).await.map_err(call::storage)?;
        }
        Ok((call, done.reply))
    }

    fn tenant(&self) -> Option<TenantId> {
        objects::Watch::of_name(&self.state.id().name()?)
    }

    fn sql(&self) -> Result<&Sql, DiskError> {
        if self.sql.get().is_none() {
            // Nobody else can have set it in between: there is no await.
            let _ = self.sql.set(Sql::open(self.state.storage(), desk::SCHEMA)?);
        }
        self.sql.get().ok_or_else(|| DiskError::new("not open"))
    }

    /// Ships, and sees to it that what could not be shipped is tried again.
    async fn ship_or_retry(&self, call: &Call) -> Result<(), DiskError> {
        if self.ship(call).await? {
            self.alarm.succeeded();
        } else {
            self.alarm.arm(self.sql()?.storage(), self.alarm.again(platform::now())).await;
        }
        Ok(())
    }

    /// Writes to D1 what it does not have. Others may enter while we await D1: an alert that goes on meanwhile has
    /// another revision and is shipped again, and one that is shipped twice is told once.
    async fn ship(&self, call: &Call) -> Result<bool, DiskError> {
        let Some(tenant) = self.tenant() else { return Ok(true) };
        let sql = self.sql()?;
        for _ in 0..ROUNDS {
            let Some((shard, posted)) = post::unshipped(sql)? else { return Ok(true) };
            for posted in posted {
                if !write(call, &tenant, shard, &posted).await {
                    return Ok(false);
                }
                post::shipped(sql, &posted)?;
            }
        }
        Ok(post::unshipped(sql)?.is_none())
    }
}

/// Writes one alert, with everything that must be told of it in the same transaction. A failure is logged.
async fn write(call: &Call, tenant: &TenantId, shard: Shard, posted: &Posted) -> bool {
    let records = call.records(tenant, shard, Freshness::Primary);
    let outcome = async {
        let mut changes = Vec::new();
        if posted.raised == 1 {
            let (channels,) = records.read((alert_settings::channels(),)).await?;
            let party = Party { tenant, shard, url: call.config.tenant_url(tenant) };
            changes = tell::everybody(&party, &posted.body, &channels, call.now)?;
        }
        changes.push(alerts::put(posted.seq, &posted.body));
        Ok::<_, edge::Failure>(records.write(changes).await?)
    };
    match outcome.await {
        Ok(_) => true,
        Err(failure) => {
            let reason = failure.reason.unwrap_or(failure.problem.code);
            edge::log::event("warn", "watch.ship", &reason);
            false
        }
    }
}

#[cfg(test)]
mod tests;
