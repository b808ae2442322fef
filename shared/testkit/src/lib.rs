//! Test doubles: the real schema in memory, a clock that stands, scripted entropy, builders. For tests only.
//!
//! Everything here fails its test by panicking.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test double fails its test by panicking"
)]

mod build;
mod chance;
mod db;
mod limits;

pub use build::{NOW, key_id, license, request_id, tenant, terms};
pub use chance::{FixedClock, ScriptedEntropy};
pub use db::{Db, Handle, Place};
