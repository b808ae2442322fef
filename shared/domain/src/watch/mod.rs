//! Watching API keys: what is usual for each, and an alert once per episode of what is not.
//!
//! Isolates note what they see of a key ([`Sighting`]); the tenant's `Watch` object keeps a [`Book`] per key and asks it.

mod book;
mod hours;
mod network;
mod rate;
mod rule;
mod rules;
mod sighting;
mod target;

#[cfg(test)]
mod tests;

pub use book::{Alert, Book, Called, Episode, Issue, MOST_EPISODES, MOST_KNOWN};
pub use hours::{BusinessHours, Local, TimeOfDay};
pub use network::network;
pub use rate::{RateRule, Windows};
pub use rule::{Rule, Severity};
pub use rules::{Learning, RuleSetting, Rules, RulesError};
pub use sighting::{Sighting, Unlisted};
pub use target::{Target, TargetError};
