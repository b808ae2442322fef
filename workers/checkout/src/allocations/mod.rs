//! Who is promised what of a license, and who holds what.

mod case;
mod free;
mod object;
mod provision;
mod refusal;
mod reserve;
mod transfer;
mod tree;
mod view;

pub use free::{free, taken_back};
pub use provision::can_provision;
pub use reserve::reserve;
pub use transfer::transfer;
pub use tree::{remove, set};
pub use view::view;
