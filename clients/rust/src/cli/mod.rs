//! The commands: arguments in, lines and an exit code out.

use writ::exit::Exit;
use writ::failure::Failure;

pub mod args;
mod glue;
mod once;
pub mod output;
mod run;

use args::{Args, Command};
use output::Output;

/// Carries out the command.
pub fn dispatch(args: &Args, out: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::Fingerprint => once::fingerprint(args, out),
        Command::Activate { name } => once::activate(args, name.clone(), out),
        Command::Deactivate => once::deactivate(args, out),
        Command::Validate(ask) => once::validate(args, ask, out),
        Command::Verify { text } => once::verify(args, text, out),
        Command::Run { every, ask } => run::run(args, *every, ask, out),
    }
}
