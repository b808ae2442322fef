//! The DIRECTORY, a module per table.

pub mod api_keys;
pub mod erasures;
pub mod hostnames;
pub mod issuer_keys;
pub mod registrations;
pub mod sessions;
pub mod tenants;

pub use api_keys::principal;
pub use hostnames::site;
