//! The bodies of a phone's threads, above what they share.

pub(crate) mod engine;
pub(crate) mod errands;
mod hooks;
pub(crate) mod names;
