//! The log: lines to standard error, SIP messages to a channel.

use std::ffi::{c_char, c_void};
use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::time::Instant;

use serde_json::json;

use super::c;
use super::texts::{socket_address, static_text};
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
            let _ = trace.send(Traced { at, sent: log.sent != 0, peer: socket_address(&log.peer), bytes });
        }
        return;
    }
    if !to.lines {
        return;
    }
    let text = static_text(text);
    if to.json {
        complain(&object("log", json!({ "level": log.level, "text": text, "missing": log.missing })));
    } else {
        let missing =
            if log.missing > 0 { format!(" ({} lines before it are missing)", log.missing) } else { String::new() };
        complain(&format!("log {}: {text}{missing}", log.level));
    }
}
