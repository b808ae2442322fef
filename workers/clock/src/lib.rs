//! The `clock` worker.
