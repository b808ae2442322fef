//! `writ run`: the agent on its schedule, until it is told to end or has to.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use wire::time::Instant;
use writ::change::Change;
use writ::exit::Exit;
use writ::failure::Failure;
use writ::plan::Ending;
use writ::state::{AgentState, Held};

use super::args::{Args, Ask};
use super::glue::{self, Clock};
use super::output::Output;

/// Never sleeps longer: a suspended machine or a changed clock is noticed within this time.
const MAX_SLEEP: Duration = Duration::from_secs(30);

/// Runs until a signal (0), a final verdict (3), or the end of what the last signed answer allows
/// (4, or 5 where replies came that were not to be believed).
pub fn run(args: &Args, every: Option<u32>, ask: &Ask, out: &mut Output) -> Result<Exit, Failure> {
    let (mut agent, store) = glue::agent(args, ask, every)?;
    let signals = signals()?;
    let mut clock = Clock::start();
    let (_, now) = clock.tick(&mut agent.state);
    agent.start(now);
    let mut announced = false;
    loop {
        let (wall, now) = clock.tick(&mut agent.state);
        let step = agent.step(wall, now)?;
        out.changes(&step.changes);
        store.save(&agent.state)?;
        announced |= step.changes.iter().any(|change| matches!(change, Change::Verdict { .. }));
        if step.pause.is_some() && !announced {
            out.changes(&known(&agent.state));
            announced = true;
        }
        match step.pause {
            None => {
                if signals.try_recv().is_ok() {
                    break;
                }
            }
            Some(Ok(until)) => {
                if !sleep(&signals, until.since(now)) {
                    break;
                }
            }
            Some(Err(ending)) => return Ok(end(ending, out)),
        }
    }
    out.event("ended", "ended by a signal");
    Ok(Exit::Ok)
}

/// The verdict of an earlier run, where this one brought no other: a watcher wants to see one.
fn known(state: &AgentState) -> Vec<Change> {
    let line = |held: &Held| Change::Verdict {
        valid: held.valid,
        code: held.code,
        state: held.state,
        detail: format!("as before; may run till {}", Instant(held.run_until).text()),
    };
    state.verdict.iter().map(line).collect()
}

/// SIGTERM, SIGINT and SIGHUP, as messages.
fn signals() -> Result<mpsc::Receiver<()>, Failure> {
    let (sender, receiver) = mpsc::channel();
    let set = ctrlc::set_handler(move || {
        // It fails only when the loop has ended already.
        let _ = sender.send(());
    });
    set.map_err(|error| Failure::Local(format!("signals: {error}")))?;
    Ok(receiver)
}

/// Whether to go on.
fn sleep(signals: &mpsc::Receiver<()>, millis: i64) -> bool {
    let wanted = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    // At least a moment: a clock that stands still must not make us spin.
    let length = wanted.clamp(Duration::from_millis(10), MAX_SLEEP);
    matches!(signals.recv_timeout(length), Err(RecvTimeoutError::Timeout))
}

fn end(ending: Ending, out: &mut Output) -> Exit {
    match ending {
        Ending::NotValid(code) => {
            out.event("ended", &format!("ended: the license is not valid ({})", code.name()));
            Exit::NotValid
        }
        Ending::OutOfTime { forged } => {
            out.event("ended", "ended: no answer to believe, and none from before still holds");
            if forged { Exit::Forged } else { Exit::Unreachable }
        }
    }
}
