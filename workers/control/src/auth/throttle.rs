//! Limits on signing in. They hold per address of the network and per mailbox, never per person: who floods a mailbox
//! with links cannot lock its owner out, for every one of the links works.

use domain::limiter::Policy;
use edge::site::Site;
use edge::{Call, Failure, limit};

/// What is limited.
#[derive(Clone, Copy, Debug)]
pub enum Throttled {
    /// Links asked for from one address.
    Asking,
    /// Links to one mailbox.
    Mailbox,
    /// Tokens shown from one address.
    Showing,
}

impl Throttled {
    const fn name(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Mailbox => "mailbox",
            Self::Showing => "showing",
        }
    }

    const fn policy(self) -> Policy {
        match self {
            Self::Asking => Policy { limit: 20, window_ms: 600_000 },
            Self::Mailbox => Policy { limit: 5, window_ms: 900_000 },
            Self::Showing => Policy { limit: 30, window_ms: 60_000 },
        }
    }
}

/// Counts one attempt of `whom` on `site`.
///
/// # Errors
/// `rate-limited`, with the time to come back.
pub async fn throttle(
    call: &Call,
    site: &Site,
    what: Throttled,
    whom: &str,
) -> Result<(), Failure> {
    let name = format!("sign-in {}\0{}\0{whom}", what.name(), site.tenant);
    limit::named(call, &site.tenant, site.shard, &name, what.policy()).await
}
