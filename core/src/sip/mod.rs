//! The state machines of RFC 3261 over [`crate::wire`]: each is a plain value that is given messages and times, and
//! returns actions.

pub mod auth;
pub mod backoff;
pub mod client;
pub mod dialog;
pub mod flow;
#[cfg(feature = "notify")]
pub mod notifier;
#[cfg(feature = "publish")]
pub mod publication;
pub mod server;
pub mod session;
#[cfg(feature = "subscribe")]
pub mod subscription;
pub mod tag;
pub mod timer;
pub mod tombstone;
