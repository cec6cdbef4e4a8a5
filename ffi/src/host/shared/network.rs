//! The machine's addresses, read anew.

use super::Shared;
use crate::abi::Fail;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::host::network::{Difference, free, watch};
use crate::host::signal::lock;
use crate::host::sockets::{self, Locals, Sockets};
use core::net::IpAddr;
use microsip_core::base::cursor::Cursor;
use std::io;

#[cfg(test)]
mod tests;

impl Shared {
    /// The local addresses, as they are now.
    pub(crate) fn locals(&self) -> Locals {
        lock(&self.core).locals
    }

    /// Reads the machine's addresses anew. True: they have changed, and the application has an event.
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
            // the sockets first: packets that the core sends from them find them there
            self.network.hand_over(&self.ready, &gone, sockets);
            let mut core = lock(&self.core);
            let now = core.time(self.clock.now());
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

    /// The system reports that an address came or went; no caller waits for a code, so a failure is a line in the log.
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
