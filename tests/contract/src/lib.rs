//! The contract with the world: every byte that others keep or verify is pinned in `golden/`, and
//! checked by libraries that are not ours.
//!
//! A golden file that is missing is written, and its test fails once so that somebody reads it.
//! An existing one is never overwritten: when a test here fails, old licenses would fail too.

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod independent;
