//! The license itself: its claims, its forms, signing and verifying, and fingerprint matching.
//!
//! Used by workers and by clients alike: no I/O, no clock, no random source. Instants and entropy
//! are arguments. What this crate writes is pinned by the golden files of `tests/contract`.

pub mod answer;
pub mod api_key;
pub mod cert;
pub mod claims;
pub mod component;
pub mod digest;
mod encoding;
pub mod error;
pub mod export;
pub mod file;
pub mod fingerprint;
pub mod jwk;
pub mod jws;
pub mod keys;
pub mod lease;
pub mod limits;
pub mod matching;
mod pem;
pub mod product_key;
pub mod receipt;
mod repeats;
pub mod request;
pub mod ring;
#[cfg(feature = "seal")]
pub mod seal;
pub mod session;
pub mod text;
pub mod token;
#[cfg(feature = "seal")]
pub mod vault;
mod vouched;

pub use encoding::{hex, sha256};
pub use error::{CertFault, LicenseError};
