//! `GET /api/v1/keys`: what a key may do is in the DIRECTORY, what people know it by on the tenant's shard.

use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure};
use futures_util::future::try_join;
use store::data::api_key_info::{self, ApiKeyInfoRow};
use store::directory::api_keys::{self, ApiKeyRow};
use wire::key::{KeyView, RateLimit};

use crate::answer;
use crate::paging::Asked;
use crate::tenants::{named, subject};
use crate::turn::records;

/// A page of the keys of the caller's tenant, or of one below it (`?tenant_id=`), in the order of their ids.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, caller.principal()?, tenant.as_ref()).await?;
    let directory = call.directory(Freshness::Primary);
    let keys = directory.read((api_keys::list(&subject.tenant, &asked.cursor, asked.fetch()),));
    // Every note has its key, so the notes of this page are among the first as many.
    let records = records(call, &subject.tenant, subject.shard);
    let notes = records.read((api_key_info::list(&asked.cursor, asked.fetch()),));
    let ((keys,), (notes,)) = try_join(keys, notes).await?;
    let views = keys.into_iter().map(|key| view(key, &notes)).collect();
    answer::page(views, asked.limit, |key: &KeyView| key.key_id.to_string())
}

fn view(key: ApiKeyRow, notes: &[ApiKeyInfoRow]) -> KeyView {
    let note = notes.iter().find(|note| note.id == key.id);
    let kind = note.and_then(|note| serde_json::from_value(note.app_type.as_str().into()).ok());
    let metadata = note.and_then(|note| serde_json::from_value(note.metadata.clone()).ok());
    KeyView {
        key_id: key.id,
        app_name: note.map(|note| note.app_name.clone()).unwrap_or_default(),
        app_type: kind,
        scopes: key.scopes.iter().collect(),
        rate_limit: RateLimit { requests: key.rate_limit, window_seconds: key.rate_window_seconds },
        created_at: key.created_ms.into(),
        expires_at: key.expires_ms.map(Into::into),
        revoked_at: key.revoked_ms.map(Into::into),
        metadata: metadata.unwrap_or_default(),
    }
}
