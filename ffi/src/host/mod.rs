//! The host runtime, from below: sockets, names, devices and files; the shared state of a phone's threads; the threads;
//! and the making and finding of a phone.

pub mod audio;
pub(crate) mod class;
pub(crate) mod create;
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
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod threads;
