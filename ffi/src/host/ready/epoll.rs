//! Linux.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// The key of the wake.
const WAKE: u64 = u64::MAX;

pub(super) struct Set {
    epoll: OwnedFd,
    wake: File,
    /// The kernel (before 5.11) or a sandbox has no `epoll_pwait2`: milliseconds must do.
    coarse: AtomicBool,
}

pub(super) struct Room {
    events: Box<[libc::epoll_event]>,
    count: usize,
}

impl Room {
    pub(super) fn new(room: usize) -> Self {
        Self { events: vec![libc::epoll_event { events: 0, u64: 0 }; room].into_boxed_slice(), count: 0 }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.events.iter().take(self.count).map(|event| event.u64).filter(|key| *key != WAKE).map(|key| key as usize)
    }
}

fn descriptor(made: i32) -> io::Result<OwnedFd> {
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, and ours alone.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

impl Set {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        let epoll = descriptor(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: no pointers.
        let wake = descriptor(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
        let set = Self { epoll, wake: File::from(wake), coarse: AtomicBool::new(false) };
        set.control(libc::EPOLL_CTL_ADD, set.wake.as_raw_fd(), WAKE)?;
        Ok(set)
    }

    fn control(&self, act: i32, descriptor: RawFd, key: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: key };
        // SAFETY: an event of ours, which is read only.
        let done = unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), act, descriptor, &raw mut event) };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    pub(super) fn add(&self, socket: &UdpSocket, key: usize) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, socket.as_raw_fd(), key as u64)
    }

    pub(super) fn remove(&self, socket: &UdpSocket) {
        let _ = self.control(libc::EPOLL_CTL_DEL, socket.as_raw_fd(), 0);
    }

    pub(super) fn wake(&self) {
        // a full counter has woken already
        let _ = (&self.wake).write(&1u64.to_ne_bytes());
    }

    pub(super) fn wait(&self, room: &mut Room, wait: Option<Duration>) -> io::Result<()> {
        room.count = 0;
        room.count = self.fetch(&mut room.events, wait)?;
        if room.events.iter().take(room.count).any(|event| event.u64 == WAKE) {
            let _ = (&self.wake).read(&mut [0; 8]);
        }
        Ok(())
    }

    fn fetch(&self, events: &mut [libc::epoll_event], wait: Option<Duration>) -> io::Result<usize> {
        let (epoll, count) = (self.epoll.as_raw_fd(), i32::try_from(events.len()).unwrap_or(i32::MAX));
        if !self.coarse.load(Ordering::Relaxed) {
            // the kernel's own layout, which is 64 bits wide on every machine
            let time = wait.map(|wait| [i64::try_from(wait.as_secs()).unwrap_or(i64::MAX), i64::from(wait.subsec_nanos())]);
            let time = time.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
            // SAFETY: room for `count` events; a time or none; no signal mask.
            let found = unsafe {
                libc::syscall(libc::SYS_epoll_pwait2, epoll, events.as_mut_ptr(), count, time, core::ptr::null::<libc::sigset_t>(), 0usize)
            };
            if let Ok(found) = usize::try_from(found) {
                return Ok(found);
            }
            let error = io::Error::last_os_error();
            if !matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) {
                return Err(error);
            }
            self.coarse.store(true, Ordering::Relaxed);
        }
        let ms = wait.map_or(-1, |wait| i32::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(i32::MAX));
        // SAFETY: room for `count` events.
        let found = unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), count, ms) };
        usize::try_from(found).map_err(|_| io::Error::last_os_error())
    }

    /// As on an old kernel.
    #[cfg(test)]
    pub(super) fn be_coarse(&self) {
        self.coarse.store(true, Ordering::Relaxed);
    }
}
