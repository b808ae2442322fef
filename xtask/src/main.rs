//! `cargo xtask`: the developer's one door.

mod build;
mod cli;
mod map;
mod root;
mod setup;
mod sources;
mod steps;
mod wasm;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Task};
use root::Root;
use steps::Steps;

fn main() -> Result<()> {
    let root = Root::find()?;
    match Cli::parse().task {
        Task::Setup => setup::run(&root, &mut Steps::new(setup::STEPS)),
        Task::Build(args) => {
            let mut steps = Steps::new(setup::STEPS);
            setup::run(&root, &mut steps)?;
            build::run(&root, &args)
        }
    }
}
