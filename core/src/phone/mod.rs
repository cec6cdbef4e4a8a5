//! Joins everything.
