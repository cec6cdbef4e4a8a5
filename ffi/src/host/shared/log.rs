//! What is told to the application's hooks.

use super::Shared;
use crate::abi::addr::to_addr;
use crate::abi::text;
use crate::abi::types::*;
use crate::host::hooks::{LINE, RECEIVED, SENT};
use crate::host::signal::lock;
use crate::words;
use core::fmt;
use core::net::SocketAddr;
use core::sync::atomic::Ordering;

impl Shared {
    /// A line for the log hook. Takes no memory.
    pub(crate) fn log(&self, level: u32, line: fmt::Arguments<'_>) {
        if self.hooks.log(level, line) {
            self.raise_hooks();
        }
    }

    /// Lines for what the core has recorded. The lock is held while one of them is written, and not while it is queued.
    pub(crate) fn log_traces(&self) {
        loop {
            let mut room = [0u8; LINE];
            let mut core = lock(&self.core);
            let Some(trace) = core.phone.poll_trace() else { return };
            let level = trace.level() as u32;
            let wanted = self.hooks.wants(level);
            let line = words::Line { phone: &core.phone, trace: &trace };
            let len = if wanted { text::line(&mut room, format_args!("{line}")).len() } else { 0 };
            drop(core);
            if trace.lost > 0 {
                self.log(
                    MICROSIP_LOG_WARNING,
                    format_args!("{} lines were lost: too much happened at once", trace.lost),
                );
            }
            if trace.held_back > 0 {
                self.log(
                    MICROSIP_LOG_INFO,
                    format_args!("{} lines like others of the same second were left out", trace.held_back),
                );
            }
            if wanted {
                let line = core::str::from_utf8(room.get(..len).unwrap_or_default()).unwrap_or_default();
                self.log(level, format_args!("{line}"));
            }
        }
    }

    /// A SIP message for the trace hook. Takes no memory.
    pub(crate) fn trace(&self, sent: bool, peer: SocketAddr, message: &[u8]) {
        if self.hooks.on_trace.is_some() && message.len() > 4 {
            self.hooks.push(if sent { SENT } else { RECEIVED }, to_addr(peer), message);
            self.raise_hooks();
        }
    }

    fn raise_hooks(&self) {
        if self.callback { self.events.raise() } else { self.hooks.signal.raise() }
    }

    /// The callback thread may end: the engine has said its last.
    pub(crate) fn end_hooks(&self) {
        self.hooks.quit.store(true, Ordering::Release);
        self.raise_hooks();
    }
}
