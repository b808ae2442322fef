//! API keys: made, listed, revoked; for the caller's tenant or one below it.

mod generate;
mod list;
mod revoke;

pub use generate::generate;
pub use list::list;
pub use revoke::revoke;
