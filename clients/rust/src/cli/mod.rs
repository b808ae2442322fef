//! The commands: arguments in, lines and an exit code out.

use writ::exit::Exit;
use writ::failure::Failure;

pub mod args;
mod borrow;
mod glue;
#[cfg(unix)]
mod hold;
mod lease;
mod once;
pub mod output;
mod run;
#[cfg(unix)]
mod signals;

use args::{Args, Command};
use output::Output;

/// Carries out the command.
pub fn dispatch(args: &Args, out: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::Fingerprint => once::fingerprint(args, out),
        Command::DeviceKey => once::device_key(args, out),
        Command::Activate { name } => once::activate(args, name.clone(), out),
        Command::Deactivate => once::deactivate(args, out),
        Command::Validate(ask) => once::validate(args, ask, out),
        Command::Verify { text } => once::verify(args, text, out),
        Command::Checkout(ask) if ask.command.is_empty() => lease::checkout(args, ask, out),
        #[cfg(unix)]
        Command::Checkout(ask) => hold::run(args, ask, out),
        #[cfg(not(unix))]
        Command::Checkout(_) => Err(Failure::Usage(
            "a lease can be held around a COMMAND on Unix only; take one without COMMAND".into(),
        )),
        Command::Borrow(ask) => borrow::borrow(args, ask, out),
        Command::Return { lease_id } => lease::give_back(args, lease_id, out),
        Command::Extend { lease_id, ttl } => lease::extend(args, lease_id, *ttl, out),
        Command::Run { every, ask } => run::run(args, *every, ask, out),
    }
}
