//! Keys of the terminal, one at a time and unseen. The terminal is put back as it was at every end: the loop's, a
//! signal's, and while the process is stopped.

#[cfg(not(unix))]
#[path = "keys/other.rs"]
mod system;
#[cfg(unix)]
#[path = "keys/unix.rs"]
mod system;

pub(crate) use system::restore;

/// Standard input, as a terminal whose keys are read.
#[derive(Debug)]
pub(crate) struct Keys(());

impl Keys {
    /// `None`: standard input is no terminal (and not `any` input is taken), or another process's.
    pub(crate) fn open(any: bool) -> Option<Self> {
        system::open(any).then_some(Self(()))
    }

    /// Bytes that were typed; `None`: there will be no more.
    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        system::read()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}
