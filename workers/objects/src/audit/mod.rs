//! `AuditLog`: the hash-chained log of one tenant, shipped to D1.

mod log;

use std::cell::OnceCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::id::TenantId;
use edge::db::Freshness;
use edge::objects::{self, AuditReply, Fault};
use edge::{Call, platform};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::alarm::Alarm;
use crate::call;
use crate::disk::{Disk, DiskError};
use crate::sql::Sql;

/// Batches that one call or alarm ships before it lets others in.
const BATCHES: usize = 10;

/// When an alarm looks after entries that are being shipped right now, in milliseconds.
const SAFETY_MS: i64 = 5_000;

/// The hash-chained log of one tenant.
#[durable_object(alarm)]
pub struct AuditLog(AssertUnwindSafe<Rc<Object>>);

/// The object itself, shared with the work that goes on after a call has been decided. A panic leaves both cells
/// whole: they are set in one step.
struct Object {
    state: State,
    env: Env,
    sql: OnceCell<Sql>,
    alarm: Alarm,
}

impl DurableObject for AuditLog {
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
impl AuditLog {
    /// Decides an [`objects::AuditCall`].
    pub fn call(&self, message: &str, faults: &str) -> JsValue {
        let object = Rc::clone(&self.0);
        match object.decide(message, faults) {
            Ok((call, reply @ AuditReply::Appended { .. })) => {
                call::later(async move { object.settle(call, reply).await })
            }
            decided => call::at_once(&decided),
        }
    }
}

impl Object {
    fn decide(&self, message: &str, faults: &str) -> Result<(Call, AuditReply), Fault> {
        let (call, message) = call::read::<objects::AuditLog>(message, faults, &self.env)?;
        let tenant = self.tenant().ok_or(Fault::Misaddressed)?;
        let sql = self.sql().map_err(call::storage)?;
        let reply =
            sql.atomically(|| log::handle(sql, &tenant, message.clone())).map_err(call::storage)?;
        Ok((call, reply))
    }

    /// Ships what was appended before it is answered.
    async fn settle(&self, call: Call, reply: AuditReply) -> Result<(Call, AuditReply), Fault> {
        let AuditReply::Appended { head, added, .. } = reply else { return Ok((call, reply)) };
        let sql = self.sql().map_err(call::storage)?;
        // Set before anything leaves the object: should it die while shipping, it wakes again.
        self.alarm.arm(sql.storage(), call.now.plus(SAFETY_MS)).await;
        let shipped = self.ship_or_retry(&call).await.map_err(call::storage)?;
        Ok((call, AuditReply::Appended { head, added, shipped }))
    }

    fn tenant(&self) -> Option<TenantId> {
        objects::AuditLog::of_name(&self.state.id().name()?)
    }

    fn sql(&self) -> Result<&Sql, DiskError> {
        if self.sql.get().is_none() {
            // Nobody else can have set it in between: there is no await.
            let _ = self.sql.set(Sql::open(self.state.storage(), log::SCHEMA)?);
        }
        self.sql.get().ok_or_else(|| DiskError::new("not open"))
    }

    /// Ships, and sees to it that what could not be shipped is tried again.
    async fn ship_or_retry(&self, call: &Call) -> Result<bool, DiskError> {
        let shipped = self.ship(call).await?;
        if shipped {
            self.alarm.succeeded();
        } else {
            self.alarm.arm(self.sql()?.storage(), self.alarm.again(platform::now())).await;
        }
        Ok(shipped)
    }

    /// Copies to D1 what it does not have. Others may enter while we await D1: entries are only
    /// added behind, and the same entry copied twice changes nothing.
    async fn ship(&self, call: &Call) -> Result<bool, DiskError> {
        let Some(tenant) = self.tenant() else { return Ok(true) };
        let sql = self.sql()?;
        for _ in 0..BATCHES {
            let Some((shard, entries)) = log::unshipped(sql)? else { return Ok(true) };
            let last = entries.last().map_or(0, |entry| entry.seq);
            let records = call.records(&tenant, shard, Freshness::Primary);
            let changes = entries.iter().map(store::data::audit::insert).collect();
            if let Err(failure) = records.write(changes).await {
                edge::log::event("warn", "audit.ship", &failure.to_string());
                return Ok(false);
            }
            log::shipped(sql, last)?;
        }
        Ok(log::unshipped(sql)?.is_none())
    }
}
