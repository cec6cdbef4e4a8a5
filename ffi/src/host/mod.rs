//! The host runtime: engine thread, sockets, names, devices, files.

pub(crate) mod audio;
