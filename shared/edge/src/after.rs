//! What waits in this isolate until an answer is out.

use domain::time::Millis;
use futures_util::future::{join, join3};

use crate::call::Call;
use crate::{pending, refused, used, watch};

/// Whether anything waits that [`write`] would write at `now`.
pub fn waits(now: Millis) -> bool {
    used::waits() || refused::waits(now) || watch::waits()
}

/// Writes what waits, by a call of its own. Failures are logged.
pub async fn write(call: &Call) {
    let records = join3(pending::write(call), used::write(call), refused::write(call));
    join(records, watch::tell(call)).await;
}
