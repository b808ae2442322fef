//! The records of a tenant on its shard, a module per table.
