//! The `issue` worker.
