//! The `validate` worker.
