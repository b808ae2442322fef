//! What answers teach: plain functions from an answer to memory and changes.

use std::collections::BTreeMap;

use domain::command::Order;
use domain::time::Millis;
use domain::verdict::{Code, Warning};
use wire::heartbeat::HeartbeatAnswer;
use wire::validate::{CommandView, ValidateAnswer};

use crate::change::Change;
use crate::failure::Failure;
use crate::plan::backoff_seconds;
use crate::state::{AgentState, Held};

/// Seconds between heartbeats where no answer has told them yet.
const HEARTBEAT_SECONDS: u32 = 900;

/// The longest wait after a failure, in seconds, where the service names no other: the product
/// should notice the end of an outage soon.
const FAILURE_SECONDS: i64 = 60;

/// Takes in a verdict. `every` overrides the schedule, in seconds.
pub fn validated(
    state: &mut AgentState,
    answer: &ValidateAnswer<'_>,
    every: Option<u32>,
    now: Millis,
) -> Vec<Change> {
    let mut changes = recovered(state);
    if is_stale(state, answer.license_version) {
        state.stale = state.stale.saturating_add(1);
        let most = every.or(state.heartbeat_seconds).unwrap_or(HEARTBEAT_SECONDS);
        let wait = backoff_seconds(state.stale, most.into());
        (state.strict_next, state.next_validate) = (true, now.plus_seconds(wait));
        return changes;
    }
    let was_strict = std::mem::take(&mut state.strict_next);
    state.stale = 0;
    if let Some(id) = &answer.license_id {
        state.license_id = Some(id.as_ref().to_owned());
    }
    let verdict = Held {
        valid: answer.valid,
        code: answer.code,
        state: answer.state,
        run_until: answer.run_until.0,
    };
    changes.extend(hold(state, verdict, &answer.detail));
    if let Some(entitled) = &answer.entitlements {
        let limits =
            entitled.limits.iter().map(|(metric, limit)| (metric.name().to_owned(), *limit));
        state.limits = limits.collect();
    }
    changes.extend(warnings(state, &answer.warnings));
    let seconds = every.map_or(answer.expires_in, i64::from).max(1);
    state.next_validate = now.plus_seconds(seconds);
    if !was_strict {
        doubt(state, now);
    }
    changes.extend(commands(state, &answer.commands, now));
    if confirms(answer.code, answer.valid, answer.degraded, answer.license_version) {
        changes.extend(released(state));
    }
    version(state, answer.license_version);
    changes
}

/// Takes in the answer to a heartbeat. Its verdict counts as much as a validation's.
pub fn beaten(
    state: &mut AgentState,
    answer: &HeartbeatAnswer,
    sent: &[domain::id::CommandId],
    every: Option<u32>,
    now: Millis,
) -> Vec<Change> {
    let mut changes = recovered(state);
    let verdict = Held {
        valid: answer.valid,
        code: answer.code,
        state: answer.state,
        run_until: answer.run_until.0,
    };
    let is_stale = is_stale(state, answer.license_version);
    if !is_stale {
        changes.extend(hold(state, verdict, describe(verdict)));
        changes.extend(warnings(state, &answer.warnings));
        doubt(state, now);
    }
    if answer.recorded {
        state.acknowledge.retain(|command| !sent.contains(command));
    }
    let interval = every.unwrap_or(answer.next_heartbeat_in).max(1);
    state.heartbeat_seconds = Some(interval);
    state.next_heartbeat = now.plus_seconds(interval.into());
    // Commands are never stale: they come from where they wait.
    changes.extend(commands(state, &answer.commands, now));
    if is_stale {
        return changes;
    }
    if confirms(answer.code, answer.valid, answer.degraded, answer.license_version) {
        changes.extend(released(state));
    }
    version(state, answer.license_version);
    changes
}

/// Takes in a newer license text, already verified.
pub fn refreshed(state: &mut AgentState, text: String, version: i64) -> Vec<Change> {
    let mut changes = recovered(state);
    let command = state.refresh.take();
    state.newer_version = None;
    if command.is_some() || state.license_version != Some(version) {
        changes.push(Change::Refreshed { version });
    }
    if let Some(command) = command {
        state.finish(command);
    }
    (state.license_key, state.license_version) = (Some(text), Some(version));
    changes
}

/// The service would not give us the newer text. We go on without it: the verdict counts, and a
/// command that is not acknowledged comes again.
pub fn refresh_refused(state: &mut AgentState) {
    state.refused_version = state.newer_version.take().or(state.refused_version);
    state.refresh = None;
}

/// Whether an answer is about an older version of the license than one before it: it came out of
/// a cache that has not heard the news yet, and must not undo them.
fn is_stale(state: &mut AgentState, version: Option<i64>) -> bool {
    let is_older = version.zip(state.seen_version).is_some_and(|(version, seen)| version < seen);
    state.seen_version = state.seen_version.max(version);
    is_older
}

/// An activation takes a moment to be known everywhere: a device that is said not to be activated
/// asks once more, past the caches, before it believes so.
fn doubt(state: &mut AgentState, now: Millis) {
    if state.verdict.is_some_and(|held| held.code == Code::NotActivated) && !state.strict_next {
        (state.strict_next, state.next_validate) = (true, now.plus_seconds(1));
    }
}

