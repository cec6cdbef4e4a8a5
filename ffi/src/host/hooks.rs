//! The application's hooks: log lines and SIP traces. The engine copies a record into a ring that was taken at
//! creation; a thread of its own calls the hooks, with no lock held and credentials blotted out.

use super::signal::{Signal, lock};
use crate::abi::text;
use crate::abi::types::*;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::AtomicBool;
use microsip_core::base::cursor::Cursor;
use std::collections::VecDeque;
use std::sync::Mutex;

#[cfg(test)]
mod tests;

/// Bytes of records that wait for the hooks; what does not fit is dropped and counted in the log. Taken only where a
/// hook is set.
const RING: usize = 512 * 1024;
/// A record's head: kind, length, address.
const HEAD: usize = 32;
/// The longest log line.
pub(crate) const LINE: usize = 400;

const LOG: u8 = 0;
pub(crate) const SENT: u8 = 1;
pub(crate) const RECEIVED: u8 = 2;

struct Records {
    bytes: VecDeque<u8>,
    dropped: u32,
}

/// What the application gave, and what waits for it.
pub(crate) struct Hooks {
    pub(crate) on_event: microsip_event_fn,
    pub(crate) event_user: usize,
    pub(crate) event_size: u32,
    on_log: microsip_log_fn,
    log_user: usize,
    log_level: u32,
    pub(crate) on_trace: microsip_trace_fn,
    trace_user: usize,
    records: Mutex<Records>,
    pub(crate) signal: Signal,
    pub(crate) quit: AtomicBool,
}

impl Hooks {
    pub(crate) fn new(config: &microsip_config) -> Self {
        let room = if config.on_log.is_some() || config.on_trace.is_some() { RING } else { 0 };
        Self {
            on_event: config.on_event,
            event_user: config.event_user as usize,
            event_size: config.event_size,
            on_log: config.on_log,
            log_user: config.log_user as usize,
            log_level: if config.log_level == 0 { MICROSIP_LOG_WARNING } else { config.log_level },
            on_trace: config.on_trace,
            trace_user: config.trace_user as usize,
            records: Mutex::new(Records { bytes: VecDeque::with_capacity(room), dropped: 0 }),
            signal: Signal::bare(),
            quit: AtomicBool::new(false),
        }
    }

    /// Some hook is set, so there must be a thread that calls it.
    pub(crate) fn any(&self) -> bool {
        self.on_event.is_some() || self.on_log.is_some() || self.on_trace.is_some()
    }

    pub(crate) fn push(&self, kind: u8, peer: microsip_addr, body: &[u8]) {
        let mut head = [0u8; HEAD];
        let mut cursor = Cursor::new(&mut head);
        cursor.put(&[kind, 0, 0, 0]);
        cursor.put(&(body.len() as u32).to_ne_bytes());
        cursor.put(&peer.family.to_ne_bytes());
        cursor.put(&peer.port.to_ne_bytes());
        cursor.put(&peer.scope.to_ne_bytes());
        cursor.put(&peer.ip);
        let mut records = lock(&self.records);
        if records.bytes.capacity() - records.bytes.len() < HEAD + body.len() {
            records.dropped = records.dropped.saturating_add(1);
            return;
        }
        records.bytes.extend(head);
        records.bytes.extend(body);
    }

    fn pop(&self, body: &mut Vec<u8>) -> Option<(u8, microsip_addr)> {
        let mut records = lock(&self.records);
        if records.bytes.len() < HEAD {
            return None;
        }
        let mut head = [0u8; HEAD];
        records.bytes.drain(..HEAD).zip(&mut head).for_each(|(from, to)| *to = from);
        let mut rest = head.as_slice();
        let mut take = |count: usize| {
            let (piece, left) = rest.split_at_checked(count).unwrap_or_default();
            rest = left;
            piece
        };
        let kind = take(4).first().copied().unwrap_or_default();
        let len = u32::from_ne_bytes(take(4).try_into().unwrap_or_default()) as usize;
        let peer = microsip_addr {
            family: u16::from_ne_bytes(take(2).try_into().unwrap_or_default()),
            port: u16::from_ne_bytes(take(2).try_into().unwrap_or_default()),
            scope: u32::from_ne_bytes(take(4).try_into().unwrap_or_default()),
            ip: take(16).try_into().unwrap_or_default(),
        };
        body.clear();
        let len = len.min(records.bytes.len());
        body.extend(records.bytes.drain(..len));
        Some((kind, peer))
    }

