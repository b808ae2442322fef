//! The `control` worker.
