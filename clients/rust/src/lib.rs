//! The agent that stands beside a licensed product: it activates, validates and heartbeats a
//! license, obeys commands, believes signed answers only, and survives outages for as long as the
//! last signed answer allows.
//!
//! Decisions are plain functions ([`plan`], [`learn`]); [`Agent`] carries them out over a
//! [`transport::Transport`], and [`store`] keeps the state between runs.
//!
//! Where seats float, [`Client`] checks them out: a [`Lease`] is held, extended and given back,
//! and [`hold`] decides what is next.

pub mod agent;
pub mod borrowed;
pub mod change;
pub mod client;
pub mod clock;
pub mod exit;
pub mod failure;
pub mod hold;
pub mod http;
pub mod identity;
pub mod learn;
pub mod lease;
pub mod machine;
pub mod offline;
pub mod plan;
pub mod reference;
pub mod state;
pub mod store;
pub mod transport;
pub mod trust;
pub mod world;

#[cfg(test)]
mod testing;

pub use agent::{Agent, Config};
pub use change::Change;
pub use client::{CheckoutOptions, Client, Wait};
pub use exit::Exit;
pub use failure::Failure;
pub use identity::Identity;
pub use lease::Lease;
pub use state::AgentState;
