//! Commands that wait for one device.

use serde::{Deserialize, Serialize};

use crate::command::{Command, Order};
use crate::id::CommandId;
use crate::time::Millis;

/// A device that never acknowledges keeps at most this many commands; the oldest go first.
pub const MAX_WAITING: usize = 16;

/// A command on its way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Waiting {
    /// The command.
    pub command: Command,
    /// When the device was first told.
    pub delivered: Option<Millis>,
}

/// Adds a command and returns the ids of those that it makes pointless: new limits replace
/// older limits that the device was not told yet, and likewise for a refresh; stop and resume
/// replace each other. A command that waits already is not added twice.
pub fn enqueue(waiting: &mut Vec<Waiting>, command: Command) -> Vec<CommandId> {
    if waiting.iter().any(|w| w.command.id == command.id) {
        return Vec::new();
    }
    let mut dropped = Vec::new();
    waiting.retain(|w| {
        let replaced = w.delivered.is_none() && family(&w.command.order) == family(&command.order);
        if replaced {
            dropped.push(w.command.id.clone());
        }
        !replaced
    });
    waiting.push(Waiting { command, delivered: None });
    let surplus = waiting.len().saturating_sub(MAX_WAITING);
    dropped.extend(waiting.drain(..surplus).map(|w| w.command.id));
    dropped
}

/// Whether a command tells devices to stop or to go on again.
pub const fn switches(order: &Order) -> bool {
    matches!(order, Order::Stop { .. } | Order::Resume)
}

/// Whether a stop or resume comes too late: one that was given later, at `newest`, has been seen already. Commands
/// travel through outboxes, and a stop that failed on its way must not outlive the resume after it. Of two given at the
/// same instant the one that arrives last counts.
pub fn overtaken(command: &Command, newest: Option<Millis>) -> bool {
    switches(&command.order) && newest.is_some_and(|newest| command.created < newest)
}

/// Everything that waits, oldest first, and marks it as told. What is not acknowledged is
/// delivered again.
pub fn deliver(waiting: &mut [Waiting], now: Millis) -> Vec<Command> {
    waiting
        .iter_mut()
        .map(|w| {
            w.delivered = w.delivered.or(Some(now));
            w.command.clone()
        })
        .collect()
}

/// Removes what the device has carried out and returns the ids removed; ids that do not wait
/// are ignored.
pub fn acknowledge(waiting: &mut Vec<Waiting>, done: &[CommandId]) -> Vec<CommandId> {
    let gone = waiting.extract_if(.., |w| done.contains(&w.command.id));
    gone.map(|w| w.command.id).collect()
}

const fn family(order: &Order) -> u8 {
    match order {
        Order::UpdateLimits { .. } => 0,
        Order::RefreshLicense => 1,
        Order::Stop { .. } | Order::Resume => 2,
    }
}
