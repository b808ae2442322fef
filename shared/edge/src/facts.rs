//! What the stores know about a license and the device that asks, in one round, and remembered for as
//! long as the staleness bound allows. The validate and heartbeat workers judge by it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use domain::app::{App, Policy, Ruling};
use domain::id::{DeviceId, TenantId};
use domain::judge::DeviceFact;
use domain::license::License;
use domain::place::Shard;
use domain::terms::BindingMode;
use domain::time::Millis;
use domain::usage::Usage;
use license::fingerprint::Fingerprint;
use license::matching;
use store::data::ask::{self, Ask, Found};
use store::data::devices::DeviceRow;
use store::data::usage::ShareRow;
use wire::validate::CommandView;

use crate::along;
use crate::cache::{Cache, Stamped};
use crate::call::Call;
use crate::db::Freshness;
use crate::failure::StoreFailure;

/// Answers held per isolate. One is about 2 KB: 8 MB of the isolate's 128.
const HELD: usize = 4_096;

/// Which license and which device are asked about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    /// The holder.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// License id or code.
    pub license: String,
    /// Composite fingerprint, if the device sent one.
    pub hardware: Option<String>,
    /// The device's id, if it sent one.
    pub device: Option<DeviceId>,
    /// Hashed components, if the device sent them.
    pub fingerprint: Option<Fingerprint>,
}

impl Subject {
    /// What the caches hold it under. Components are compared, not looked up, so only their presence counts.
    pub fn key(&self) -> String {
        let device = self.device.as_ref().map_or("", DeviceId::as_str);
        let hardware = self.hardware.as_deref().unwrap_or_default();
        let parts = if self.fingerprint.is_some() { "parts" } else { "" };
        format!("{}\n{}\n{hardware}\n{device}\n{parts}", self.tenant, self.license)
    }
}

/// What the stores know.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The license, if the holder has it.
    pub license: Option<License>,
    /// Where its issuer's records live.
    pub issuer_shard: Option<Shard>,
    /// Which applications its issuer lets in; nothing where that one has never said anything.
    pub policy: Option<Policy>,
    /// Devices that are exactly the one that asks.
    pub exact: Vec<DeviceRow>,
    /// Active devices, to compare hardware part by part.
    pub candidates: Vec<DeviceRow>,
    /// Newest reported use, with the asking device's share.
    pub shares: Vec<ShareRow>,
    /// Commands that wait for the device.
    pub commands: Vec<CommandView>,
}

thread_local! {
    static FACTS: RefCell<Cache<String, Rc<Facts>>> = RefCell::new(Cache::new(HELD));
}

/// What is remembered under `key`, with its age.
pub fn remembered(key: &str) -> Option<Stamped<Rc<Facts>>> {
    FACTS.with_borrow_mut(|facts| facts.get(key).cloned())
}

/// Takes what has just been learnt into what is remembered, so that it is news once only.
pub fn learn(key: &str, change: impl FnOnce(&mut Facts)) {
    FACTS.with_borrow_mut(|facts| {
        if let Some(held) = facts.get_mut(key) {
            change(Rc::make_mut(held));
        }
    });
}

/// Asks the holder's shard, by one statement, and remembers the answer. Other licenses of the holder come along, where they are
/// about to be asked for.
///
/// # Errors
/// When the shard is away or late.
pub async fn load(
    call: &Call,
    subject: &Subject,
    freshness: Freshness,
) -> Result<Rc<Facts>, StoreFailure> {
    let read_along = match freshness {
        Freshness::Nearest if subject.is_unnamed() => along::take(&subject.tenant),
        _ => along::Names::new(),
    };
    let more: Vec<_> = read_along.keys().collect();
    let asked = Ask {
        license: &subject.license,
        along: &more,
        fingerprint: subject.hardware.as_deref(),
        device: subject.device.as_ref(),
        by_parts: subject.fingerprint.is_some(),
    };
    let records = call.records(&subject.tenant, subject.shard, freshness);
    let (rows,) = records.read((ask::about(asked),)).await?;
    let mut asked_for = Rc::default();
    for row in rows {
        let is_asked = row.found.license.is_called(&subject.license);
        let name = read_along.get(&row.found.license.id);
        let facts = Rc::new(Facts::from(row.found));
        if let Some(name) = name {
            keep(&Subject::unnamed(&subject.tenant, subject.shard, name), &facts, call.now);
        }
        if is_asked {
            asked_for = facts;
        }
    }
    keep(subject, &asked_for, call.now);
    Ok(asked_for)
}

fn keep(subject: &Subject, facts: &Rc<Facts>, now: Millis) {
    FACTS.with_borrow_mut(|held| held.put(subject.key(), Rc::clone(facts), now));
}

/// Tells that what is remembered, read at `read`, was used. Where it is more than half as old as it may be, and no device was named,
/// the next read for the holder brings it along.
pub fn used(call: &Call, subject: &Subject, facts: &Facts, read: Millis) {
    let Some(license) = &facts.license else { return };
    if subject.is_unnamed() && call.now.since(read) * 2 >= call.staleness_ms() {
        along::wish(&subject.tenant, &license.id, &subject.license);
    }
}

