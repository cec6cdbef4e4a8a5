//! The log, fetched.

use super::{microsip_engine, with};
use crate::abi::types::*;
use crate::abi::{Fail, pointer, text};
use crate::ops;
use crate::words;
use core::ffi::c_char;

/// Sets the level of microsip_engine_poll_log, at any time: MICROSIP_LOG_*; at first it is MICROSIP_LOG_DEBUG, which is
/// all. Records are kept where the configuration's log_records asks for them.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_log_set(e: *mut microsip_engine, now_us: u64, level: u32) -> i32 {
    with("microsip_engine_log_set", e, |engine| {
        engine.at(now_us);
        let level = ops::phone::log_level(level, "level")? & !MICROSIP_LOG_SIP;
        engine.log_level = if level == 0 { MICROSIP_LOG_WARNING } else { level } as u8;
        Ok(())
    })
}

/// The next line of the log, in the order of events. Call it after every input and command, if the
/// configuration's log_records asks for lines. l->size must be set. The text is cut where cap bytes, its NUL among
/// them, have no room for it; 256 are enough for nearly all. No line holds a password. MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_log(
    e: *mut microsip_engine,
    now_us: u64,
    l: *mut microsip_log,
    buf: *mut c_char,
    cap: u32,
) -> i32 {
    with("microsip_engine_poll_log", e, |engine| {
        // SAFETY: by contract.
        let (out, room) = unsafe { (pointer::Out::check(l, "l")?, pointer::slice_mut(buf.cast::<u8>(), cap, "buf")?) };
        engine.at(now_us);
        let mut missing = 0;
        let trace = loop {
            let trace = engine.phone.poll_trace().ok_or(Fail::NOTHING)?;
            if trace.level() as u32 <= u32::from(engine.log_level) {
                break trace;
            }
            missing = words::head(&trace, missing, 0).missing;
        };
        let (text, _) = room.split_at_mut(room.len().saturating_sub(1));
        let line = words::Line { phone: &engine.phone, trace: &trace };
        let len = text::line(text, format_args!("{line}")).len();
        if let Some(end) = room.get_mut(len) {
            *end = 0;
        }
        out.put(words::head(&trace, missing, len));
        Ok(())
    })
}
