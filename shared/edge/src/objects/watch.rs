//! Messages of the `Watch` object.

use domain::app::Ruling;
use domain::id::{KeyId, ProductId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::{Rule, Rules, Sighting};
use serde::{Deserialize, Serialize};

/// Calls of one customer's applications that look the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AppUse {
    /// The product that they use.
    pub product: ProductId,
    /// `X-App-Fingerprint`; may be empty.
    pub fingerprint: String,
    /// `X-Lib-Version`; may be empty.
    pub lib_version: String,
    /// Who holds the license.
    pub customer: TenantId,
    /// What became of them.
    pub ruling: Ruling,
    /// How many calls.
    pub calls: u32,
    /// The last of them.
    pub at: Millis,
}

/// An application of one customer that has used a product.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AppSeen {
    /// `X-App-Fingerprint`; may be empty.
    pub fingerprint: String,
    /// `X-Lib-Version`; may be empty.
    pub lib_version: String,
    /// Who holds the license.
    pub customer: TenantId,
    /// How many calls.
    pub calls: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// The first of them.
    pub first_ms: Millis,
    /// The last of them.
    pub last_ms: Millis,
}

/// What a tenant's watch is told and asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WatchCall {
    /// What an isolate has seen of the tenant's keys.
    See {
        /// Where the tenant's records live.
        shard: Shard,
        /// What.
        sightings: Vec<Sighting>,
    },
    /// What an isolate has seen of applications that use the tenant's products.
    Used {
        /// Where the tenant's records live.
        shard: Shard,
        /// What.
        uses: Vec<AppUse>,
    },
    /// What the tenant wants to be told. An older version changes nothing.
    SetRules {
        /// Where the tenant's records live.
        shard: Shard,
        /// Counts changes.
        version: i64,
        /// What.
        rules: Box<Rules>,
    },
    /// People say that a value is in order.
    Trust {
        /// For this key.
        key: KeyId,
        /// For this rule.
        rule: Rule,
        /// The value.
        value: String,
    },
    /// Which applications have used a product, those heard last first.
    Apps {
        /// The product.
        product: ProductId,
    },
}

/// What a tenant's watch answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchReply {
    /// It is noted.
    Noted {
        /// Alerts raised by it.
        raised: u32,
    },
    /// At most 500.
    Apps(Vec<AppSeen>),
}
