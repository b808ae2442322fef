//! Pools as administrators see and rule them.

mod check;
mod release;
mod rules;
mod view;

pub use release::release;
pub use rules::set_rules;
pub use view::view;
