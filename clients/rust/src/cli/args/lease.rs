//! Arguments of `writ checkout`.

use std::ffi::OsString;

use writ::Wait;

/// What `--help` says beside the arguments.
pub const ABOUT: &str = "\
Takes floating seats of a license.

With COMMAND, the lease is held while it runs: extended when a third of its time is left,
and returned when COMMAND ends. SIGTERM, SIGINT, SIGHUP and SIGQUIT are passed on to
COMMAND. What writ has to say goes to stderr. COMMAND finds WRIT_LEASE_ID,
WRIT_LEASE_TYPE (commit or overage) and WRIT_LEASE_EXPIRES_AT in its environment.

When the service cannot be reached, the lease is kept until its end; then the license
says whether COMMAND is stopped or runs on. When the lease is lost, another one is asked
for once.

Without COMMAND, the lease is printed and stays held: `writ extend` and `writ return`
take its id, and it ends by its time otherwise.";

/// Which seats, and what for.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Seats {
    /// Product, instead of --license: the usable license for it that ends first
    #[arg(long)]
    pub product: Option<String>,
    /// Who works [default: the user who runs this]
    #[arg(long)]
    pub user: Option<String>,
    /// Where [default: the host's name]
    #[arg(long)]
    pub host: Option<String>,
    /// The device [default: the one that was activated here]
    #[arg(long)]
    pub device: Option<String>,
    /// How many seats [default: 1]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub quantity: Option<u32>,
    /// A feature that must be licensed; may be repeated
    #[arg(long = "feature", value_name = "FEATURE")]
    pub features: Vec<String>,
}

/// Takes floating seats.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Checkout {
    /// Which
    #[command(flatten)]
    pub seats: Seats,
    /// Seconds that the lease lasts unless it is extended [default: the license's]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub ttl: Option<u32>,
    /// Wait in line when no seat is free: so many seconds, or as long as it takes
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "how clap says that the value may be missing")]
    pub wait: Option<Option<u32>>,
    /// What to run while holding the lease
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl Checkout {
    /// How long to wait.
    pub fn patience(&self) -> Wait {
        match self.wait {
            None => Wait::No,
            Some(None) => Wait::Forever,
            Some(Some(seconds)) => Wait::Seconds(seconds),
        }
    }
}
