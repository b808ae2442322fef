//! schema/openapi.json is generated from the table of endpoints and the wire types, and committed.
//!
//! After a change of either: `UPDATE_OPENAPI=1 cargo test -p control-worker --test openapi`.

#[cfg(test)]
mod committed;
#[cfg(test)]
mod document;
#[cfg(test)]
mod generate_request;
#[cfg(test)]
mod shapes;
