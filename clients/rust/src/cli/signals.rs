//! Signals: heard here, passed on to the command that runs under a lease.

use std::fs::{self, File};
use std::process::Child;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use domain::time::Millis;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, tcgetpgrp};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use writ::failure::Failure;
use writ::world::{System, World};

use super::hold::Event;

/// Passed on to the command.
const PASSED_ON: [i32; 4] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

/// The machine, with pauses that a signal ends while the bell is armed.
#[derive(Clone, Default)]
pub struct Waking {
    system: System,
    bell: Arc<Bell>,
}

#[derive(Default)]
struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Clone, Copy, Default)]
struct State {
    muted: bool,
    rung: Option<i32>,
}

impl World for Waking {
    fn now(&self) -> Millis {
        self.system.now()
    }

    fn pause(&self, time: Duration) -> bool {
        let state = self.bell.state.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |state: &mut State| state.rung.is_none();
        let waited = self.bell.rung.wait_timeout_while(state, time, quiet);
        waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn entropy(&self) -> Result<[u8; 16], Failure> {
        self.system.entropy()
    }
}

impl Waking {
    /// Ends pauses, those to come as well.
    pub fn ring(&self, signal: i32) {
        let mut state = self.bell.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.muted {
            state.rung.get_or_insert(signal);
            self.bell.rung.notify_all();
        }
    }

    /// The signal that rang first.
    pub fn rung(&self) -> Option<i32> {
        self.bell.state.lock().unwrap_or_else(PoisonError::into_inner).rung
    }

    /// From now on, signals end pauses (`false`) or leave them alone.
    pub fn mute(&self, muted: bool) {
        let mut state = self.bell.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { muted, rung: None };
    }
}

/// Sends an event for every signal, and for the end of a child; rings for those that end.
///
/// Signals that were ignored when we were started (`nohup`, jobs in the background) stay ignored,
/// here and in the command.
pub fn listen(events: Sender<Event>, world: Waking) -> Result<(), Failure> {
    let local = |error: std::io::Error| Failure::Local(format!("signals: {error}"));
    let ignored = fs::read_to_string("/proc/self/status").map_or(0, |status| ignored(&status));
    let heard = PASSED_ON.into_iter().filter(|signal| !is_in(ignored, *signal));
    let mut signals = Signals::new(heard.chain([SIGCHLD])).map_err(local)?;
    let listening = move || {
        for signal in signals.forever() {
            if signal != SIGCHLD {
                world.ring(signal);
            }
            if events.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listening).map_err(local)?;
    Ok(())
}

/// Passes a signal on. One that the keyboard made has reached the command already.
pub fn pass_on(signal: i32, child: &Child) {
    if signal != SIGCHLD && !(matches!(signal, SIGINT | SIGQUIT) && is_in_foreground()) {
        send(signal, child);
    }
}

/// Asks the command to end.
pub fn terminate(child: &Child) {
    send(SIGTERM, child);
}

/// The child was not waited for yet, so its id is still its own.
fn send(signal: i32, child: &Child) {
    let (Ok(signal), Ok(id)) = (Signal::try_from(signal), i32::try_from(child.id())) else {
        return;
    };
    // It fails only when the child has ended.
    let _ = kill(Pid::from_raw(id), signal);
}

/// Whether the keyboard's signals reach us, and with us the command.
fn is_in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(&terminal) == Ok(getpgrp()))
}

/// The signals that the process ignores, a bit each, as Linux tells.
fn ignored(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

const fn is_in(mask: u64, signal: i32) -> bool {
    mask >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_mask() {
        let mask = ignored("Name:\twrit\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000004002\n");
        assert!(is_in(mask, SIGHUP) && !is_in(mask, SIGINT) && !is_in(mask, SIGTERM));
        assert_eq!((ignored(""), ignored("SigIgn:\tx")), (0, 0));
    }

    #[test]
    fn a_ring_ends_pauses_until_the_bell_is_muted() {
        let world = Waking::default();
        let moment = Duration::from_millis(1);
        assert!(world.pause(moment));
        world.ring(SIGTERM);
        world.ring(SIGINT);
        assert!(!world.pause(Duration::from_mins(1)));
        assert_eq!(world.rung(), Some(SIGTERM));
        world.mute(true);
        world.ring(SIGINT);
        assert!(world.pause(moment) && world.rung().is_none());
    }
}
