//! The C library. A crate of its own, so that Rust programs that use the functions (the command line) do not link a C library that they never load.
#![cfg_attr(not(feature = "host"), no_std)]

// Naming the crate is what links it; its C symbols are exported from here.
pub use microsip::*;
