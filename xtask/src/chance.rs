//! Entropy and time of this machine, for the few things that are made here.

use anyhow::{Result, anyhow};
use domain::time::Millis;

/// Bytes nobody can guess.
///
/// # Errors
/// When the system has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no entropy: {error}"))?;
    Ok(bytes)
}

/// Now, by this machine's clock.
///
/// # Errors
/// When the clock stands before 1970.
#[expect(clippy::disallowed_methods, reason = "a native tool: the platform's clock is far away")]
pub fn now() -> Result<Millis> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Millis(i64::try_from(since.as_millis())?))
}