/// Whether a store stands behind a good verdict on a version that the answer names.
fn confirms(code: Code, valid: bool, degraded: bool, version: Option<i64>) -> bool {
    valid && !degraded && code != Code::ValidUnconfirmed && version.is_some()
}

/// A confirmed verdict outranks a command that stopped the product: it may have come late, after
/// the one that took it back. While a strict validation is due, only its answer decides.
fn released(state: &mut AgentState) -> Option<Change> {
    if state.strict_next {
        return None;
    }
    state.stopped.take().map(|_| Change::Resumed)
}

/// Notes that a newer text exists, when we hold an older one.
fn version(state: &mut AgentState, version: Option<i64>) {
    let Some(version) = version else { return };
    let is_newer =
        state.license_key.is_some() && state.license_version.is_some_and(|known| known < version);
    state.newer_version = (is_newer && state.refused_version != Some(version)).then_some(version);
}

/// A question got no answer to believe.
pub fn failed(state: &mut AgentState, failure: &Failure, now: Millis) -> Vec<Change> {
    state.failures = state.failures.saturating_add(1);
    let wait = failure
        .retry_after()
        .map_or_else(|| backoff_seconds(state.failures, FAILURE_SECONDS), i64::from);
    state.retry_at = now.plus_seconds(wait.clamp(1, 3600));
    let forged = matches!(failure, Failure::Forged(_));
    let news = state.failures == 1 || forged != state.forged;
    state.forged = forged;
    if !news {
        return Vec::new();
    }
    let held = state.verdict.filter(|held| held.valid);
    let remaining_seconds = held.map(|held| held.run_until.since(now).max(0) / 1000);
    vec![Change::Trouble { detail: failure.to_string(), remaining_seconds }]
}

fn recovered(state: &mut AgentState) -> Vec<Change> {
    let was_out = std::mem::take(&mut state.failures) > 0;
    state.forged = false;
    if was_out { vec![Change::Recovered] } else { Vec::new() }
}

/// Holds a verdict; news when code, validity or state differ.
fn hold(state: &mut AgentState, held: Held, detail: impl AsRef<str>) -> Option<Change> {
    let before = state.verdict.replace(held);
    let same = |old: Held| (old.valid, old.code, old.state) == (held.valid, held.code, held.state);
    let detail = detail.as_ref().to_owned();
    (!before.is_some_and(same)).then_some(Change::Verdict {
        valid: held.valid,
        code: held.code,
        state: held.state,
        detail,
    })
}

/// A heartbeat brings no sentence of its own. A no is not always the license's state: that of a
/// suspended holder may be active.
fn describe(held: Held) -> String {
    match held.state {
        Some(state) if held.valid => format!("the license is {}", state.name()),
        _ => held.code.name().to_lowercase().replace('_', " "),
    }
}

/// Warnings that were not there before.
fn warnings(state: &mut AgentState, warnings: &[Warning]) -> Vec<Change> {
    let codes = warnings.iter().map(|warning| warning.code.clone()).collect();
    let before = std::mem::replace(&mut state.warned, codes);
    let new = warnings.iter().filter(|warning| !before.contains(&warning.code));
    new.map(|warning| Change::Warning {
        code: warning.code.clone(),
        detail: warning.detail.clone(),
    })
    .collect()
}

/// Carries out commands, each once, in the order given.
fn commands(state: &mut AgentState, commands: &[CommandView], now: Millis) -> Vec<Change> {
    let mut changes = Vec::new();
    for command in commands {
        if state.refresh.as_ref() == Some(&command.id) {
            continue;
        }
        if state.done.contains(&command.id) {
            // Delivered again because our acknowledgement got lost, or is not sent yet.
            if !state.acknowledge.contains(&command.id) {
                state.acknowledge.push(command.id.clone());
            }
            continue;
        }
        changes.extend(obey(state, &command.order, now));
        if matches!(command.order, Order::RefreshLicense) {
            state.refresh = Some(command.id.clone());
        } else {
            state.finish(command.id.clone());
        }
        // An acknowledgement is worth a heartbeat of its own.
        state.next_heartbeat = state.next_heartbeat.min(now.plus_seconds(1));
    }
    changes
}

/// Carries out an order. It is always worth a line, even where the verdict told it before.
fn obey(state: &mut AgentState, order: &Order, now: Millis) -> Option<Change> {
    match order {
        Order::UpdateLimits { new_limits } => {
            let metric = |name: &String| name.strip_prefix("max_").unwrap_or(name).to_owned();
            let limits = new_limits.iter().map(|(name, limit)| (metric(name), *limit));
            let limits: BTreeMap<String, u64> = limits.collect();
            state.limits.extend(limits.clone());
            Some(Change::Limits { limits })
        }
        // Told when it is done.
        Order::RefreshLicense => None,
        Order::Stop { reason } => {
            state.stopped = Some(reason.clone());
            (state.strict_next, state.next_validate) = (true, now);
            Some(Change::Stopped { reason: reason.clone() })
        }
        Order::Resume => {
            (state.strict_next, state.next_validate) = (true, now);
            state.stopped = None;
            Some(Change::Resumed)
        }
    }
}

#[cfg(test)]
mod tests;
