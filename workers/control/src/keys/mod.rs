//! API keys: made, listed, restricted, rotated, revoked; for the caller's tenant or one below it.

mod demands;
mod generate;
mod get;
mod leaked;
mod list;
mod named;
mod restrict;
mod revoke;
mod rotate;
mod view;

pub use demands::check_limits;
pub use generate::generate;
pub use get::get;
pub use leaked::leaked;
pub use list::list;
pub use restrict::restrict;
pub use revoke::revoke;
pub use rotate::rotate;
