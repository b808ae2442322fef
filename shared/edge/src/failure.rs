//! Failures: what a handler returns when there is no answer. A 5xx keeps its reason to itself.

use std::fmt;

use store::error::Refusal;
use wire::problem::{Kind, Problem};

use crate::door::Outbound;

/// Why there is no answer: a problem for the caller and, where there is one, a reason for the log.
#[derive(Debug)]
pub struct Failure {
    /// What the caller is told.
    pub problem: Box<Problem>,
    /// What the log is told, and nobody else.
    pub reason: Option<String>,
    /// Headers that belong to the problem: `Allow`, `Retry-After`, `WWW-Authenticate`.
    pub headers: Vec<(&'static str, String)>,
}

impl Failure {
    /// A problem of `kind` with what is particular to it.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Problem::new(kind, detail).into()
    }

    /// Something that should not happen; the reason goes to the log.
    pub fn internal(reason: impl fmt::Display) -> Self {
        Self { reason: Some(reason.to_string()), ..Kind::Internal.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The failure as an answer.
    pub fn answer(&self) -> Outbound {
        // A problem is plain text and numbers: it always serializes.
        let body = serde_json::to_string(&self.problem).unwrap_or_default();
        let mut out = Outbound::json(self.problem.status, body);
        out.set("content-type", "application/problem+json");
        for (name, value) in &self.headers {
            out.set(name, value.clone());
        }
        if self.problem.status == 401 {
            out.set("www-authenticate", "Bearer");
        }
        out
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), reason: None, headers: Vec::new() }
    }
}

impl From<Kind> for Failure {
    fn from(kind: Kind) -> Self {
        Problem::from(kind).into()
    }
}

/// Why a store gave no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreFailure {
    /// It could not be reached, or failed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It was slower than the deadline.
    #[error("slower than the deadline")]
    Late,
    /// It refused a write: a guard or a uniqueness rule.
    #[error("refused: {0:?}: {1}")]
    Refused(Refusal, String),
    /// It answered with something that cannot be read, or was asked something that must not be sent.
    #[error("unreadable: {0}")]
    Unreadable(String),
}

impl From<StoreFailure> for Failure {
    fn from(failure: StoreFailure) -> Self {
        let kind = match &failure {
            StoreFailure::Unavailable(_) | StoreFailure::Late => Kind::StoreUnavailable,
            StoreFailure::Refused(Refusal::Stale, _) => Kind::VersionConflict,
            StoreFailure::Refused(Refusal::Duplicate, _) => Kind::AlreadyExists,
            StoreFailure::Refused(Refusal::Other, _) | StoreFailure::Unreadable(_) => {
                Kind::Internal
            }
        };
        let failed = Self { reason: Some(failure.to_string()), ..Self::from(kind) };
        if kind == Kind::StoreUnavailable { failed.with("retry-after", "2") } else { failed }
    }
}

impl From<store::StoreError> for StoreFailure {
    fn from(error: store::StoreError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_never_reaches_the_caller() {
        let answer = Failure::internal("the key is hunter2").answer();
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("hunter2"), "{}", answer.body);
    }

    #[test]
    fn a_store_that_is_away_is_503_with_a_time_to_come_back() {
        let answer = Failure::from(StoreFailure::Late).answer();
        assert_eq!(answer.status, 503);
        assert!(answer.headers.contains(&("retry-after", "2".to_owned())));
    }
}
