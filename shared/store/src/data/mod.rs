//! The records of a tenant on its shard, a module per table.

pub mod api_key_info;
pub mod audit;
pub mod commands;
pub mod crm_links;
pub mod data_keys;
pub mod devices;
pub mod idempotency;
pub mod identity_providers;
pub mod invitations;
pub mod lease_events;
mod license_row;
pub mod licenses;
pub mod outbox;
pub mod plans;
pub mod products;
pub mod profiles;
pub mod seat_use;
pub mod session_info;
pub mod sign_in_links;
pub mod signing_keys;
pub mod support_grants;
pub mod usage;
pub mod users;
