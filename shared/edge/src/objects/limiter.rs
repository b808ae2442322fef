//! Messages of the `Limiter` object.

use domain::limiter::{Ask, Lease, Policy};
use serde::{Deserialize, Serialize};

/// What a limiter is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LimiterCall {
    /// Tokens under the policy that it knows: can be sent before the key's record is known.
    Lease(Ask),
    /// Sets the policy, then leases: after `Unconfigured`, or when the policy told differs from the key's.
    Configure {
        /// The key's policy.
        policy: Policy,
        /// What is wanted of it.
        ask: Ask,
    },
}

/// What a limiter answers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimiterReply {
    /// It knows no policy yet. Tokens given back with the call are lost, never spent twice.
    Unconfigured,
    /// Tokens, or none when the limit is reached.
    Leased(Lease),
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Millis;

    #[test]
    fn limiter_messages_v1_still_read() {
        let rows = [
            r#"{"lease":{"want":8}}"#,
            r#"{"lease":{"want":1,"back":[{"slot":1000,"unspent":2}]}}"#,
            r#"{"configure":{"policy":{"limit":600,"window_ms":60000},"ask":{"want":1}}}"#,
        ];
        for row in rows {
            let call: LimiterCall = serde_json::from_str(row).unwrap();
            assert_eq!(serde_json::to_string(&call).unwrap(), row);
        }
        let reply = r#"{"leased":{"granted":1,"slot":1000,"expires":1500,"valid_ms":1000,"remaining":5,"reset_ms":61000,"limit":6,"window_ms":60000}}"#;
        let read: LimiterReply = serde_json::from_str(reply).unwrap();
        assert!(matches!(read, LimiterReply::Leased(lease) if lease.expires == Millis(1500)));
        assert_eq!(serde_json::to_string(&read).unwrap(), reply);
        assert_eq!(
            serde_json::to_string(&LimiterReply::Unconfigured).unwrap(),
            r#""unconfigured""#
        );
    }
}
