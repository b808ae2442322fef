//! The harness of the live tests: a platform (workerd through Miniflare, with D1 and Durable Objects), tenants
//! made through its API, and requests whose answers are checked for what every answer promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a harness fails a test by panicking"
)]

mod http;
mod inputs;
mod others;
mod people;
mod platform;
mod world;

pub use http::{Call, Reply};
pub use people::{Person, cookie};
pub use platform::{Platform, shared};
pub use world::{Licensed, Tenant, until};

// What `cargo xtask up` gives a platform to start with, by the same code.
#[allow(dead_code, reason = "SQL texts are for `deploy`")]
#[path = "../../../xtask/src/bootstrap.rs"]
mod bootstrap;
#[path = "../../../xtask/src/chance.rs"]
mod chance;
#[allow(dead_code, reason = "reading files back is for `up`")]
#[path = "../../../xtask/src/files.rs"]
mod files;
#[allow(dead_code, reason = "tools are for `setup`")]
#[path = "../../../xtask/src/root.rs"]
mod root;
#[allow(dead_code, reason = "those of the checkout are for `up`")]
#[path = "../../../xtask/src/secrets.rs"]
mod secrets;
