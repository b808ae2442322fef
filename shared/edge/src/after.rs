//! What waits in this isolate until an answer is out.

use domain::time::Millis;
use futures_util::future::{join, join3};
use worker::Env;

use crate::{pending, refused, used, watch};

/// Whether anything waits that [`write`] would write at `now`.
pub fn waits(now: Millis) -> bool {
    used::waits() || refused::waits(now) || watch::waits()
}

/// Writes what waits. Failures are logged.
pub async fn write(env: Env) {
    let records =
        join3(pending::write(env.clone()), used::write(env.clone()), refused::write(env.clone()));
    join(records, watch::tell(env)).await;
}
