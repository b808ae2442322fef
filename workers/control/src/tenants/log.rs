//! What is done to a tenant stands in the logs before it is done: nothing changes without a trace of who did it.

use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::Value;
use store::directory::tenants::TenantRow;

use crate::answer;
use crate::commit::{Deed, Place};

/// Logs what is about to be done to the tenant of `row`.
///
/// # Errors
/// When its database is away.
pub async fn log(
    call: &Call,
    principal: &Principal,
    row: &TenantRow,
    action: &str,
    detail: Value,
) -> Result<(), Failure> {
    let deed = Deed {
        place: Place { tenant: &row.id, shard: row.shard },
        entry: Entry { actor: principal.actor(), action, subject: row.id.as_str(), detail },
        changes: Vec::new(),
        events: Vec::new(),
    };
    deed.commit(call, principal, None, answer::empty()).await.map(drop)
}
