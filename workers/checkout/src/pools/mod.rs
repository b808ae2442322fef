//! Pools as administrators see and rule them.

mod check;
mod events;
mod release;
mod rules;
mod view;

pub use events::events;
pub use release::release;
pub use rules::set_rules;
pub use view::view;
