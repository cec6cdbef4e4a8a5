//! The log on its way to the application. The engine copies a record into a ring that was taken at creation; the
//! application's hook, or the fetching thread, gets it with no lock held and credentials blotted out.

use super::signal::{Signal, lock};
use crate::abi::text;
use crate::abi::types::*;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::collections::VecDeque;
use std::sync::Mutex;

#[cfg(test)]
mod tests;

/// Records that wait, and their bytes; a record that does not fit is dropped and counted in the next one that does.
/// Taken only where there is a log.
const RECORDS: usize = 2048;
const BYTES: usize = 512 * 1024;
/// The longest log line.
pub(crate) const LINE: usize = 400;

struct Records {
    heads: VecDeque<microsip_log>,
    bytes: VecDeque<u8>,
    dropped: u32,
}

/// A record as the application gets it.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) head: Option<microsip_log>,
    /// Its text with the NUL.
    pub(crate) text: Vec<u8>,
    raw: Vec<u8>,
}

/// The application's hooks, and the records that wait for it.
pub(crate) struct Hooks {
    pub(crate) on_event: microsip_event_fn,
    pub(crate) event_user: usize,
    pub(crate) event_size: u32,
    on_log: microsip_log_fn,
    log_user: usize,
    /// There is a log.
    open: bool,
    level: AtomicU32,
    records: Mutex<Records>,
    /// A record that was fetched and waits for a buffer that is large enough.
    pub(crate) held: parking_lot::Mutex<Told>,
    pub(crate) signal: Signal,
    pub(crate) quit: AtomicBool,
}

impl Hooks {
    pub(crate) fn new(config: &microsip_config) -> Self {
        let open = config.on_log.is_some() || config.log_level != 0;
        let (records, bytes) = if open { (RECORDS, BYTES) } else { (0, 0) };
        let hooks = Self {
            on_event: config.on_event,
            event_user: config.event_user as usize,
            event_size: config.event_size,
            on_log: config.on_log,
            log_user: config.log_user as usize,
            open,
            level: AtomicU32::new(0),
            records: Mutex::new(Records {
                heads: VecDeque::with_capacity(records),
                bytes: VecDeque::with_capacity(bytes),
                dropped: 0,
            }),
            held: parking_lot::Mutex::default(),
            signal: Signal::bare(),
            quit: AtomicBool::new(false),
        };
        hooks.set_level(config.log_level);
        hooks
    }

    /// Some hook is set, so there must be a thread that calls it.
    pub(crate) fn any(&self) -> bool {
        self.on_event.is_some() || self.on_log.is_some()
    }

    /// The thread that calls back takes the log; else the fetching threads do.
    pub(crate) fn has_log_hook(&self) -> bool {
        self.on_log.is_some()
    }

    /// There is a log.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// MICROSIP_LOG_*; without a number among them it is that of warnings.
    pub(crate) fn set_level(&self, level: u32) {
        let level = if level & !MICROSIP_LOG_SIP == 0 { level | MICROSIP_LOG_WARNING } else { level };
        self.level.store(level, Ordering::Release);
    }

    /// Lines of this level have a reader.
    pub(crate) fn wants(&self, level: u32) -> bool {
        self.open && level <= self.level.load(Ordering::Acquire) & !MICROSIP_LOG_SIP
    }

    /// SIP messages have a reader.
    pub(crate) fn wants_sip(&self) -> bool {
        self.open && self.level.load(Ordering::Acquire) & MICROSIP_LOG_SIP != 0
    }

    /// Queues a record. Takes no memory.
    pub(crate) fn push(&self, head: microsip_log, text: &[u8]) {
        let mut records = lock(&self.records);
        let full = records.heads.len() == records.heads.capacity();
        if full || records.bytes.capacity() - records.bytes.len() < text.len() {
            records.dropped = records.dropped.saturating_add(1).saturating_add(head.missing);
            return;
        }
        let missing = head.missing.saturating_add(core::mem::take(&mut records.dropped));
        records.heads.push_back(microsip_log { len: text.len() as u32, missing, ..head });
        records.bytes.extend(text);
    }

    /// Queues a line, if it has a reader. Takes no memory.
    pub(crate) fn log(&self, head: microsip_log, line: fmt::Arguments<'_>) -> bool {
        let wanted = self.wants(head.level);
        if wanted {
            self.push(head, text::line(&mut [0; LINE], line));
        }
        wanted
    }

    /// Takes the next record, if there is one.
    pub(crate) fn take(&self, told: &mut Told) {
        let mut records = lock(&self.records);
        let Some(head) = records.heads.pop_front() else { return };
        told.raw.clear();
        told.raw.extend(records.bytes.drain(..head.len as usize));
        drop(records);
        if head.level == MICROSIP_LOG_SIP {
            redact(&told.raw, &mut told.text);
        } else {
            core::mem::swap(&mut told.raw, &mut told.text);
        }
        told.head = Some(microsip_log { len: told.text.len() as u32, size: size_of::<microsip_log>() as u32, ..head });
        told.text.push(0);
    }

    /// Gives all records that wait to the application's hook.
    pub(crate) fn call(&self, told: &mut Told) {
        let Some(hook) = self.on_log else { return };
        loop {
            self.take(told);
            let Some(head) = told.head.take() else { return };
            // SAFETY: the application's hook, its user pointer, a record and its NUL-terminated text.
            unsafe { hook(self.log_user as *mut c_void, &raw const head, told.text.as_ptr().cast()) };
        }
    }
}

/// The largest event that a newer header may have.
pub(crate) const EVENT_ROOM: u32 = 1024;

/// Copies a SIP message without its secrets: the values of Authorization and Proxy-Authorization, folded lines too, and
/// the body of an INFO, whose keys may be those of a PIN or a card.
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
    if body && message.starts_with(b"INFO ") {
        clean.extend_from_slice(if rest.is_empty() { b"" } else { b"(not shown)\r\n" });
    } else if body || !(folded || secret_tail(rest)) {
        clean.extend_from_slice(rest);
    }
}

/// A message that ends within its headers: its last line is not shown where it could be a secret.
fn secret_tail(rest: &[u8]) -> bool {
    let name = rest.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    name.eq_ignore_ascii_case(b"Authorization") || name.eq_ignore_ascii_case(b"Proxy-Authorization")
}
