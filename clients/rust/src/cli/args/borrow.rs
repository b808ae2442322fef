//! Arguments of `writ borrow`.

use std::path::PathBuf;

use wire::time::Instant;

use super::Seats;

/// Borrows floating seats.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "length", required = true, multiple = false, args = ["seconds", "until"])]
pub struct Borrow {
    /// Which
    #[command(flatten)]
    pub seats: Seats,
    /// For how many seconds
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: Option<u32>,
    /// Until when: 2026-01-31T17:00:00Z, or a date
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<Instant>,
    /// File for the signed lease, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    Instant::parse(text).ok_or("is neither RFC 3339 nor a date (YYYY-MM-DD)")
}
