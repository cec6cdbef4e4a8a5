//! The host runtime: engine thread, sockets, names, devices, files.

pub mod audio;
