//! Licenses after they were made: seen by holder and issuer, changed by the issuer.

mod change;
mod decide;
mod list;
mod update;
mod view;

pub use change::{renew, revoke, step};
pub use decide::Step;
pub use list::list;
pub use update::update;

use edge::admit::Caller;
use edge::door::Outbound;
use edge::find;
pub use edge::find::{Found, seen};
use edge::{Call, Failure};

use crate::answer;

/// One license that the caller holds or has issued.
pub async fn get(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    let found = seen(call, caller.principal()?, reference).await?;
    let view = view::of(call, &found).await?;
    answer::json(200, &view)
}
