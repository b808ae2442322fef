//! Tenants: made by the operator and by MSPs, seen by those above them and by themselves.

mod create;
mod decide;
mod erase;
mod landing;
mod list;
mod log;
mod register;
mod standing;
mod subject;
mod verify;
mod view;

pub use create::create;
pub use erase::{erase, keep};
pub use list::list;
pub use log::log;
pub use register::{claim, register};
pub use standing::{reactivate, suspend};
#[cfg(test)]
pub use subject::tests::principal_with;
pub use subject::{Subject, named, row, subject};
pub use verify::verify;

use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use wire::problem::Kind;

use crate::answer;

/// One tenant: the caller's own or one below it.
pub async fn get(call: &Call, caller: &Caller, tenant: &str) -> Result<Outbound, Failure> {
    let id = domain::id::TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    let row = row(call, caller.principal()?, &id).await?;
    let view = view::of(call, row).await?;
    answer::json(200, &view)
}
