//! Arguments and the environment.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod borrow;
mod lease;
mod shown;

pub use borrow::Borrow;
pub use lease::{Checkout, Seats};
pub use shown::Shown;

/// Activates, validates and heartbeats a Writ license, and holds its floating seats.
#[derive(Debug, Parser)]
#[command(name = "writ", version, after_help = writ::exit::TABLE)]
pub struct Args {
    /// The service: https://<your host>
    #[arg(long, global = true, env = "WRIT_URL")]
    pub url: Option<String>,
    /// API key: for validate the license key is enough, all else that asks the service needs one
    #[arg(long, global = true, env = "WRIT_API_KEY", hide_env_values = true)]
    pub api_key: Option<String>,
    /// License id, license code, license key, or a file with the key
    #[arg(long, global = true, env = "WRIT_LICENSE", hide_env_values = true)]
    pub license: Option<String>,
    /// Folder for the state [default: writ in the user's state folder]
    #[arg(long, global = true, env = "WRIT_STATE")]
    pub state: Option<PathBuf>,
    /// PEM file with the root keys to trust, instead of trust on first use
    #[arg(long, global = true, env = "WRIT_ROOT")]
    pub root: Option<PathBuf>,
    /// Issuer of the license, where the license is named by id or code
    #[arg(long, global = true)]
    pub issuer: Option<String>,
    /// Seconds to wait for an answer
    #[arg(long, global = true, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub timeout: u64,
    /// What is shown besides the key
    #[command(flatten)]
    pub shown: Shown,
    /// Output for machines: one JSON object per line
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows this machine's fingerprint
    Fingerprint,
    /// Shows the public half of this device's key, for an API key that wants signed requests
    DeviceKey,
    /// Binds this machine to the license
    Activate {
        /// Name of this device, for people [default: the host's name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Frees this machine, so that another one can take its place
    Deactivate,
    /// Asks once whether the license is valid here and now
    Validate(Ask),
    /// Verifies a license, a borrowed lease or a receipt offline, with the root key alone
    Verify {
        /// License key, lease or receipt, or a file with it
        text: String,
    },
    /// Validates and heartbeats on schedule until told to end
    Run {
        /// Seconds between heartbeats and between validations, instead of the license's schedule
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=86_400))]
        every: Option<u32>,
        /// What is asked
        #[command(flatten)]
        ask: Ask,
    },
    /// Takes floating seats: while COMMAND runs, or for a script to return
    #[command(long_about = lease::ABOUT, after_help = writ::exit::COMMAND_TABLE)]
    Checkout(Box<Checkout>),
    /// Borrows floating seats for work without a network: prints a signed lease
    Borrow(Box<Borrow>),
    /// Returns a lease
    Return {
        /// The lease
        lease_id: String,
    },
    /// Makes a lease last longer
    Extend {
        /// The lease
        lease_id: String,
        /// Seconds from now [default: as long as it was to last at first]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        ttl: Option<u32>,
    },
}

/// What a validation asks.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Ask {
    /// The product that asks
    #[arg(long)]
    pub product: Option<String>,
    /// Its version
    #[arg(long = "product-version")]
    pub version: Option<String>,
    /// The feature that it wants to use
    #[arg(long)]
    pub feature: Option<String>,
    /// A gauge, such as vms=45; may be repeated
    #[arg(long = "usage", value_name = "NAME=COUNT")]
    pub usage: Vec<String>,
    /// Bypass the service's caches
    #[arg(long)]
    pub strict: bool,
}
