//! What floating seats were used for and what customers owe for them, recomputed from the ledger at every call.

mod csv;
mod overage;
mod period;
mod read;
mod seats;
mod statement;

pub use overage::overage;
pub use seats::seats;
