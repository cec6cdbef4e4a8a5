//! Without Unix's signals the console's own thread calls us.

use std::io;
use std::time::Instant;

pub(super) fn watch() -> io::Result<()> {
    ctrlc::set_handler(super::interrupted_now).map_err(io::Error::other)
}

/// No wait is needed for it.
pub(super) fn watched() -> bool {
    false
}

pub(super) fn wait(_descriptor: isize, _keys: bool, _until: Option<Instant>) -> super::Woken {
    super::Woken::default()
}
