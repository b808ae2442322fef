//! The `heartbeat` worker.
