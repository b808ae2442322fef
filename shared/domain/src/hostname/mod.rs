//! The life of a domain that a tenant brings: proved by DNS, requested at the platform, validated there, in service.
//!
//! The book of it is this machine: [`Claim::work`] says what is to be done next, [`Claim::after`] what came of it.
//! Whoever does the work may die at any point and do it again: everything asked of others can be repeated.

mod remote;

use serde::{Deserialize, Serialize};

pub use remote::{Remote, judge};

use crate::proof::Patience;
use crate::time::Millis;

/// Where a claim has come to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The tenant has yet to set the TXT record.
    PendingProof,
    /// The record was seen: the name is the tenant's in the directory.
    Proved,
    /// The platform was asked, and has not taken it yet: its quota is used up, or it is away.
    Requested,
    /// The platform knows it and waits for its own DNS records.
    PendingValidation,
    /// In service.
    Active,
    /// Given up; a new verification begins again.
    Failed,
    /// Out of service, being taken off the platform.
    Removing,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::PendingProof,
        Self::Proved,
        Self::Requested,
        Self::PendingValidation,
        Self::Active,
        Self::Failed,
        Self::Removing,
    ];

    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingProof => "pending_proof",
            Self::Proved => "proved",
            Self::Requested => "requested",
            Self::PendingValidation => "pending_validation",
            Self::Active => "active",
            Self::Failed => "failed",
            Self::Removing => "removing",
        }
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Work {
    /// Look for the TXT record, and take the name in the directory when it is there.
    Prove,
    /// Find the name at the platform, or make it there.
    Create,
    /// Ask the platform for its state.
    Poll,
    /// Take it off the platform.
    Remove,
    /// Nothing.
    Rest,
}

/// What came of the work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Seen {
    /// The record is there and the name is the tenant's.
    Proved,
    /// The record is not there yet.
    Unproved,
    /// The record is there, but the name is in service for another tenant.
    Taken,
    /// The platform has it, in this condition.
    At(Remote),
    /// The platform has no room.
    Quota,
    /// The platform refuses the name.
    Refused,
    /// Nobody answered; or the platform asks to come back after so many milliseconds.
    Away(Option<i64>),
    /// It is off the platform.
    Removed,
}

/// Why a claim is where it is, for people and programs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The record never came.
    NoProof,
    /// Another tenant has it in service.
    Taken,
    /// The platform has no room at present.
    Quota,
    /// The platform refuses the name, or has blocked it.
    Refused,
    /// The platform dropped it, as it does after seven days without validation; it was asked again.
    Dropped,
    /// Somebody could not be asked; it is tried again.
    Unreachable,
}

/// A claim, as far as its way is concerned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// Where it is.
    pub state: State,
    /// Tries in this state so far.
    pub attempts: u32,
    /// Since when proof is waited for.
    pub since: Millis,
    /// When there is something to do; none: never by itself.
    pub next: Option<Millis>,
    /// Why.
    pub reason: Option<Reason>,
}

/// How often a name in service is looked after, in milliseconds: six hours.
const CARE_MS: i64 = 21_600_000;
/// How long to leave a platform alone that has no room, in milliseconds: an hour.
const QUOTA_MS: i64 = 3_600_000;

impl Claim {
    /// A new claim, or a failed one that begins again.
    pub const fn begin(now: Millis) -> Self {
        Self { state: State::PendingProof, attempts: 0, since: now, next: Some(now), reason: None }
    }

    /// The claim on its way out.
    #[must_use]
    pub const fn removing(self, now: Millis) -> Self {
        Self { state: State::Removing, attempts: 0, next: Some(now), ..self }
    }

    /// What is to be done next.
    pub const fn work(&self) -> Work {
        match self.state {
            State::PendingProof => Work::Prove,
            State::Proved | State::Requested => Work::Create,
            State::PendingValidation | State::Active => Work::Poll,
            State::Removing => Work::Remove,
            State::Failed => Work::Rest,
        }
    }

    /// The claim after its work came to `seen`; none when it has ended and can be forgotten.
    pub fn after(&self, seen: Seen, patience: Patience, now: Millis) -> Option<Self> {
        if self.state == State::Removing {
            let again = self.wait(State::Removing, None, patience, now);
            return (seen != Seen::Removed).then_some(again);
        }
        if self.state == State::Failed {
            return Some(self.clone());
        }
        Some(match seen {
            Seen::Proved => self.at(State::Proved, now, None),
            Seen::Unproved => self.unproved(patience, now),
            Seen::Taken => self.failed(Reason::Taken),
            Seen::At(remote) => self.found(remote, patience, now),
            Seen::Quota => {
                let next = Some(now.plus(QUOTA_MS.min(patience.first_wait_ms.saturating_mul(60))));
                let reason = Some(Reason::Quota);
                Self {
                    state: State::Requested,
                    attempts: self.attempts + 1,
                    next,
                    reason,
                    ..self.clone()
                }
            }
            Seen::Refused => self.failed(Reason::Refused),
            Seen::Away(after) => self.away(after, patience, now),
            Seen::Removed => self.dropped(now),
        })
    }

    fn found(&self, remote: Remote, patience: Patience, now: Millis) -> Self {
        match remote {
            Remote::Serving => self.at(State::Active, now.plus(CARE_MS), None),
            // A certificate is renewed while the old one serves: a name in service stays there.
            Remote::Waiting | Remote::TimedOut if self.state == State::Active => {
                self.wait(State::Active, None, patience, now)
            }
            Remote::Waiting | Remote::TimedOut => {
                self.wait(State::PendingValidation, None, patience, now)
            }
            Remote::Blocked => self.failed(Reason::Refused),
            Remote::Gone => self.dropped(now),
        }
    }

    fn unproved(&self, patience: Patience, now: Millis) -> Self {
        match patience.next(self.since, self.attempts, now) {
            Some(next) => Self { attempts: self.attempts + 1, next: Some(next), ..self.clone() },
            None => self.failed(Reason::NoProof),
        }
    }

    fn away(&self, after: Option<i64>, patience: Patience, now: Millis) -> Self {
        let state = if self.state == State::Proved { State::Requested } else { self.state };
        let waited = self.wait(state, Some(Reason::Unreachable), patience, now);
        let asked = after.map(|after| now.plus(after));
        Self { next: waited.next.max(asked), ..waited }
    }

    /// Asked again at once: the proof still counts.
    fn dropped(&self, now: Millis) -> Self {
        self.at(State::Proved, now, Some(Reason::Dropped))
    }

    fn at(&self, state: State, next: Millis, reason: Option<Reason>) -> Self {
        Self { state, attempts: 0, next: Some(next), reason, ..self.clone() }
    }

    fn failed(&self, reason: Reason) -> Self {
        Self { state: State::Failed, next: None, reason: Some(reason), ..self.clone() }
    }

    fn wait(&self, state: State, reason: Option<Reason>, patience: Patience, now: Millis) -> Self {
        let attempts = if state == self.state { self.attempts + 1 } else { 1 };
        let next = Some(now.plus(patience.wait_ms(attempts - 1)));
        Self { state, attempts, next, reason, ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
