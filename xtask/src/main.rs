//! `cargo xtask`: the developer's one door.

mod bench;
mod bootstrap;
mod build;
mod chance;
mod check;
mod cli;
mod debian;
mod demo;
mod deploy;
mod dev;
mod files;
mod keys;
mod map;
mod operator;
mod platform;
mod python;
mod root;
mod secrets;
mod setup;
mod sources;
mod stage;
mod steps;
mod up;
mod wasm;
mod wrangler;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Task};
use root::Root;
use steps::Steps;

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let root = Root::find()?;
    let prepare = || setup::run(&root, &mut Steps::new(setup::STEPS));
    match task {
        Task::Setup => prepare(),
        Task::Build(args) => {
            prepare()?;
            build::run(&root, &args)
        }
        Task::Up(args) => up::run(&root, &args),
        Task::Down => up::down(&root),
        Task::Test(args) => check::run(&root, &args),
        Task::Bench(args) => bench::run(&root, &args),
        Task::Keys(args) => keys::run(&root, &args),
        Task::Deploy(args) => deploy::run(&root, &args),
    }
}
