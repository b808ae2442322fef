//! The `portal` worker.
