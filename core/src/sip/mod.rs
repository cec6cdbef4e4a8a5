//! The state machines of RFC 3261 over [`crate::wire`]: each is a plain value that is told what came and when, and says
//! what to do.

pub mod auth;
pub mod backoff;
pub mod client;
pub mod dialog;
pub mod flow;
pub mod server;
pub mod tag;
pub mod timer;
pub mod tombstone;
