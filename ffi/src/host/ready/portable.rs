//! Everywhere but on Linux.

use core::num::NonZeroUsize;
use core::time::Duration;
use polling::{Event, Events, PollMode, Poller};
use std::io;

/// A socket that can be waited for.
#[cfg(unix)]
pub(crate) trait Source: std::os::fd::AsFd + std::os::fd::AsRawFd {}
#[cfg(unix)]
impl<T: std::os::fd::AsFd + std::os::fd::AsRawFd> Source for T {}

/// A socket that can be waited for.
#[cfg(windows)]
pub(crate) trait Source: std::os::windows::io::AsSocket + std::os::windows::io::AsRawSocket {}
#[cfg(windows)]
impl<T: std::os::windows::io::AsSocket + std::os::windows::io::AsRawSocket> Source for T {}

/// Events fetched at once.
const EVENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

pub(super) struct Set(Poller);

pub(super) struct Room(Events);

impl Room {
    pub(super) fn new() -> Self {
        Self(Events::with_capacity(EVENTS))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|event| event.key)
    }
}

impl Set {
    pub(super) fn new() -> io::Result<Self> {
        Poller::new().map(Self)
    }

    pub(super) fn add(&self, socket: &impl Source, key: usize) -> io::Result<()> {
        // SAFETY: taken out before it is closed, or closed together with the set.
        unsafe { self.0.add_with_mode(socket, Event::readable(key), PollMode::Level) }
    }

    pub(super) fn change(&self, socket: &impl Source, key: usize, reads: bool, writes: bool) -> io::Result<()> {
        self.0.modify_with_mode(socket, Event::new(key, reads, writes), PollMode::Level)
    }

    pub(super) fn remove(&self, socket: &impl Source) {
        let _ = self.0.delete(socket);
    }

    pub(super) fn wake(&self) {
        let _ = self.0.notify();
    }

    pub(super) fn wait(&self, room: &mut Room, wait: Option<Duration>) -> io::Result<()> {
        room.0.clear();
        self.0.wait(&mut room.0, wait).map(|_| ())
    }

    #[cfg(test)]
    pub(super) fn be_coarse(&self) {}
}
