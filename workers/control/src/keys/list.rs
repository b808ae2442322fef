//! `GET /api/v1/keys`: what a key may do is in the DIRECTORY, what people know it by on the tenant's shard.

use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure};
use futures_util::future::try_join;
use store::data::api_key_info;
use store::directory::api_keys::{self, ApiKeyRow};
use wire::key::KeyView;

use crate::answer;
use crate::keys::view;
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
    let note = |key: &ApiKeyRow| notes.iter().find(|note| note.id == key.id);
    let views = keys.into_iter().map(|key| view::of(note(&key), key)).collect();
    answer::page(views, asked.limit, |key: &KeyView| key.key_id.to_string())
}
