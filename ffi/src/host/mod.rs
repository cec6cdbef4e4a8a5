//! The host runtime: engine thread, sockets, names, devices, files.

pub mod audio;
pub(crate) mod create;
pub(crate) mod engine;
pub(crate) mod errands;
pub(crate) mod hooks;
pub(crate) mod icmp;
pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod network;
pub(crate) mod ports;
pub(crate) mod ready;
pub(crate) mod shared;
pub(crate) mod signal;
pub(crate) mod slots;
pub(crate) mod sockets;
pub(crate) mod srv;
pub(crate) mod table;
