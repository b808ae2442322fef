//! JSON answers of endpoints.

use serde::Serialize;

use crate::admit::Caller;
use crate::door::Outbound;
use crate::failure::Failure;
use crate::serve::Answer;

/// `body` as a JSON answer.
///
/// # Errors
/// When it cannot be written as JSON, which no wire type does.
pub fn json(status: u16, body: &impl Serialize) -> Result<Outbound, Failure> {
    Ok(Outbound::json(status, serde_json::to_string(body).map_err(Failure::internal)?))
}

impl Answer {
    /// What `caller` is answered.
    pub const fn to(caller: Caller, out: Outbound) -> Self {
        Self { out, caller: Some(caller) }
    }
}
