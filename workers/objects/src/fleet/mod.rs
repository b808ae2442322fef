//! `Fleet`: the devices of one license.

mod held;
mod keeper;
mod letters;
mod rows;
mod waiting;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use domain::audit::Draft;
use domain::fleet::DeviceStatus;
use domain::id::{LicenseId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use edge::db::Freshness;
use edge::failure::StoreFailure;
use edge::objects::{self, AuditCall, Fault, FleetCall, FleetReply};
use edge::{Call, object, platform};
use store::Change;
use store::data::{commands, devices, usage};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::alarm::Alarm;
use crate::call;
use crate::disk::{Disk, DiskError};
use crate::sql::Sql;
use held::Held;
use keeper::{Decided, Keeper, Ship};
use letters::{Batch, Letter};
use rows::Kept;

const SCHEMA: &str = include_str!("../../../../schema/objects/fleet.sql");

/// Batches that one call or alarm ships before it lets others in.
const BATCHES: usize = 10;

/// When the alarm ships what no answer waits for, in milliseconds: after the copies, as a rule, so
/// that these go only once.
const LETTERS_MS: i64 = 250;

/// The devices of one license.
#[durable_object(alarm)]
pub struct Fleet(AssertUnwindSafe<Rc<Object>>);

/// The object itself, shared with the work that goes on after a call has been decided. A panic leaves its parts
/// whole: each is set in one step, and `held` is taken out while it is in use.
struct Object {
    state: State,
    env: Env,
    sql: OnceCell<Sql>,
    name: OnceCell<(TenantId, LicenseId)>,
    alarm: Alarm,
    held: RefCell<Held>,
}

impl DurableObject for Fleet {
    fn new(state: State, env: Env) -> Self {
        Self(AssertUnwindSafe(Rc::new(Object {
            state,
            env,
            sql: OnceCell::new(),
            name: OnceCell::new(),
            alarm: Alarm::default(),
            held: RefCell::default(),
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
impl Fleet {
    /// Decides a [`FleetCall`].
    pub fn call(&self, message: &str, faults: &str) -> JsValue {
        let object = Rc::clone(&self.0);
        match object.decide(message, faults) {
            Ok(Step { call, reply, ship: Ship::Nothing }) => call::at_once(&Ok((call, reply))),
            Ok(step) => call::later(async move { object.settle(step).await }),
            Err(fault) => call::at_once::<FleetReply>(&Err(fault)),
        }
    }
}

/// A call that was decided, with what is left to do before it is answered.
struct Step {
    call: Call,
    reply: FleetReply,
    ship: Ship,
}

impl Object {
    /// The synchronous part of a call. What is to be shipped at an instant for which the alarm is set already
    /// needs nothing more.
    fn decide(&self, message: &str, faults: &str) -> Result<Step, Fault> {
        let (call, message) = call::read::<objects::Fleet>(message, faults, &self.env)?;
        let name = self.name().ok_or(Fault::Misaddressed)?;
        let sql = self.sql().map_err(call::storage)?;
        let keeper = Keeper { disk: sql, name, now: call.now };
        let Decided { reply, ship } = self.keep(&keeper, sql, &message).map_err(call::storage)?;
        let ship = match ship {
            Ship::Within(millis) if self.alarm.rings_by(call.now.plus(millis)) => Ship::Nothing,
            other => other,
        };
        Ok(Step { call, reply, ship })
    }

    /// Sets the alarm, and ships what must be known everywhere before the answer.
    async fn settle(&self, step: Step) -> Result<(Call, FleetReply), Fault> {
        let Step { call, mut reply, ship } = step;
        let name = self.name().ok_or(Fault::Misaddressed)?;
        let sql = self.sql().map_err(call::storage)?;
        match ship {
            Ship::Nothing => {}
            Ship::Within(millis) => self.alarm.arm(sql.storage(), call.now.plus(millis)).await,
            Ship::Now => {
                // Set first: should the object die while shipping, it wakes again. It also looks
                // after the letters to audit logs, which no answer waits for.
                self.alarm.arm(sql.storage(), call.now.plus(LETTERS_MS)).await;
                let copied = self.ship(&call, name, false).await.map_err(call::storage)?;
                tell(&mut reply, copied);
            }
        }
        Ok((call, reply))
    }

    /// Decides a call: a quiet heartbeat by one statement, everything else in one transaction.
    fn keep(
        &self,
        keeper: &Keeper<'_, Sql>,
        sql: &Sql,
        message: &FleetCall,
    ) -> Result<Decided, DiskError> {
        let mut held = self.held.take();
        if let Some(decided) = keeper.quick(&mut held, message)? {
            self.held.replace(held);
            return Ok(decided);
        }
        let decided = sql.atomically(|| keeper.handle(message.clone()))?;
        keeper.hold(&mut held, message)?;
        self.held.replace(held);
        Ok(decided)
    }

    /// Everything that is due: missed heartbeats, shipping, and the next alarm.
    async fn wake(&self, call: &Call) -> Result<(), DiskError> {
        let Some(name) = self.name() else { return Ok(()) };
        let sql = self.sql()?;
        let keeper = Keeper { disk: sql, name, now: call.now };
        self.held.replace(Held::default());
        sql.atomically(|| keeper.watch())?;
        let shipped = self.ship(call, name, true).await?;
        let retry = (!shipped).then(|| self.alarm.again(platform::now()));
        if shipped {
            self.alarm.succeeded();
        }
        let next = [retry, keeper.next_overdue()?].into_iter().flatten().min();
        if let Some(at) = next {
            self.alarm.arm(sql.storage(), at).await;
        }
        Ok(())
    }

    fn name(&self) -> Option<&(TenantId, LicenseId)> {
        if self.name.get().is_none() {
            let _ = self.name.set(objects::Fleet::of_name(&self.state.id().name()?)?);
        }
        self.name.get()
    }

    fn sql(&self) -> Result<&Sql, DiskError> {
        if self.sql.get().is_none() {
            // Nobody else can have set it in between: there is no await.
            let _ = self.sql.set(Sql::open(self.state.storage(), SCHEMA)?);
        }
        self.sql.get().ok_or_else(|| DiskError::new("not open"))
    }

    /// Ships copies to D1 and, if `audit`, entries to audit logs; false when something is left.
    ///
    /// Others may enter while we await D1. What they change gets a higher revision or a later
    /// letter, so it is shipped as well; what is shipped twice changes nothing.
    async fn ship(
        &self,
        call: &Call,
        name: &(TenantId, LicenseId),
        audit: bool,
    ) -> Result<bool, DiskError> {
        let sql = self.sql()?;
        let Some(fleet) = rows::fleet(sql)? else { return Ok(true) };
        for _ in 0..BATCHES {
            let batch = letters::next(sql, audit)?;
            if batch.is_empty() {
                return Ok(true);
            }
            let sent = send(call, name, fleet.shard, &batch).await;
            if let Err(failure) = sent {
                edge::log::event("warn", "fleet.ship", &failure.to_string());
                return Ok(false);
            }
            sql.atomically(|| letters::arrived(sql, &batch))?;
        }
        Ok(letters::next(sql, audit)?.is_empty())
    }
}

async fn send(
    call: &Call,
    (holder, license): &(TenantId, LicenseId),
    shard: Shard,
    batch: &Batch,
) -> Result<(), StoreFailure> {
    let copies = batch.devices.iter().flat_map(|kept| copy(license, kept));
    let letters = batch.letters.iter().filter_map(|posted| change(license, &posted.body));
    let changes: Vec<Change> = copies.chain(letters).collect();
    if !changes.is_empty() {
        call.records(holder, shard, Freshness::Primary).write(changes).await?;
    }
    for ((tenant, shard), drafts) in drafts(batch) {
        let append = AuditCall::Append { shard, drafts };
        let name = objects::AuditLog::name(&tenant);
        object::send::<objects::AuditLog>(call, &name, shard, &append).await?;
    }
    Ok(())
}

/// The copy of a device. One that gave up its place uses nothing any more, so its gauges go in the same batch.
fn copy(license: &LicenseId, kept: &Kept) -> impl Iterator<Item = Change> {
    let device = &kept.device;
    let freed = device.status != DeviceStatus::Active;
    std::iter::once(devices::put(license, device, Millis(kept.revision)))
        .chain(freed.then(|| usage::forget(license, &device.id)))
}

fn change(license: &LicenseId, letter: &Letter) -> Option<Change> {
    match letter {
        Letter::Waits { device, command } => Some(commands::put(license, device.as_ref(), command)),
        Letter::Settled { command, at } => Some(commands::acknowledge(license, command, *at)),
        Letter::Audit { .. } => None,
    }
}

fn drafts(batch: &Batch) -> BTreeMap<(TenantId, Shard), Vec<Draft>> {
    let mut drafts = BTreeMap::<_, Vec<_>>::new();
    for posted in &batch.letters {
        if let Letter::Audit { tenant, shard, draft } = &posted.body {
            drafts.entry((tenant.clone(), *shard)).or_default().push(draft.clone());
        }
    }
    drafts
}

fn tell(reply: &mut FleetReply, done: bool) {
    match reply {
        FleetReply::Activated(activated) => activated.copied = done,
        FleetReply::Device(device) => device.copied = done,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::fleet::Device;
    use domain::id::DeviceId;

    use super::*;

    fn kept(status: DeviceStatus) -> Kept {
        Kept::new(Device {
            id: DeviceId::new([1; 16]),
            fingerprint: "fp".to_owned(),
            components: BTreeMap::new(),
            name: None,
            status,
            activated: Millis(0),
            last_seen: None,
            public_key: None,
            suspect: None,
            instance: None,
            retired_instances: Vec::new(),
            sequence: None,
            status_report: None,
            vacated: false,
        })
    }

    #[test]
    fn the_gauges_of_a_device_go_with_its_place() {
        let license = LicenseId::new(Shard::Eu, [1; 16]);
        let rows =
            [(DeviceStatus::Active, 1), (DeviceStatus::Deactivated, 2), (DeviceStatus::Blocked, 2)];
        for (status, changes) in rows {
            let kept = kept(status);
            let written: Vec<_> = copy(&license, &kept).collect();
            assert_eq!(written.len(), changes, "{status:?}");
            let forgets = written.iter().filter(|c| c.sql().contains("DELETE FROM usage_gauges"));
            assert_eq!(forgets.count(), changes - 1, "{status:?}");
        }
    }
}
