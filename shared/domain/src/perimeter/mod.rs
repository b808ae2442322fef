//! The layers round an API key: what it demands of a request besides its secret, and whether a request meets it.
//!
//! A key that leaks is worth little when it works only from one network, on one machine, with a certificate or a
//! signature whose private key the thief has not (docs/adr/0011).

mod address;
mod check;
mod hostname;
mod names;
mod restrictions;

pub use address::{AddressError, AddressRange};
pub use check::{Broken, Certificate, Circumstances, Signature};
pub use hostname::{HostPattern, HostPatternError};
pub use names::{alternative_names, common_name};
pub use restrictions::{MOST, Misfit, Pin, PinError, Restrictions};

#[cfg(test)]
mod tests;
