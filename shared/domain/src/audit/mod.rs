//! The audit log of a tenant: entries chained by hashes, so that a change, a gap or a swap shows.

mod encoding;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{EventId, TenantId};
use crate::time::Millis;

/// What stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is to be recorded; place and hash come with [`append`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Names the event: a repeat with the same id is the same entry.
    pub event: EventId,
    /// When it happened.
    pub at: Millis,
    /// Who did it: `key_...`, `operator`, `system`.
    pub actor: String,
    /// What was done: `license.revoked`.
    pub action: String,
    /// To what: `lic_...`.
    pub subject: String,
    /// The request that led to it; empty when none did.
    pub request: String,
    /// What else is worth knowing; never a secret.
    pub detail: Value,
}

/// One entry of the log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Whose log it is in.
    pub tenant: TenantId,
    /// Its place, from 1 without gaps.
    pub seq: u64,
    /// Names the event.
    pub event: EventId,
    /// When it happened.
    #[cfg_attr(feature = "schema", schemars(with = "i64"))]
    pub at: Millis,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The request that led to it; empty when none did.
    pub request: String,
    /// What else is worth knowing.
    pub detail: Value,
    /// The hash of the entry before, or [`GENESIS`].
    pub prev: String,
    /// SHA-256 of all fields above, in lower-case hex (docs/formats.md).
    pub hash: String,
}

/// Where a chain, or a part of it, ends.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// Place of the last entry; 0 before the first.
    pub seq: u64,
    /// Hash of the last entry.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// Where and how a chain is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the chain is broken at entry {seq}: {reason}")]
pub struct Break {
    /// The place at which the right entry was expected.
    pub seq: u64,
    /// What is wrong there.
    pub reason: BreakReason,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BreakReason {
    /// Another entry stands in its place: one is missing, or two were swapped.
    #[error("another entry stands in its place")]
    Misplaced,
    /// Its contents do not hash to its hash.
    #[error("its contents were changed")]
    Altered,
    /// It does not continue the entry before it.
    #[error("it does not continue the entry before")]
    Unlinked,
    /// It is of another tenant's log.
    #[error("it belongs to another tenant")]
    Stranger,
}

/// The entry that puts `draft` behind `prev` in the log of `tenant`.
pub fn append(tenant: &TenantId, prev: &Head, draft: Draft) -> Entry {
    let Draft { event, at, actor, action, subject, request, detail } = draft;
    let seq = prev.seq.saturating_add(1);
    let prev = prev.hash.clone();
    let tenant = tenant.clone();
    let mut entry = Entry {
        tenant,
        seq,
        event,
        at,
        actor,
        action,
        subject,
        request,
        detail,
        prev,
        hash: String::new(),
    };
    entry.hash = encoding::hash(&entry);
    entry
}

impl Entry {
    /// Where the chain ends with this entry.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash.clone() }
    }
}

/// Checks that `entries` continue `start` in the log of `tenant` without a gap, a change or a
/// swap, and says where they end, so that a long log can be checked page by page. That nothing
/// was cut off at the end shows only by comparing with the head that the `AuditLog` object keeps.
///
/// # Errors
/// The first [`Break`].
pub fn verify_chain(tenant: &TenantId, start: &Head, entries: &[Entry]) -> Result<Head, Break> {
    entries.iter().try_fold(start.clone(), |head, entry| {
        let seq = head.seq.saturating_add(1);
        match flaw(tenant, &head, entry) {
            Some(reason) => Err(Break { seq, reason }),
            None => Ok(entry.head()),
        }
    })
}

fn flaw(tenant: &TenantId, head: &Head, entry: &Entry) -> Option<BreakReason> {
    if entry.tenant != *tenant {
        Some(BreakReason::Stranger)
    } else if Some(entry.seq) != head.seq.checked_add(1) {
        Some(BreakReason::Misplaced)
    } else if encoding::hash(entry) != entry.hash {
        Some(BreakReason::Altered)
    } else if entry.prev != head.hash {
        Some(BreakReason::Unlinked)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
