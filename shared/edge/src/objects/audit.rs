//! Messages of the `AuditLog` object.

use domain::audit::{Draft, Entry, Head};
use domain::place::Shard;
use serde::{Deserialize, Serialize};

/// What an audit log is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AuditCall {
    /// Adds entries in this order. An event that is in the log already changes nothing.
    Append {
        /// Where the tenant's records live, for the copy.
        shard: Shard,
        /// What is to be recorded.
        drafts: Vec<Draft>,
    },
    /// Where the log ends.
    Head,
    /// Entries from place `from` on, at most 200.
    Entries {
        /// The first place.
        from: u64,
        /// How many.
        limit: u32,
    },
}

/// What an audit log answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditReply {
    /// Everything is in the log.
    Appended {
        /// Where it ends now.
        head: Head,
        /// How many entries were new.
        added: u32,
        /// Whether the copy in D1 is complete; otherwise it will be repeated.
        shipped: bool,
    },
    /// Where the log ends.
    Head(Head),
    /// In order.
    Entries(Vec<Entry>),
}
