//! What waits in this isolate until an answer is out.

use domain::time::Millis;
use worker::Env;

use crate::{pending, refused, used};

/// Whether anything waits that [`write`] would write at `now`.
pub fn waits(now: Millis) -> bool {
    used::waits() || refused::waits(now)
}

/// Writes what waits. Failures are logged.
pub async fn write(env: Env) {
    pending::write(env.clone()).await;
    used::write(env.clone()).await;
    refused::write(env).await;
}
