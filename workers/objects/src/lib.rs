//! The `objects` worker.
