//! What can be typed after `cargo xtask`.

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Everything to a running platform with the demo on it; stays until Ctrl-C
    Up(UpArgs),
    /// Ends a platform that runs detached
    Down,
    /// Runs the test layers
    Test(TestArgs),
    /// Measures floors, peers and ours side by side, and writes bench/RESULTS.md
    Bench(BenchArgs),
    /// Makes the secrets of an installation and gives them to its workers
    Keys(KeysArgs),
    /// Migrations, then the workers in a safe order
    Deploy(DeployArgs),
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

/// How to run locally.
#[derive(Args, Clone, Debug)]
pub struct UpArgs {
    /// Where to listen, on loopback only
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    /// The domain of all default hosts
    #[arg(long, default_value = "writ.localhost")]
    pub apex: String,
    /// Forget the demo and start over
    #[arg(long)]
    pub fresh: bool,
    /// Workers as deployed instead of quickly built
    #[arg(long)]
    pub release: bool,
    /// Return when it is ready and leave it running
    #[arg(long)]
    pub detach: bool,
}

/// Which layers to test.
#[derive(Args, Clone, Debug)]
pub struct TestArgs {
    /// Only what needs no workers: format, lints, native tests
    #[arg(long)]
    pub fast: bool,
    /// The portal in Chromium, too (`apt-get install chromium`, or its path in CHROMIUM)
    #[arg(long, conflicts_with = "fast")]
    pub browser: bool,
}

/// What to measure, and for how long.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// One short round of everything, to see that it runs; writes nothing
    #[arg(long)]
    pub quick: bool,
    /// Measure this part alone; the others keep their figures
    #[arg(long, value_enum)]
    pub only: Option<Part>,
    /// Watch memory for ten minutes instead of one
    #[arg(long)]
    pub long: bool,
    /// Measure the workers as they are built now, to see what a change does; writes nothing
    #[arg(long)]
    pub as_built: bool,
}

impl BenchArgs {
    /// Whether the figures are for looking at only.
    pub const fn writes_nothing(&self) -> bool {
        self.quick || self.as_built
    }
}

/// A part of the bench.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Part {
    /// Requests per second of floors, peers and ours
    Load,
    /// Checkouts and returns of floating seats
    Pools,
    /// Latency with nothing in memory and stores far away
    Cold,
    /// Memory under 100,000 licenses in rotation
    Memory,
    /// Sizes of the workers
    Sizes,
}

/// Whose secrets.
#[derive(Args, Clone, Debug)]
pub struct KeysArgs {
    /// A second installation: a suffix to all names
    #[arg(long, value_parser = stage)]
    pub stage: Option<String>,
    /// Print them as JSON and give them to nobody
    #[arg(long)]
    pub print: bool,
    /// Something else than making them
    #[command(subcommand)]
    pub task: Option<KeysTask>,
}

/// What else can be done with secrets.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysTask {
    /// Gives the local platform another key-encryption key (restart it afterwards); docs/runbook.md has the deployed way
    RotateKek {
        /// Forget the one before: once `GET /api/v1/sealing` says that nothing is left under it
        #[arg(long)]
        finish: bool,
    },
}

/// What to deploy.
#[derive(Args, Clone, Debug)]
pub struct DeployArgs {
    /// Check every worker's configuration, without a network
    #[arg(long)]
    pub dry_run: bool,
    /// A second installation: a suffix to all names
    #[arg(long, value_parser = stage)]
    pub stage: Option<String>,
    /// The zone that serves the installation (needed unless --dry-run)
    #[arg(long, env = "WRIT_APEX", required_unless_present = "dry_run")]
    pub apex: Option<String>,
}

/// A stage is part of script and database names.
fn stage(text: &str) -> Result<String, String> {
    let fits = (1..=16).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    fits.then(|| text.to_owned()).ok_or_else(|| "1 to 16 of a-z, 0-9".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_deploy_names_its_zone_and_a_dry_run_need_not() {
        let rows = [
            (&["x", "deploy", "--dry-run"][..], true),
            (&["x", "deploy", "--apex", "example.com", "--stage", "two"][..], true),
            (&["x", "deploy"][..], false),
            (&["x", "deploy", "--dry-run", "--stage", "Two!"][..], false),
        ];
        for (line, want) in rows {
            assert_eq!(Cli::try_parse_from(line).is_ok(), want, "{line:?}");
        }
    }

    #[test]
    fn up_listens_where_the_readme_says() {
        let Task::Up(up) = Cli::parse_from(["x", "up"]).task else { panic!("up") };
        assert_eq!((up.port, up.apex.as_str(), up.detach), (8787, "writ.localhost", false));
    }
}
