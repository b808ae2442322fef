//! `GET /api/v1/keys/{key}`: what a key demands, and when, from where and by which machine it was last used.

use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use store::data::api_key_info;

use crate::answer;
use crate::keys::named::{Named, named};
use crate::keys::view;
use crate::turn::records;

/// One key of the caller's tenant or of one below it.
pub async fn get(call: &Call, caller: &Caller, key: &str) -> Result<Outbound, Failure> {
    let Named { row, subject } = named(call, caller.principal()?, key).await?;
    let records = records(call, &subject.tenant, subject.shard);
    let note = records.first(api_key_info::by_id(&row.id)).await?;
    answer::json(200, &view::of(note.as_ref(), row))
}
