//! A change of network: the machine's addresses are read anew by whoever noticed, sockets follow, and the engine takes
//! them over.

use super::icmp;
use super::ready::Ready;
use super::shared::Shared;
use super::signal::lock;
use super::sockets::{self, Follow, Locals, SOCKETS, Sockets};
use crate::abi::Fail;
use crate::abi::code::*;
use crate::abi::types::*;
use core::net::IpAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use microsip_core::base::cursor::Cursor;
use std::io;
use std::net::UdpSocket;
use std::sync::Mutex;

#[cfg(test)]
mod tests;

/// What waits for the engine: a bounded place, for a later change is merged into one that was not taken yet.
#[derive(Default)]
pub(crate) struct Change {
    /// A bit for each socket that is to be closed, before the new ones take their numbers.
    pub(crate) gone: u16,
    pub(crate) new: Sockets,
}

/// How a phone follows the machine's addresses.
pub(crate) struct Network {
    follow: Option<Follow>,
    /// One reads at a time; the number that the last new socket got. The engine's thread never takes it.
    reading: parking_lot::Mutex<usize>,
    change: Mutex<Change>,
    /// There is a change to take.
    fresh: AtomicBool,
}

/// What is different between the addresses that a phone has and those that it is to have.
#[derive(Debug, Eq, PartialEq)]
struct Difference {
    gone: Vec<u8>,
    new: Vec<IpAddr>,
}

impl Difference {
    fn of(locals: &Locals, wanted: &[IpAddr]) -> Self {
        let new = wanted.iter().copied().filter(|ip| locals.numbered().all(|(_, local)| local.ip() != *ip)).collect();
        let gone =
            locals.numbered().filter(|(_, local)| !wanted.contains(&local.ip())).map(|(number, _)| number).collect();
        Self { gone, new }
    }
}

/// A number for a new socket: the next free one, so that one that has just become free rests for a while, for what was
/// sent to it is still on its way.
fn free(locals: &Locals, last: usize) -> Option<usize> {
    (1..=SOCKETS).map(|step| (last + step) % SOCKETS).find(|number| locals.of(*number as u8).is_none())
}

/// Watches a SIP socket: what comes, and what the network says of what did not arrive.
pub(crate) fn watch(ready: &Ready, socket: &UdpSocket, number: usize) -> io::Result<()> {
    icmp::watch(socket, socket.local_addr()?.is_ipv6());
    ready.add(socket, number)
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

    /// The engine's: what has changed. Takes no memory.
    pub(crate) fn take(&self) -> Option<Change> {
        if !self.fresh.load(Ordering::Acquire) {
            return None;
        }
        self.fresh.store(false, Ordering::Release);
        Some(core::mem::take(&mut *lock(&self.change)))
    }

    fn hand_over(&self, ready: &Ready, gone: &[u8], new: Sockets) {
        let mut change = lock(&self.change);
        for number in gone {
            match change.new.get_mut(usize::from(*number)).and_then(Option::take) {
                // it came and went before the engine looked
                Some(socket) => ready.remove(&socket),
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

impl Shared {
    /// The local addresses, as they are now.
    pub(crate) fn locals(&self) -> Locals {
        lock(&self.core).locals
    }

    /// Reads the machine's addresses anew. True: they have changed, and the application is told.
    pub(crate) fn read_network(&self, addresses: impl FnOnce() -> io::Result<Vec<IpAddr>>) -> Result<bool, Fail> {
        let Some(follow) = self.network.follow else { return Ok(false) };
        let mut last = self.network.reading.lock();
        let addresses = addresses().map_err(|_| sockets::no_descriptor("phone"))?;
        let mut locals = self.locals();
        let Difference { mut gone, new } = Difference::of(&locals, &follow.wanted(&addresses));
        for number in &gone {
            if let Some(place) = locals.all.get_mut(usize::from(*number)) {
                *place = None;
            }
        }
        let mut sockets = Sockets::default();
        let mut failed = None;
        for ip in new {
            let Some(number) = free(&locals, *last) else { break };
            let (socket, local) = match follow.bind(ip) {
                Ok(Some(bound)) => bound,
                Ok(None) => continue,
                Err(fail) => {
                    failed.get_or_insert(fail);
                    continue;
                }
            };
            if watch(&self.ready, &socket, number).is_err() {
                continue;
            }
            if let (Some(place), Some(address)) = (sockets.get_mut(number), locals.all.get_mut(number)) {
                *place = Some(socket);
                *address = Some(local);
                *last = number;
            }
        }
        let came =
            locals.numbered().filter(|(number, _)| sockets.get(usize::from(*number)).is_some_and(Option::is_some));
        let came: Vec<_> = came.collect();
        let changed = !(gone.is_empty() && came.is_empty());
        if changed {
            // the sockets first: what the core sends from them finds them there
            self.network.hand_over(&self.ready, &gone, sockets);
            let mut core = lock(&self.core);
            let now = self.clock.now();
            // a number that is taken again at once is no socket that is gone
            gone.retain(|number| locals.of(*number).is_none());
            for number in gone {
                core.phone.socket_down(now, number);
            }
            for (number, local) in &came {
                core.phone.socket_up(*number, *local);
            }
            core.locals = locals;
            core.phone.handle_local_changed(now);
            drop(core);
            self.wake();
            self.tell_network(&locals);
        }
        failed.map_or(Ok(changed), Err)
    }

    /// The system says that something came or went; nobody waits for a code, so what fails is a line in the log.
    pub(crate) fn notice_network(&self) {
        if let Err(fail) = self.read_network(sockets::interface_addresses) {
            let mut text = [0u8; 256];
            let mut cursor = Cursor::new(&mut text);
            fail.tell("after a change of network", &mut cursor);
            let len = cursor.needed().min(256);
            self.log(
                MICROSIP_LOG_WARNING,
                format_args!("{}", String::from_utf8_lossy(text.get(..len).unwrap_or_default())),
            );
        }
    }

    fn tell_network(&self, locals: &Locals) {
        let count = locals.numbered().count() as u32;
        let (level, result) = if locals.is_alone() {
            (MICROSIP_LOG_WARNING, MICROSIP_E_UNREACHABLE)
        } else {
            (MICROSIP_LOG_INFO, MICROSIP_OK)
        };
        self.log(
            level,
            format_args!(
                "the network changed: {count} local addresses{}",
                if result == MICROSIP_OK { "" } else { ", none of which leaves the machine" }
            ),
        );
        self.network_event(count, result);
    }
}
