//! The state machines of RFC 3261 over [`crate::wire`].

pub mod auth;
