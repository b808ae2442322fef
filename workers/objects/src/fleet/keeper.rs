//! The fleet's decisions on its disk. Each call is one synchronous transaction.

use domain::fleet::{self, ActivationAsk, Beat, DeviceStatus, Place};
use domain::id::{CommandId, LicenseId, TenantId};
use domain::time::Millis;
use edge::objects::{
    ActivatedReply, BeatReply, By, DeviceNamed, DeviceReply, FleetCall, FleetReply, FleetTerms,
    Ruling,
};

use crate::disk::{Disk, DiskError};
use crate::fleet::held::Held;
use crate::fleet::letters::{Happening, record};
use crate::fleet::rows::{self, Kept};
use crate::fleet::waiting;

/// Devices that one answer holds at most.
const PAGE: u32 = 200;

/// How long the copy of a heartbeat may wait for others to go with it, in milliseconds.
///
/// At most half an interval as well, so that a copy never makes a device look overdue.
const GATHER_MS: i64 = 5_000;

/// What was decided, and how soon it must be shipped.
#[derive(Clone, Debug)]
pub struct Decided {
    /// For the caller.
    pub reply: FleetReply,
    /// When there is something to ship.
    pub ship: Ship,
}

/// How soon something must be shipped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ship {
    /// There is nothing.
    Nothing,
    /// Before the answer: the next validation, anywhere, must know.
    Now,
    /// With others, after so many milliseconds.
    Within(i64),
}

/// What somebody does to a device, for the audit log.
struct Act<'a> {
    by: &'a By,
    action: &'a str,
    reason: Option<&'a str>,
}

/// Whose fleet it is, and when this happens.
pub struct Keeper<'a, D> {
    /// The object's storage.
    pub disk: &'a D,
    /// Holder and license.
    pub name: &'a (TenantId, LicenseId),
    /// Now.
    pub now: Millis,
}

