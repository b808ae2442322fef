//! `POST /api/v1/keys/leaked`: whoever finds a key can have it revoked, and proves that they found it by showing it.
//!
//! The answer is the same whether there is such a key or not, so nobody learns which keys exist by asking here.

use domain::limiter::Policy;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::{Entry, Event, ship_later};
use edge::{Call, Failure, address};
use license::api_key::ApiKeyText;
use serde_json::json;
use store::directory::api_keys::{self, ApiKeyRow};
use store::directory::tenants;
use wire::body;
use wire::key::{LeakedKeyAnswer, LeakedKeyRequest};

use crate::answer;
use crate::turn::records;

/// Reports from one address: finders have few, guessers many.
const REPORTS: Policy = Policy { limit: 60, window_ms: 60_000 };
/// Who acts, in the log: nobody has to say who they are.
const FINDER: &str = "finder";

/// Revokes the key that is shown, if there is one.
pub async fn leaked(call: &Call) -> Result<Outbound, Failure> {
    let request: LeakedKeyRequest = body::read(&call.inbound.body)?;
    address::limit(call, "security", REPORTS).await?;
    // A text that is no key, or of a key that is none any more, is answered like any other.
    if let Ok(text) = ApiKeyText::parse(request.api_key.trim()) {
        let directory = call.directory(Freshness::Primary);
        let row = directory.first(api_keys::by_hash(&text.digest())).await?;
        if let Some(row) = row.filter(|row| row.revoked_ms.is_none()) {
            revoke(call, &row).await?;
        }
    }
    answer::json(202, &LeakedKeyAnswer { received: true })
}

/// The log first: nobody loses a key without a trace of how.
async fn revoke(call: &Call, row: &ApiKeyRow) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    if let Some(tenant) = directory.first(tenants::by_id(&row.tenant)).await? {
        let detail = json!({
            "address": call.inbound.header("cf-connecting-ip"),
            "host": call.inbound.authority(),
        });
        let entry = Entry { actor: FINDER, action: "key.leaked", subject: row.id.as_str(), detail };
        let event = Event::audit(call, &tenant.id, tenant.shard, &entry)?;
        records(call, &tenant.id, tenant.shard).write(vec![event.row(call)?]).await?;
        ship_later(call, &tenant.id, tenant.shard, vec![event]);
    }
    directory.write(vec![api_keys::revoke(&row.tenant, &row.id, call.now)]).await?;
    Ok(())
}