impl From<Found> for Facts {
    fn from(found: Found) -> Self {
        Self {
            issuer_shard: Some(found.license.issuer_shard),
            license: Some(found.license.into()),
            policy: found.policy,
            exact: found.exact,
            candidates: found.candidates,
            shares: found.shares,
            commands: found.commands.into_iter().map(|row| row.body.into()).collect(),
        }
    }
}

impl Facts {
    /// What the license's issuer says to an application. Where it has said nothing, everything passes.
    pub fn app(&self, app: App<'_>) -> Ruling {
        self.policy.as_ref().map_or(Ruling::Accepted, |policy| policy.judge(app))
    }

    /// Use as it is with this request's report: the device's new gauges take the place of its old ones.
    pub fn usage_with(&self, reported: &Usage) -> Usage {
        let mut usage: Usage =
            self.shares.iter().map(|share| (share.metric, share.value)).collect();
        for (metric, count) in reported {
            let own = self
                .shares
                .iter()
                .find(|share| share.metric == *metric)
                .map_or(0, |share| share.own);
            let others = usage.get(metric).map_or(0, |all| all.saturating_sub(own));
            usage.insert(*metric, others.saturating_add(*count));
        }
        usage
    }

    /// Whether the report says anything that the stores do not know yet.
    pub fn is_news(&self, reported: &Usage) -> bool {
        let known: BTreeMap<_, _> =
            self.shares.iter().map(|share| (share.metric, share.own)).collect();
        reported.iter().any(|(metric, count)| known.get(metric) != Some(count))
    }

    /// The device that asks, and how well it matches the one that was activated.
    pub fn device(&self, subject: &Subject) -> Option<(&DeviceRow, bool)> {
        let license = self.license.as_ref()?;
        if let Some(row) = self.exact.first() {
            return Some((row, is_same(row, subject, license)));
        }
        let seen = subject.fingerprint.as_ref()?;
        let rule = license.terms.binding.matching;
        let same = |row: &&DeviceRow| {
            bound(row).is_some_and(|bound| matching::matches(&bound, seen, rule))
        };
        self.candidates.iter().find(same).map(|row| (row, true))
    }

    /// The device as the judge sees it.
    pub fn device_fact(&self, subject: &Subject) -> DeviceFact<'_> {
        let strict =
            self.license.as_ref().is_some_and(|l| l.terms.binding.mode == BindingMode::Strict);
        if strict && subject.hardware.is_none() && subject.fingerprint.is_none() {
            // A device id is not secret: by itself it proves nothing about the machine.
            return DeviceFact::Unnamed;
        }
        match self.device(subject) {
            Some((row, _)) if row.status == domain::fleet::DeviceStatus::Deactivated => {
                DeviceFact::Unknown
            }
            Some((row, matches)) => DeviceFact::Known(row.known(matches)),
            None if subject.is_unnamed() => DeviceFact::Unnamed,
            None => DeviceFact::Unknown,
        }
    }

    /// The report is known now, the device was heard of at `at`, and use is over a limit since `exceeded`.
    pub fn take_in(
        &mut self,
        reported: &Usage,
        device: Option<&DeviceId>,
        at: Millis,
        exceeded: Option<Millis>,
    ) {
        let usage = self.usage_with(reported);
        for (metric, count) in reported {
            let value = usage.get(metric).copied().unwrap_or(*count);
            self.shares.retain(|share| share.metric != *metric);
            self.shares.push(ShareRow { metric: *metric, value, own: *count });
        }
        for row in
            self.exact.iter_mut().chain(&mut self.candidates).filter(|row| Some(&row.id) == device)
        {
            row.last_seen_ms = Some(at);
        }
        if let Some(license) = &mut self.license {
            license.exceeded_since = exceeded;
        }
    }
}

impl Subject {
    /// A license that is asked about without a device, by id or code.
    pub fn unnamed(tenant: &TenantId, shard: Shard, license: &str) -> Self {
        let (tenant, license) = (tenant.clone(), license.to_owned());
        Self { tenant, shard, license, hardware: None, device: None, fingerprint: None }
    }

    /// Whether the request names no device at all.
    pub const fn is_unnamed(&self) -> bool {
        self.hardware.is_none() && self.device.is_none() && self.fingerprint.is_none()
    }
}

fn bound(row: &DeviceRow) -> Option<Fingerprint> {
    Fingerprint::from_parts(&row.components).ok()
}

/// Components are compared by the license's rule; without them the whole fingerprint must be the same.
fn is_same(row: &DeviceRow, subject: &Subject, license: &License) -> bool {
    if license.terms.binding.mode == BindingMode::None {
        return true;
    }
    let fixed = license.terms.binding.fingerprint.as_deref();
    if fixed.is_some_and(|fixed| fixed != row.fingerprint) {
        return false;
    }
    match (&subject.fingerprint, &subject.hardware) {
        (Some(seen), _) if !row.components.is_empty() => bound(row)
            .is_some_and(|bound| matching::matches(&bound, seen, license.terms.binding.matching)),
        (_, Some(hardware)) => *hardware == row.fingerprint,
        // Named by its id alone, which a soft binding takes.
        _ => true,
    }
}