impl<D: Disk> Keeper<'_, D> {
    /// Decides a call.
    ///
    /// # Errors
    /// When the storage fails; the caller then rolls everything back.
    pub fn handle(&self, call: FleetCall) -> Result<Decided, DiskError> {
        match call {
            FleetCall::Activate { terms, ask, by } => self.activate(terms, &ask, &by),
            FleetCall::Deactivate { device, by } => {
                let act = Act { by: &by, action: "device.deactivated", reason: None };
                self.change(&device, &act, |kept| {
                    let active = kept.device.status == DeviceStatus::Active;
                    kept.device = fleet::deactivate(&kept.device);
                    active
                })
            }
            FleetCall::Block { device, by, ruling } => self.block(&device, &by, &ruling),
            FleetCall::Unblock { device, by, ruling } => self.unblock(&device, &by, &ruling),
            FleetCall::Beat { device, beat, acknowledge, terms } => {
                self.beat(&device, beat, &acknowledge, terms)
            }
            FleetCall::Enqueue { shard, parcels } => {
                rows::placed(self.disk, shard)?;
                parcels
                    .iter()
                    .try_for_each(|parcel| waiting::take_in(self.disk, parcel, self.now))?;
                Ok(Decided { reply: FleetReply::Done, ship: Ship::Now })
            }
            FleetCall::SetTerms { terms } => {
                rows::adopt(self.disk, terms)?;
                Ok(Decided { reply: FleetReply::Done, ship: Ship::Within(0) })
            }
            FleetCall::Devices { after, limit } => {
                let page = rows::list(self.disk, after.as_ref(), limit.min(PAGE))?;
                let devices = page.into_iter().map(|kept| kept.device).collect();
                Ok(Decided { reply: FleetReply::Devices(devices), ship: Ship::Nothing })
            }
        }
    }

    fn activate(
        &self,
        terms: FleetTerms,
        ask: &ActivationAsk,
        by: &By,
    ) -> Result<Decided, DiskError> {
        let terms = rows::adopt(self.disk, terms)?;
        let known = rows::find(self.disk, &DeviceNamed::Fingerprint(ask.fingerprint.clone()))?;
        let slots = rows::slots(self.disk)?;
        let existing = known.as_ref().map(|kept| &kept.device);
        let granted = match fleet::activate(existing, slots, terms.rules, ask, self.now) {
            Ok(granted) => granted,
            Err(refusal) => {
                return Ok(Decided { reply: FleetReply::Refused(refusal), ship: Ship::Nothing });
            }
        };
        if granted.place.displaces() {
            rows::displace(self.disk)?;
        }
        if granted.place == Place::Migrated {
            rows::migrated(self.disk)?;
        }
        let revision = known.map_or(0, |kept| kept.revision);
        let mut kept = Kept { revision, ..Kept::new(granted.device) };
        kept.save(self.disk, self.now)?;
        if granted.place != Place::Kept {
            waiting::clear(self.disk, &kept.device.id, self.now)?;
            self.record(&kept, &Act { by, action: "device.activated", reason: None })?;
        }
        let active = rows::slots(self.disk)?.active;
        let reply =
            ActivatedReply { device: kept.device, place: granted.place, active, copied: false };
        Ok(Decided { reply: FleetReply::Activated(reply), ship: Ship::Now })
    }

    /// A change by an administrator or the device's owner; `false` from `next`: it is so already.
    fn change(
        &self,
        named: &DeviceNamed,
        act: &Act<'_>,
        next: impl FnOnce(&mut Kept) -> bool,
    ) -> Result<Decided, DiskError> {
        let Some(mut kept) = rows::find(self.disk, named)? else {
            return Ok(Decided { reply: FleetReply::NoSuchDevice, ship: Ship::Nothing });
        };
        if next(&mut kept) {
            kept.vacated = kept.device.vacated.then(|| kept.vacated.unwrap_or(self.now));
            kept.missed = None;
            kept.save(self.disk, self.now)?;
            if kept.device.status != DeviceStatus::Active {
                waiting::clear(self.disk, &kept.device.id, self.now)?;
            }
            self.record(&kept, act)?;
        }
        let active = rows::slots(self.disk)?.active;
        let reply = DeviceReply { device: kept.device, active, copied: false };
        Ok(Decided { reply: FleetReply::Device(reply), ship: Ship::Now })
    }

    fn block(&self, named: &DeviceNamed, by: &By, ruling: &Ruling) -> Result<Decided, DiskError> {
        let act = Act { by, action: "device.blocked", reason: ruling.reason.as_deref() };
        self.change(named, &act, |kept| {
            let blocked = kept.device.status == DeviceStatus::Blocked;
            let stricter = ruling.by_issuer && !kept.issuer_block;
            kept.device = fleet::block(&kept.device);
            kept.issuer_block |= ruling.by_issuer;
            !blocked || stricter
        })
    }

    fn unblock(&self, named: &DeviceNamed, by: &By, ruling: &Ruling) -> Result<Decided, DiskError> {
        let known = rows::find(self.disk, named)?;
        if known.is_some_and(|kept| kept.issuer_block) && !ruling.by_issuer {
            return Ok(Decided { reply: FleetReply::BlockedByIssuer, ship: Ship::Nothing });
        }
        let active = rows::slots(self.disk)?.active;
        // A fleet that was told no terms lets nobody in by itself.
        let limit = self.terms()?.map_or(Some(0), |terms| terms.rules.limit);
        let act = Act { by, action: "device.unblocked", reason: ruling.reason.as_deref() };
        self.change(named, &act, |kept| {
            let blocked = kept.device.status == DeviceStatus::Blocked;
            let suspected = kept.device.suspect.is_some();
            kept.device = fleet::unblock(&kept.device, active, limit);
            kept.issuer_block = false;
            blocked || suspected
        })
    }

    fn beat(
        &self,
        named: &DeviceNamed,
        beat: Beat,
        acknowledge: &[CommandId],
        terms: Option<FleetTerms>,
    ) -> Result<Decided, DiskError> {
        let terms = match terms {
            Some(terms) => Some(rows::adopt(self.disk, terms)?),
            None => self.terms()?,
        };
        let Some(mut kept) = rows::find(self.disk, named)? else {
            let license_version = terms.as_ref().map(|terms| terms.version);
            let acknowledged = waiting::done(self.disk, None, acknowledge, self.now)?;
            let commands = waiting::hand_over(self.disk, None, self.now)?;
            let reply = BeatReply { license_version, commands, ..BeatReply::default() };
            let ship = if acknowledged { Ship::Within(0) } else { Ship::Nothing };
            return Ok(Decided { reply: FleetReply::Beat(reply), ship });
        };
        let mut decided = self.sign_of_life(&mut kept, beat, terms.as_ref())?;
        let device = Some(&kept.device.id);
        let acknowledged = waiting::done(self.disk, device, acknowledge, self.now)?;
        if acknowledged {
            decided.ship = Ship::Within(0);
        }
        if let (FleetReply::Beat(reply), DeviceStatus::Active) =
            (&mut decided.reply, kept.device.status)
        {
            reply.commands = waiting::hand_over(self.disk, device, self.now)?;
        }
        Ok(decided)
    }

    /// Writes a sign of life: one row. The reply says nothing of commands.
    fn sign_of_life(
        &self,
        kept: &mut Kept,
        beat: Beat,
        terms: Option<&FleetTerms>,
    ) -> Result<Decided, DiskError> {
        let before = (kept.device.last_seen, kept.device.suspect, kept.missed);
        kept.device = fleet::beat(&kept.device, beat, self.now);
        kept.missed = None;
        kept.touch(self.disk, self.now)?;
        let urgent = before.2.is_some() || before.1 != kept.device.suspect;
        let ship = Ship::Within(if urgent { 0 } else { gather_ms(terms) });
        let reply = BeatReply {
            known: true,
            status: Some(kept.device.status),
            suspect: kept.device.suspect,
            seen_before: before.0,
            license_version: terms.map(|terms| terms.version),
            commands: Vec::new(),
            device: Some(kept.device.id.clone()),
        };
        Ok(Decided { reply: FleetReply::Beat(reply), ship })
    }

    /// Decides a heartbeat from memory alone, with one statement and so without a transaction. Nothing
    /// when that cannot be: then all that was held is forgotten, for [`Keeper::handle`] may change it.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn quick(&self, held: &mut Held, call: &FleetCall) -> Result<Option<Decided>, DiskError> {
        if let FleetCall::Beat { device, beat, acknowledge, terms: None } = call
            && acknowledge.is_empty()
        {
            let Some((kept, terms)) = held.device(device) else { return Ok(None) };
            let decided = self.sign_of_life(kept, beat.clone(), terms);
            return decided.inspect_err(|_| held.forget()).map(Some);
        }
        held.forget();
        Ok(None)
    }

    /// Remembers the device of a heartbeat that was just decided, unless a command waits.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn hold(&self, held: &mut Held, call: &FleetCall) -> Result<(), DiskError> {
        let FleetCall::Beat { device, .. } = call else { return Ok(()) };
        if waiting::any(self.disk)? {
            held.forget();
        } else if let Some(kept) = rows::find(self.disk, device)? {
            held.remember(device.clone(), kept, self.terms()?);
        }
        Ok(())
    }

    /// Notes which devices have missed their heartbeats, once per episode.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn watch(&self) -> Result<(), DiskError> {
        waiting::forget(self.disk, self.now)?;
        let Some(terms) = self.terms()? else { return Ok(()) };
        for kept in rows::silent(self.disk, PAGE)? {
            if !fleet::missed(kept.seen(), terms.heartbeat_seconds, self.now) {
                break;
            }
            // Without a new revision: the event's id follows from that of the last sign of life.
            rows::missed(self.disk, &kept.device.id, self.now)?;
            let system = By { actor: "system".to_owned(), request: String::new() };
            let act = Act { by: &system, action: "device.heartbeat_missed", reason: None };
            self.record(&kept, &act)?;
        }
        Ok(())
    }

    /// When the next device will be overdue, should none of them be heard of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn next_overdue(&self) -> Result<Option<Millis>, DiskError> {
        let Some(terms) = self.terms()? else { return Ok(None) };
        let next = rows::silent(self.disk, 1)?.into_iter().next();
        Ok(next.map(|kept| fleet::overdue_at(kept.seen(), terms.heartbeat_seconds)))
    }

    fn terms(&self) -> Result<Option<FleetTerms>, DiskError> {
        Ok(rows::fleet(self.disk)?.and_then(|fleet| fleet.terms))
    }

    fn record(&self, kept: &Kept, act: &Act<'_>) -> Result<(), DiskError> {
        let Act { by, action, reason } = *act;
        let (actor, request) = (by.actor.as_str(), by.request.as_str());
        let happening = Happening { actor, request, action, reason, kept };
        record(self.disk, self.name, self.terms()?.as_ref(), &happening, self.now)
    }
}

fn gather_ms(terms: Option<&FleetTerms>) -> i64 {
    terms.map_or(GATHER_MS, |terms| GATHER_MS.min(i64::from(terms.heartbeat_seconds) * 500))
}

#[cfg(test)]
mod tests;
