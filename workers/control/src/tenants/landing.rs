//! The landing host, where those ask who are no tenants yet.

use domain::host::Host;
use domain::limiter::Policy;
use edge::{Call, Failure, address, admit, config};
use wire::problem::Kind;

/// An hour, in milliseconds.
const WINDOW_MS: i64 = 3_600_000;

/// Lets a stranger in: on the landing host only, and as often as the address may. `purpose` is `register` or `verify`.
///
/// # Errors
/// `not-found` on hosts of tenants and houses, `unknown-host` on hosts of nobody, `rate-limited`.
pub async fn enter(call: &Call, purpose: &str) -> Result<(), Failure> {
    let host = call.host().ok_or(Kind::UnknownHost)?;
    if Host::parse(&call.config.apex).ok().as_ref() != Some(&host) {
        admit::site(call).await?;
        return Err(Failure::new(Kind::NotFound, "Ask on the landing host."));
    }
    // Looking costs less than registering, and people are impatient.
    let (variable, usual) = match purpose {
        "register" => ("REGISTRATIONS_PER_HOUR", 20),
        _ => ("VERIFICATIONS_PER_HOUR", 300),
    };
    let limit = config::number(&call.env, variable).unwrap_or(usual);
    address::limit(call, purpose, Policy { limit, window_ms: WINDOW_MS }).await
}
