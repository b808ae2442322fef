//! `writ`: the agent as a command.

use std::process::ExitCode;

use clap::Parser;

mod cli;

fn main() -> ExitCode {
    let args = cli::args::Args::parse();
    let mut out = cli::output::Output::new(args.json);
    let exit = cli::dispatch(&args, &mut out).unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit()
    });
    ExitCode::from(exit.code())
}
