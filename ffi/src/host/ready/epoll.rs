//! Linux.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
pub(crate) use rustix::fd::AsFd as Source;
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::io::{read, write};
use std::io;

/// The key of the wake.
const WAKE: u64 = u64::MAX;

pub(super) struct Set {
    epoll: OwnedFd,
    wake: OwnedFd,
    /// epoll waits for microseconds here (Linux 5.11, and no sandbox that does not know it).
    exact: AtomicBool,
}

/// Events fetched at once, on the stack; the rest is ready the next time, before those that were served.
const EVENTS: usize = 256;

pub(super) struct Room(Vec<usize>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(EVENTS))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }
}

impl Set {
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &wake, EventData::new_u64(WAKE), EventFlags::IN)?;
        Ok(Self { epoll, wake, exact: AtomicBool::new(cfg!(target_os = "linux")) })
    }

    pub(super) fn add(&self, socket: &impl Source, key: usize) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(key as u64), EventFlags::IN)?)
    }

    pub(super) fn change(&self, socket: &impl Source, key: usize, reads: bool, writes: bool) -> io::Result<()> {
        let mut wanted = EventFlags::empty();
        wanted.set(EventFlags::IN, reads);
        wanted.set(EventFlags::OUT, writes);
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(key as u64), wanted)?)
    }

    pub(super) fn remove(&self, socket: &impl Source) {
        let _ = epoll::delete(&self.epoll, socket);
    }

    pub(super) fn wake(&self) {
        // a full counter has woken already
        let _ = write(&self.wake, &1u64.to_ne_bytes());
    }

    /// As on a system without the exact wait.
    #[cfg(test)]
    pub(super) fn forget_exact(&self) {
        self.exact.store(false, Ordering::Relaxed);
    }

    pub(super) fn wait(&self, room: &mut Room, wait: Option<Duration>) -> io::Result<()> {
        room.0.clear();
        let mut until = wait.map(|_| Timespec::default());
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            if self.exact.load(Ordering::Relaxed) {
                match self.wait_exactly(room, wait) {
                    Err(error) if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {
                        self.exact.store(false, Ordering::Relaxed)
                    }
                    done => return done,
                }
            }
            // epoll's older wait counts whole milliseconds; this one is exact everywhere, and asked only where there is
            // a time
            let time = Timespec::try_from(wait).ok();
            poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], time.as_ref())?;
            until = Some(Timespec::default());
        }
        let mut events = [const { MaybeUninit::<Event>::uninit() }; EVENTS];
        let (found, _) = epoll::wait(&self.epoll, &mut events[..], until.as_ref())?;
        for event in found {
            self.found(room, event.data.u64());
        }
        Ok(())
    }

    fn found(&self, room: &mut Room, key: u64) {
        if key == WAKE {
            let _ = read(&self.wake, &mut [0; 8]);
        } else {
            room.0.push(key as usize);
        }
    }

    /// One call of the system for a wait. rustix has it only for programs that run on nothing older.
    fn wait_exactly(&self, room: &mut Room, wait: Duration) -> io::Result<()> {
        let mut events = [const { MaybeUninit::<libc::epoll_event>::uninit() }; EVENTS];
        // the kernel's own form of a time: 64 bits on every machine
        let time = [i64::try_from(wait.as_secs()).unwrap_or(i64::MAX), i64::from(wait.subsec_nanos())];
        let (epoll, mask) = (self.epoll.as_raw_fd(), ptr::null::<c_void>());
        // SAFETY: the system writes at most EVENTS events, and reads the time; there is no mask of signals.
        let found = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                epoll,
                events.as_mut_ptr(),
                EVENTS as c_int,
                time.as_ptr(),
                mask,
                0usize,
            )
        };
        let found = usize::try_from(found).map_err(|_| io::Error::last_os_error())?;
        for event in events.iter().take(found) {
            // SAFETY: the system has written so many.
            self.found(room, unsafe { event.assume_init() }.u64);
        }
        Ok(())
    }
}
