//! What Durable Objects are asked and what they answer: one list of messages for caller and object.
//!
//! A call is a POST to the stub with the JSON of a `...Call`; whatever the object decides comes back
//! as 200 with the JSON of a `...Reply`. Another status means that nothing was decided
//! ([`Fault`]). Old and new code overlap during a deployment: add variants and fields, never
//! rename them. A call of unknown shape is refused as a whole.

mod allocation;
mod audit;
mod fleet;
mod limiter;
mod pool;
mod watch;

use domain::id::{LicenseId, TenantId};
use domain::place::Shard;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use allocation::{AllocationCall, AllocationReply, Capacity, Reserve};
pub use audit::{AuditCall, AuditReply};
pub use fleet::{
    ActivatedReply, BeatReply, By, DeviceNamed, DeviceReply, FleetCall, FleetReply, FleetTerms,
    Parcel, Ruling,
};
pub use limiter::{LimiterCall, LimiterReply};
pub use pool::{PoolCall, PoolEvents, PoolReply, PoolView};
pub use watch::{AppSeen, AppUse, WatchCall, WatchReply};

/// A class of objects: its binding in wrangler.toml, its messages, and how its objects are named.
pub trait Class {
    /// The binding that callers reach it by.
    const BINDING: &'static str;
    /// What it is asked.
    type Call: Serialize + DeserializeOwned;
    /// What it answers.
    type Reply: Serialize + DeserializeOwned;
}

/// Rate limits: one object per API key.
#[derive(Clone, Copy, Debug)]
pub struct Limiter;

/// Devices and commands: one object per license.
#[derive(Clone, Copy, Debug)]
pub struct Fleet;

/// Floating seats: one object per license.
#[derive(Clone, Copy, Debug)]
pub struct Pool;

/// Allocations and reservations: one object per license.
#[derive(Clone, Copy, Debug)]
pub struct Allocation;

/// Everybody who follows a pool: one object per license. Its answers are streams, so it is reached through the door
/// ([`crate::door::Stream`]); its class is `workers/objects/js/feed.mjs`.
#[derive(Clone, Copy, Debug)]
pub struct Feed;

/// The audit log: one object per tenant.
#[derive(Clone, Copy, Debug)]
pub struct AuditLog;

/// What is usual for a tenant's API keys: one object per tenant.
#[derive(Clone, Copy, Debug)]
pub struct Watch;

impl Class for Limiter {
    const BINDING: &'static str = "LIMITER";
    type Call = LimiterCall;
    type Reply = LimiterReply;
}

impl Class for Fleet {
    const BINDING: &'static str = "FLEET";
    type Call = FleetCall;
    type Reply = FleetReply;
}

impl Class for Pool {
    const BINDING: &'static str = "POOL";
    type Call = PoolCall;
    type Reply = PoolReply;
}

impl Class for Allocation {
    const BINDING: &'static str = "ALLOCATION";
    type Call = AllocationCall;
    type Reply = AllocationReply;
}

impl Feed {
    /// The binding that the door reaches it by.
    pub const BINDING: &'static str = "FEED";
}

impl Class for AuditLog {
    const BINDING: &'static str = "AUDIT_LOG";
    type Call = AuditCall;
    type Reply = AuditReply;
}

impl Class for Watch {
    const BINDING: &'static str = "WATCH";
    type Call = WatchCall;
    type Reply = WatchReply;
}

/// Why an object decided nothing; the body of a status other than 200.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 400: the call could not be read.
    Unreadable,
    /// 409: the object's name does not fit the call.
    Misaddressed,
    /// 500: the object's own storage failed; nothing was changed.
    Storage,
}

impl Limiter {
    /// The object of an API key, by the key's hash: known before the key has been looked up, so
    /// that both can be asked in one round.
    pub fn name(tenant: &TenantId, key_hash: &str) -> String {
        format!("{tenant}/{key_hash}")
    }
}

macro_rules! of_license {
    ($class:ident) => {
        impl $class {
            /// The object of a license.
            pub fn name(holder: &TenantId, license: &LicenseId) -> String {
                format!("{holder}/{license}")
            }

            /// Whose license the object of this name keeps.
            pub fn of_name(name: &str) -> Option<(TenantId, LicenseId)> {
                let (holder, license) = name.split_once('/')?;
                Some((TenantId::parse(holder).ok()?, LicenseId::parse(license).ok()?))
            }
        }
    };
}

of_license!(Fleet);
of_license!(Pool);
of_license!(Allocation);
of_license!(Feed);

macro_rules! of_tenant {
    ($class:ident) => {
        impl $class {
            /// The object of a tenant.
            pub fn name(tenant: &TenantId) -> String {
                tenant.to_string()
            }

            /// Whose the object of this name is.
            pub fn of_name(name: &str) -> Option<TenantId> {
                TenantId::parse(name).ok()
            }
        }
    };
}

of_tenant!(AuditLog);
of_tenant!(Watch);

/// Where objects of tenants on this shard are placed when they are first called: beside their D1.
pub const fn location_hint(shard: Shard) -> &'static str {
    match shard {
        Shard::Eu => "weur",
        Shard::Us => "enam",
        Shard::Apac => "apac",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_the_tenant_and_lead_back() {
        let holder = TenantId::parse("acme").unwrap();
        let license = LicenseId::new(Shard::Eu, [1; 16]);
        let name = Fleet::name(&holder, &license);
        assert!(name.starts_with("acme/lic_e"), "{name}");
        assert_eq!(Fleet::of_name(&name), Some((holder.clone(), license)));
        assert_eq!(AuditLog::of_name(&AuditLog::name(&holder)), Some(holder.clone()));
        assert_eq!(Limiter::name(&holder, "9f2c"), "acme/9f2c");
        for bad in ["", "acme", "acme/x", "/lic_e00000000000000000000000000"] {
            assert_eq!(Fleet::of_name(bad), None, "{bad}");
        }
    }
}
