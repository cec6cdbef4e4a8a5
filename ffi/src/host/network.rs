//! A change of network: the thread that noticed reads the machine's addresses anew, sockets follow, and the engine
//! takes them over.

use super::icmp;
use super::ready::Ready;
use super::signal::lock;
use super::sockets::{Follow, Locals, SOCKETS, Socket, Sockets};
use core::net::IpAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use std::io;
use std::sync::Mutex;

/// A change that waits for the engine: there is one at most, for a later change is merged into one that was not taken
/// yet.
#[derive(Default)]
pub(crate) struct Change {
    /// A bit for each socket that is to be closed, before the new ones take their numbers.
    pub(crate) gone: u16,
    pub(crate) new: Sockets,
}

/// The state by which a phone follows the machine's addresses.
pub(crate) struct Network {
    pub(crate) follow: Option<Follow>,
    /// One reads at a time; the number that the last new socket got. The engine's thread never takes it.
    pub(crate) reading: parking_lot::Mutex<usize>,
    change: Mutex<Change>,
    /// There is a change to take.
    fresh: AtomicBool,
}

/// The difference between the addresses that a phone has and those that it is to have.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Difference {
    pub(crate) gone: Vec<u8>,
    pub(crate) new: Vec<IpAddr>,
}

impl Difference {
    pub(crate) fn of(locals: &Locals, wanted: &[IpAddr]) -> Self {
        let new = wanted.iter().copied().filter(|ip| locals.numbered().all(|(_, local)| local.ip() != *ip)).collect();
        let gone =
            locals.numbered().filter(|(_, local)| !wanted.contains(&local.ip())).map(|(number, _)| number).collect();
        Self { gone, new }
    }
}

/// A number for a new socket: the next free one, so that one that has just become free rests for a while, for packets
/// to it are still on their way.
pub(crate) fn free(locals: &Locals, last: usize) -> Option<usize> {
    (1..=SOCKETS).map(|step| (last + step) % SOCKETS).find(|number| locals.of(*number as u8).is_none())
}

/// Keys of listening sockets begin here, above those of datagrams.
pub(crate) const LISTENER_KEYS: usize = SOCKETS;

/// Watches a SIP socket: its datagrams, ICMP errors about lost ones, and connections.
pub(crate) fn watch(ready: &Ready, socket: &Socket, number: usize) -> io::Result<()> {
    if let Some(udp) = &socket.udp {
        icmp::watch(udp, udp.local_addr()?.is_ipv6());
        ready.add(udp, number)?;
    }
    match &socket.listener {
        Some(listener) => ready.add(listener, LISTENER_KEYS + number),
        None => Ok(()),
    }
}

/// It is not watched any more.
pub(crate) fn forget(ready: &Ready, socket: &Socket) {
    if let Some(udp) = &socket.udp {
        ready.remove(udp);
    }
    if let Some(listener) = &socket.listener {
        ready.remove(listener);
    }
}

impl Network {
    pub(crate) fn new(follow: Option<Follow>, locals: &Locals) -> Self {
        let last = locals.numbered().last().map_or(SOCKETS - 1, |(number, _)| usize::from(number));
        Self { follow, reading: parking_lot::Mutex::new(last), change: Mutex::default(), fresh: AtomicBool::new(false) }
    }

    /// The addresses are not the application's choice.
    pub(crate) fn follows(&self) -> bool {
        self.follow.is_some()
    }

    /// The engine's: the changes. Takes no memory.
    pub(crate) fn take(&self) -> Option<Change> {
        if !self.fresh.load(Ordering::Acquire) {
            return None;
        }
        self.fresh.store(false, Ordering::Release);
        Some(core::mem::take(&mut *lock(&self.change)))
    }

    pub(crate) fn hand_over(&self, ready: &Ready, gone: &[u8], new: Sockets) {
        let mut change = lock(&self.change);
        for number in gone {
            match change.new.get_mut(usize::from(*number)).and_then(Option::take) {
                // it came and went before the engine looked
                Some(socket) => forget(ready, &socket),
                None => change.gone |= 1 << number,
            }
        }
        for (place, socket) in change.new.iter_mut().zip(new) {
            if socket.is_some() {
                *place = socket;
            }
        }
        drop(change);
        self.fresh.store(true, Ordering::Release);
    }
}
