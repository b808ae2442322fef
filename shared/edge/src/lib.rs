//! The platform in one place: workers see sites, principals, stores and clocks through this crate. They
//! name `worker` for their entry only (and `objects` for its classes), and so stay plain Rust that
//! native tests can run.

pub mod address;
pub mod admit;
pub mod after;
mod along;
pub mod answer;
pub mod branding;
pub mod cache;
pub mod call;
pub mod carried;
pub mod cloudflare;
pub mod config;
pub mod db;
pub mod dns;
pub mod door;
pub mod facts;
pub mod failure;
pub mod fault;
pub mod fetch;
pub mod find;
pub mod hostname;
pub mod idempotency;
pub mod kek;
pub mod keys;
pub mod limit;
pub mod log;
pub mod mail;
pub mod object;
pub mod objects;
pub mod outbox;
pub mod paging;
pub mod patience;
pub mod pending;
pub mod perimeter;
pub mod plan;
pub mod platform;
pub mod pool;
pub mod principal;
pub mod refused;
pub mod registration;
pub mod serve;
pub mod session;
pub mod signed;
pub mod site;
pub mod terms;
pub mod text;
pub mod used;
pub mod vault;
pub mod verify;
pub mod vouch;
pub mod watch;
pub mod webhook;
pub mod zone;

pub use call::Call;
pub use failure::Failure;
