//! White label: how a tenant's pages look; for the caller's tenant or one below it.

pub mod decide;
mod image;
mod put;
mod view;

pub use image::{remove, set};
pub use put::put;
pub use view::get;
