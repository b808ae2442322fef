//! How long proofs are waited for, as wrangler.toml says.

use domain::proof::Patience;

use crate::call::Call;
use crate::config;

/// A minute.
const FIRST_WAIT_SECONDS: i64 = 60;
/// A week.
const PERIOD_SECONDS: i64 = 604_800;

/// `PROOF_WAIT_SECONDS` and `PROOF_PERIOD_SECONDS`.
pub fn of(call: &Call) -> Patience {
    let seconds = |name: &str, default: i64| {
        config::number(&call.env, name).unwrap_or(default).saturating_mul(1000)
    };
    Patience {
        first_wait_ms: seconds("PROOF_WAIT_SECONDS", FIRST_WAIT_SECONDS),
        period_ms: seconds("PROOF_PERIOD_SECONDS", PERIOD_SECONDS),
    }
}
