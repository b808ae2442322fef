//! What can be typed after `cargo xtask`.

use clap::{Args, Parser, Subcommand};

/// The developer's one door.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// One thing that can be done.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Installs the tools into the project: Wasm compiler, worker-build, wasm-bindgen, npm packages
    Setup,
    /// Builds the workers that changed
    Build(BuildArgs),
}

/// Which workers, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct BuildArgs {
    /// As deployed and measured: link-time optimisation and wasm-opt
    #[arg(long)]
    pub release: bool,
    /// Workers to build (default: all of the map)
    pub workers: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
