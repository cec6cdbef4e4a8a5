//! Lines and SIP messages for the log.

use super::Shared;
use crate::abi::addr::to_addr;
use crate::abi::text;
use crate::abi::types::*;
use crate::host::hooks::LINE;
use crate::host::signal::lock;
use crate::words;
use core::fmt;
use core::net::SocketAddr;
use core::sync::atomic::Ordering;

impl Shared {
    /// A line for the log. Takes no memory.
    pub(crate) fn log(&self, level: u32, line: fmt::Arguments<'_>) {
        let time_us = self.clock.now().micros();
        if self.hooks.log(microsip_log { level, time_us, ..microsip_log::default() }, line) {
            self.raise_log();
        }
    }

    /// Lines for the core's records. The lock is held while one of them is written, and not while it is queued.
    pub(crate) fn log_traces(&self) {
        let mut missing = 0u32;
        loop {
            let mut room = [0u8; LINE];
            let mut core = lock(&self.core);
            let Some(trace) = core.phone.poll_trace() else { return };
            let line = words::Line { phone: &core.phone, trace: &trace };
            let wanted = self.hooks.wants(trace.level() as u32);
            let line = if wanted { text::line(&mut room, format_args!("{line}")) } else { &[] };
            drop(core);
            let head = words::head(&trace, missing, line.len());
            missing = if wanted { 0 } else { head.missing };
            if wanted {
                self.hooks.push(head, line);
                self.raise_log();
            }
        }
    }

    /// A SIP message for the log. Takes no memory.
    pub(crate) fn trace(&self, sent: bool, peer: SocketAddr, message: &[u8]) {
        if message.len() > 4 && self.hooks.wants_sip() {
            let head = microsip_log {
                level: MICROSIP_LOG_SIP,
                time_us: self.clock.now().micros(),
                sent: u32::from(sent),
                peer: to_addr(peer),
                ..microsip_log::default()
            };
            self.hooks.push(head, message);
            self.raise_log();
        }
    }

    fn raise_log(&self) {
        if self.hooks.has_log_hook() { self.raise_hooks() } else { self.hooks.signal.raise() }
    }

    fn raise_hooks(&self) {
        if self.callback { self.events.raise() } else { self.hooks.signal.raise() }
    }

    /// The callback thread may end: the engine has queued its last record.
    pub(crate) fn end_hooks(&self) {
        self.hooks.quit.store(true, Ordering::Release);
        self.raise_hooks();
    }
}
