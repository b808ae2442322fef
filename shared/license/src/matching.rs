//! Whether a device is still the machine that it was at activation.

use std::collections::BTreeSet;

use domain::terms::Matching;

use crate::fingerprint::{Component, Environment, Fingerprint};

/// How much of a bound fingerprint was seen again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Score {
    /// Components that were bound, and how many of them were seen again.
    bound: usize,
    seen: usize,
    /// Their weights.
    bound_weight: u32,
    seen_weight: u32,
}

/// Whether `seen` is the machine of `bound` under `rule`. Each rule implies the weaker ones:
/// all, most, two, any. Nothing bound matches nothing.
///
/// A component with several values (cards, disks) counts when one value was seen again, so that
/// adding hardware never breaks a binding.
pub fn matches(bound: &Fingerprint, seen: &Fingerprint, rule: Matching) -> bool {
    if is_other_vm(bound, seen) {
        return false;
    }
    let score = score(bound, seen);
    // With a single bound component two of them cannot be asked for.
    let two = score.seen >= score.bound.min(2);
    score.seen > 0
        && match rule {
            Matching::Any => true,
            Matching::Two => two,
            Matching::Most => two && score.seen_weight * 2 > score.bound_weight,
            Matching::All => score.seen == score.bound,
        }
}

fn score(bound: &Fingerprint, seen: &Fingerprint) -> Score {
    let environment = bound.environment.max(seen.environment);
    bound.counting_in(environment).fold(Score::default(), |mut score, (component, hashes)| {
        score.bound += 1;
        score.bound_weight += component.weight();
        if shares_a_hash(seen, component, hashes) {
            score.seen += 1;
            score.seen_weight += component.weight();
        }
        score
    })
}

fn shares_a_hash(seen: &Fingerprint, component: Component, hashes: &BTreeSet<String>) -> bool {
    seen.components.get(&component).is_some_and(|others| !hashes.is_disjoint(others))
}

/// In virtual machines the UUID leads: another one is another machine, however alike the rest is,
/// because copies of a machine are alike in everything else.
fn is_other_vm(bound: &Fingerprint, seen: &Fingerprint) -> bool {
    if bound.environment.max(seen.environment) != Environment::Vm {
        return false;
    }
    let uuid = |print: &Fingerprint| print.components.get(&Component::VmUuid).cloned();
    matches!((uuid(bound), uuid(seen)), (Some(a), Some(b)) if a.is_disjoint(&b))
}

#[cfg(test)]
mod tests;
