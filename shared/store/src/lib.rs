//! What is asked of the databases, as plain values: SQL, parameters, row type. No driver.
//!
//! [`Query`] and [`Change`] are for a tenant's shard, [`Lookup`] and [`Entry`] for the DIRECTORY,
//! [`Sweep`] and [`Purge`] for housekeeping over a whole shard. `edge` (or `testkit`) runs them.

pub mod data;
pub mod directory;
pub mod error;
pub mod inventory;
pub mod query;
mod row;
pub mod value;

pub use error::{Refusal, StoreError};
pub use query::{Change, Entry, Lookup, Purge, Query, Statement, Sweep, Target};
pub use row::CountRow;
pub use value::Value;
