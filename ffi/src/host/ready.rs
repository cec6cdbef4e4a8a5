//! Waiting until a socket can be read, the wake is set, or a time has come.
//!
//! On Linux this is epoll: the engine wakes 150 times a second in a call, and `polling` arms a timer and its wake anew
//! around each wait (five calls of the system instead of one), while `mio` waits whole milliseconds only. Elsewhere it
//! is `polling`.

use core::time::Duration;
use std::io;

#[cfg(any(target_os = "linux", target_os = "android"))]
#[path = "ready/epoll.rs"]
mod system;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "ready/portable.rs"]
mod system;
#[cfg(test)]
mod tests;

/// The set of sockets that are waited for.
pub(crate) struct Ready(system::Set);

/// A socket that can be waited for.
pub(crate) use system::Source;

/// Room for the keys of ready sockets; taken once.
pub(crate) struct Keys(system::Room);

impl Ready {
    pub(crate) fn new() -> io::Result<Self> {
        system::Set::new().map(Self)
    }

    /// As on the oldest system.
    #[cfg(test)]
    fn oldest() -> io::Result<Self> {
        let ready = Self::new()?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        ready.0.forget_exact();
        Ok(ready)
    }

    /// Waits for a socket too, by this key (below `usize::MAX`), as long as data lies in it. It has to be taken out
    /// before it is closed.
    pub(crate) fn add(&self, socket: &impl Source, key: usize) -> io::Result<()> {
        self.0.add(socket, key)
    }

    /// Waits for a socket that is there from now on for data, for room to write, or for both. An error that it has ends
    /// the wait in any case.
    pub(crate) fn change(&self, socket: &impl Source, key: usize, reads: bool, writes: bool) -> io::Result<()> {
        self.0.change(socket, key, reads, writes)
    }

    pub(crate) fn remove(&self, socket: &impl Source) {
        self.0.remove(socket);
    }

    /// Ends the wait, or the next one. From any thread; takes no memory.
    pub(crate) fn wake(&self) {
        self.0.wake();
    }

    /// Waits; `None`: without end.
    pub(crate) fn wait(&self, keys: &mut Keys, wait: Option<Duration>) -> io::Result<()> {
        self.0.wait(&mut keys.0, wait)
    }
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self(system::Room::new())
    }

    /// Keys found ready by the last wait.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter()
    }
}
