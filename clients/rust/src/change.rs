//! What is worth a line: everything that changed for the product.

use std::collections::BTreeMap;
use std::fmt;

use domain::state::State;
use domain::verdict::Code;
use serde::Serialize;

/// A change. One line for people ([`fmt::Display`]), one object for machines.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Change {
    /// The service's root key was seen for the first time and is trusted from now on.
    RootPinned {
        /// Its thumbprint: compare it with the one that the operator publishes.
        kid: String,
    },
    /// Another verdict than before.
    Verdict {
        /// Whether the product may run.
        valid: bool,
        /// Why.
        code: Code,
        /// The license's state.
        state: Option<State>,
        /// One sentence.
        detail: String,
    },
    /// A new warning.
    Warning {
        /// Its code.
        code: String,
        /// One sentence.
        detail: String,
    },
    /// A command named limits.
    Limits {
        /// The limits by metric.
        limits: BTreeMap<String, u64>,
    },
    /// A license text was fetched and verified: a newer one, or because a command said so.
    Refreshed {
        /// Its version.
        version: i64,
    },
    /// A command stopped the product.
    Stopped {
        /// Why.
        reason: String,
    },
    /// A command lets the product go on.
    Resumed,
    /// A question got no answer to believe; the last one still holds.
    Trouble {
        /// Why.
        detail: String,
        /// Seconds for which the product may go on, when it may.
        remaining_seconds: Option<i64>,
    },
    /// Answers come again.
    Recovered,
    /// Our clock is off by more than five minutes; the service's time is used.
    ClockOff {
        /// How far ours is ahead; negative when behind.
        seconds: i64,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RootPinned { kid } => write!(f, "root key {kid} trusted on first use"),
            Self::Verdict { valid, code, detail, .. } => {
                let word = if *valid { "valid" } else { "NOT VALID" };
                write!(f, "{word} ({}): {detail}", code.name())
            }
            Self::Warning { code, detail } => write!(f, "warning ({code}): {detail}"),
            Self::Limits { limits } => {
                let each = limits.iter().map(|(metric, limit)| format!("{metric} {limit}"));
                write!(f, "limits updated: {}", each.collect::<Vec<_>>().join(", "))
            }
            Self::Refreshed { version } => write!(f, "license text refreshed: version {version}"),
            Self::Stopped { reason } => write!(f, "stop: {reason}"),
            Self::Resumed => f.write_str("resume"),
            Self::Trouble { detail, remaining_seconds: Some(left) } => {
                write!(f, "{detail}; running on for {left} s at most")
            }
            Self::Trouble { detail, remaining_seconds: None } => f.write_str(detail),
            Self::Recovered => f.write_str("answers come again"),
            Self::ClockOff { seconds } if *seconds < 0 => {
                write!(f, "the clock here is {} s behind the service's", seconds.unsigned_abs())
            }
            Self::ClockOff { seconds } => {
                write!(f, "the clock here is {seconds} s ahead of the service's")
            }
        }
    }
}
