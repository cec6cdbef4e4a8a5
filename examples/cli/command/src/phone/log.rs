//! The log: lines to standard error, SIP messages to a channel.

use std::ffi::{c_char, c_void};
use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use serde_json::json;

use super::texts::{socket_address, static_text};
use super::{Handle, c};
use crate::output::{complain, object};

/// A SIP message as the log had it.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    /// The time by this process's clock.
    pub(crate) at: Instant,
    /// We sent it.
    pub(crate) sent: bool,
    /// The far address.
    pub(crate) peer: SocketAddr,
    pub(crate) bytes: Vec<u8>,
    /// Records before it that the log had no room for.
    pub(crate) missing: u32,
}

/// Targets of the log: standard error for lines, as JSON or for people; a channel for SIP messages.
pub(super) struct Log {
    /// Lines were asked for, too.
    pub(super) lines: bool,
    pub(super) json: bool,
    pub(super) trace: Option<Sender<Traced>>,
}

pub(super) unsafe extern "C" fn on_log(user: *mut c_void, log: *const c::microsip_log, text: *const c_char) {
    let at = Instant::now();
    // SAFETY: `user` is the Log that `create` boxed; the record and its text are valid for this call.
    let (to, log) = unsafe { (&*user.cast::<Log>(), &*log) };
    if log.level == c::MICROSIP_LOG_SIP {
        if let Some(trace) = &to.trace {
            // SAFETY: the text has so many bytes.
            let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), log.len as usize) }.to_vec();
            // the reader is gone: nothing to show
            let _ = trace.send(Traced {
                at,
                sent: log.sent != 0,
                peer: socket_address(&log.peer),
                bytes,
                missing: log.missing,
            });
        }
        return;
    }
    if !to.lines {
        return;
    }
    print(to.json, log, &static_text(text));
}

/// A line of the log, on standard error.
fn print(json: bool, log: &c::microsip_log, text: &str) {
    if json {
        complain(&object("log", json!({ "level": log.level, "text": text, "missing": log.missing })));
    } else {
        complain(&format!("log {}: {text}{}", log.level, missing(log.missing)));
    }
}

/// The records before one that are missing, behind its text; nothing where none is.
pub(crate) fn missing(records: u32) -> String {
    if records > 0 { format!(" ({records} records before it are missing)") } else { String::new() }
}

/// A record of the log that was fetched.
pub(crate) struct Record {
    head: c::microsip_log,
    text: Vec<u8>,
}

impl Record {
    /// A SIP message of a phone that was created then.
    pub(crate) fn message(&self, created: Instant) -> Option<Traced> {
        let Record { head, text } = self;
        (head.level == c::MICROSIP_LOG_SIP).then(|| Traced {
            at: created + Duration::from_micros(head.time_us),
            sent: head.sent != 0,
            peer: socket_address(&head.peer),
            bytes: text.clone(),
            missing: head.missing,
        })
    }

    /// Records before it that the log had no room for.
    pub(crate) fn missing(&self) -> u32 {
        self.head.missing
    }

    pub(crate) fn print(&self, json: bool) {
        print(json, &self.head, &String::from_utf8_lossy(&self.text));
    }
}

impl Handle {
    /// Waits until the log has a record; false: none will come any more.
    pub(crate) fn log_waits(self) -> bool {
        // no room: it stays
        matches!(self.log(&mut [0], c::MICROSIP_FOREVER).0, c::MICROSIP_OK | c::MICROSIP_E_BUFFER)
    }

    /// The next record, if there is one.
    pub(crate) fn log_next(self) -> Option<Record> {
        let mut text = vec![0; 2048];
        loop {
            match self.log(&mut text, 0) {
                (c::MICROSIP_OK, head) => {
                    text.truncate(head.len as usize);
                    return Some(Record { head, text });
                }
                (c::MICROSIP_E_BUFFER, head) if text.len() <= head.len as usize => {
                    text.resize(head.len as usize + 1, 0);
                }
                _ => return None,
            }
        }
    }

    fn log(self, room: &mut [u8], wait_ms: u32) -> (i32, c::microsip_log) {
        // SAFETY: all-zero is a valid microsip_log.
        let mut head: c::microsip_log = unsafe { std::mem::zeroed() };
        head.size = size_of::<c::microsip_log>() as u32;
        // SAFETY: head and room are ours, with their sizes.
        let code = unsafe {
            c::microsip_log_next(self.0, &raw mut head, room.as_mut_ptr().cast(), room.len() as u32, wait_ms)
        };
        (code, head)
    }
}