    pub(crate) fn call(&self, scratch: &mut Vec<u8>, clean: &mut Vec<u8>) {
        while let Some((kind, peer)) = self.pop(scratch) {
            if kind == LOG {
                let level = u32::from(peer.family);
                scratch.push(0);
                if let Some(hook) = self.on_log {
                    // SAFETY: the application's hook, its user pointer, a NUL-terminated line.
                    unsafe { hook(self.log_user as *mut c_void, level, scratch.as_ptr().cast()) };
                }
            } else if let Some(hook) = self.on_trace {
                redact(scratch, clean);
                // SAFETY: the application's hook, its user pointer, `len` readable bytes.
                unsafe {
                    hook(
                        self.trace_user as *mut c_void,
                        u32::from(kind == SENT),
                        &raw const peer,
                        clean.as_ptr(),
                        clean.len() as u32,
                    )
                };
            }
        }
        let dropped = core::mem::take(&mut lock(&self.records).dropped);
        if dropped > 0 {
            self.log(
                MICROSIP_LOG_WARNING,
                format_args!("{dropped} log lines or SIP messages were not traced: the hook is too slow"),
            );
        }
    }

    /// Lines of this level have a reader.
    pub(crate) fn wants(&self, level: u32) -> bool {
        self.on_log.is_some() && level <= self.log_level
    }

    pub(crate) fn log(&self, level: u32, line: fmt::Arguments<'_>) -> bool {
        if !self.wants(level) {
            return false;
        }
        let mut room = [0u8; LINE];
        let peer = microsip_addr { family: level as u16, ..microsip_addr::default() };
        self.push(LOG, peer, text::line(&mut room, line));
        true
    }
}

/// The largest event that a newer header may have.
pub(crate) const EVENT_ROOM: u32 = 1024;

/// Copies a SIP message, without what would let a reader log in: the values of Authorization and Proxy-Authorization,
/// folded lines too.
fn redact(message: &[u8], clean: &mut Vec<u8>) {
    clean.clear();
    let mut rest = message;
    let mut secret = false;
    let mut body = false;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        rest = after;
        if line == b"\r\n" || line == b"\n" {
            clean.extend_from_slice(line);
            body = true;
            break;
        }
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            if !secret {
                clean.extend_from_slice(line);
            }
            continue;
        }
        let name_len = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        let name = line.get(..name_len).unwrap_or_default().trim_ascii_end();
        secret = name.eq_ignore_ascii_case(b"Authorization") || name.eq_ignore_ascii_case(b"Proxy-Authorization");
        if secret {
            let scheme = line.get(name_len + 1..).unwrap_or_default().trim_ascii();
            let scheme = scheme.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
            clean.extend_from_slice(name);
            clean.extend_from_slice(b": ");
            clean.extend_from_slice(scheme);
            clean.extend_from_slice(b" (not shown)\r\n");
        } else {
            clean.extend_from_slice(line);
        }
    }
    let folded = secret && rest.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    if body || !(folded || secret_tail(rest)) {
        clean.extend_from_slice(rest);
    }
}

/// A message that ends within its headers: its last line is not shown where it could be a secret.
fn secret_tail(rest: &[u8]) -> bool {
    let name = rest.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    name.eq_ignore_ascii_case(b"Authorization") || name.eq_ignore_ascii_case(b"Proxy-Authorization")
}
