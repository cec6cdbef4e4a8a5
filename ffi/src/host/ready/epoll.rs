//! Linux.

use core::mem::MaybeUninit;
use core::time::Duration;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fd::OwnedFd;
use rustix::io::{read, write};
use std::io;
use std::net::UdpSocket;

/// The key of the wake.
const WAKE: u64 = u64::MAX;

pub(super) struct Set {
    epoll: OwnedFd,
    wake: OwnedFd,
}

/// Events fetched at once, on the stack; what is left is ready the next time, before what was served.
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
        Ok(Self { epoll, wake })
    }

    pub(super) fn add(&self, socket: &UdpSocket, key: usize) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(key as u64), EventFlags::IN)?)
    }

    pub(super) fn remove(&self, socket: &UdpSocket) {
        let _ = epoll::delete(&self.epoll, socket);
    }

    pub(super) fn wake(&self) {
        // a full counter has woken already
        let _ = write(&self.wake, &1u64.to_ne_bytes());
    }

    pub(super) fn wait(&self, room: &mut Room, wait: Option<Duration>) -> io::Result<()> {
        room.0.clear();
        // epoll's own wait counts whole milliseconds before Linux 5.11; this one is exact everywhere, and asked only where there is one
        if wait != Some(Duration::ZERO) {
            let time = wait.and_then(|wait| Timespec::try_from(wait).ok());
            poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], time.as_ref())?;
        }
        let mut events = [const { MaybeUninit::<Event>::uninit() }; EVENTS];
        let (found, _) = epoll::wait(&self.epoll, &mut events[..], Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
        for event in found {
            match event.data.u64() {
                WAKE => {
                    let _ = read(&self.wake, &mut [0; 8]);
                }
                key => room.0.push(key as usize),
            }
        }
        Ok(())
    }
}
