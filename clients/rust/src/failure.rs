//! What can go wrong between the agent and the service.

use license::LicenseError;
use wire::Problem;

use crate::exit::Exit;

/// Why there is no answer to believe.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// No connection, no reply in time, or the service is out of order.
    #[error("the service cannot be reached: {detail}")]
    Unreachable {
        /// For people.
        detail: String,
        /// Seconds to wait, when the service said so.
        retry_after: Option<u32>,
    },
    /// The service refused the request.
    #[error("refused: {} ({})", .0.detail.as_deref().unwrap_or(&.0.title), .0.code)]
    Refused(Box<Problem>),
    /// Not enough seats are free.
    #[error("no seat: {}", .problem.detail.as_deref().unwrap_or(&.problem.title))]
    NoSeat {
        /// What the service said.
        problem: Box<Problem>,
        /// Seconds until another try may fare better, when the service said so.
        retry_after: Option<u32>,
    },
    /// The lease was returned or taken back, its time is over, or it was forgotten since.
    #[error("the lease is over: {} ({})", .0.detail.as_deref().unwrap_or(&.0.title), .0.code)]
    LeaseOver(Box<Problem>),
    /// The caller's [`World`](crate::world::World) called it off.
    #[error("interrupted")]
    Interrupted,
    /// The reply is not from the service, or not the reply to our question.
    #[error("not to be believed: {0}")]
    Forged(String),
    /// A local file.
    #[error("{0}")]
    Local(String),
    /// Something is missing from the arguments.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// What a problem below 500 means.
    pub fn of(problem: Problem, retry_after: Option<u32>) -> Self {
        let problem = Box::new(problem);
        match problem.code.as_str() {
            "no-seat-free" => Self::NoSeat { problem, retry_after },
            "lease-ended" | "lease-not-found" => Self::LeaseOver(problem),
            _ => Self::Refused(problem),
        }
    }

    /// The problem that the service sent.
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) | Self::NoSeat { problem, .. } | Self::LeaseOver(problem) => {
                Some(problem)
            }
            _ => None,
        }
    }

    /// No connection.
    #[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
    pub fn unreachable(detail: impl ToString) -> Self {
        Self::Unreachable { detail: detail.to_string(), retry_after: None }
    }

    /// A forgery.
    #[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
    pub fn forged(detail: impl ToString) -> Self {
        Self::Forged(detail.to_string())
    }

    /// A license that was refused: a slip of the hand is no forgery.
    pub fn license(error: LicenseError) -> Self {
        if error.is_typing_error() { Self::Usage(error.to_string()) } else { Self::forged(error) }
    }

    /// The exit code.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Unreachable { .. } => Exit::Unreachable,
            Self::Refused(_) | Self::Interrupted => Exit::Refused,
            Self::NoSeat { .. } => Exit::NoSeat,
            Self::LeaseOver(_) => Exit::LeaseOver,
            Self::Forged(_) => Exit::Forged,
            Self::Local(_) => Exit::Local,
            Self::Usage(_) => Exit::Usage,
        }
    }

    /// Seconds to wait before another try, when the service said so.
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Unreachable { retry_after, .. } | Self::NoSeat { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}
