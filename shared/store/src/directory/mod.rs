//! The DIRECTORY, a module per table.
