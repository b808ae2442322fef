//! What is true of licenses: ids, time, money, states, verdicts, books of devices, limits, seats and
//! allocations.
//!
//! No I/O, no async, no clock: every function is a plain function of its arguments.

pub mod allocation;
pub mod app;
pub mod audit;
pub mod branding;
pub mod command;
pub mod dns;
pub mod fleet;
pub mod host;
pub mod hostname;
pub mod id;
pub mod judge;
pub mod license;
pub mod limiter;
pub mod money;
pub mod perimeter;
pub mod person;
pub mod place;
pub mod pool;
pub mod proof;
pub mod role;
pub mod scope;
pub mod session;
pub mod state;
pub mod subscription;
pub mod tenant;
pub mod terms;
pub mod time;
pub mod usage;
pub mod verdict;
pub mod version;
pub mod watch;
