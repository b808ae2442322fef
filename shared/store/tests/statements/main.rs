//! Every statement of the store, prepared and run on the real schema, and what they promise together.

#[cfg(test)]
mod directory;
#[cfg(test)]
mod hot;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod issuer_views;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod licenses;
#[cfg(test)]
mod log;
#[cfg(test)]
mod people;
#[cfg(test)]
mod registrations;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod seat_use;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod watch;
