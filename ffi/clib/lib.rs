//! The C library. A crate of its own, so that Rust programs that use the functions (the command line) do not link a C
//! library that they never load.
#![no_std]

// Where there is an operating system, a fault is std's to handle, for an engine alone too; on bare metal it is the
// feature panic-handler's.
#[cfg(not(target_os = "none"))]
extern crate std;

// Naming the crate is what links it; its C symbols are exported from here.
pub use microsip::*;
