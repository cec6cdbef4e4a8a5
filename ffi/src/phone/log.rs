//! The log, fetched.

use super::{find_or_closed, guard, until, with_shared};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::ops;
use core::ffi::c_char;

/// A log takes memory, which is taken at creation only.
const fn no_log(phone: u64) -> Fail {
    Fail::new(MICROSIP_E_STATE, "phone", Value::Id(phone), "keeps no log: create it with a log_level")
}

/// Sets the level of the log, at any time: MICROSIP_LOG_*, and MICROSIP_LOG_SIP added for whole messages.
/// MICROSIP_E_STATE: the phone was created with neither log_level nor on_log, and keeps no log.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_log_set(phone: microsip_id, level: u32) -> i32 {
    with_shared("microsip_log_set", phone, |shared| {
        let level = ops::phone::log_level(level, "level")?;
        if !shared.hooks.is_open() {
            return Err(no_log(phone));
        }
        shared.hooks.set_level(level);
        Ok(())
    })
}

/// The next log line, or SIP message, waiting at most wait_ms milliseconds (0: not at all, MICROSIP_FOREVER: without
/// end). l->size must be set. Its text goes to buf, with a NUL. Without a fetch, 2048 lines and 512 kB of text
/// wait; later ones are left out, and the next line that finds room has their number (`missing`). No line holds a
/// password; the credentials of a message are blotted out, and so is the body of an INFO, which may have the keys of a
/// PIN. MICROSIP_NOTHING: none came in that time.
/// MICROSIP_E_BUFFER: l->len + 1 bytes are needed; it stays. MICROSIP_E_STATE: the phone gives its log to on_log, or
/// keeps none. MICROSIP_E_CLOSED: the phone is destroyed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_log_next(
    phone: microsip_id,
    l: *mut microsip_log,
    buf: *mut c_char,
    cap: u32,
    wait_ms: u32,
) -> i32 {
    guard("microsip_log_next", || {
        // SAFETY: by contract.
        let (out, room) = unsafe { (pointer::Out::check(l, "l")?, pointer::slice_mut(buf.cast::<u8>(), cap, "buf")?) };
        let shared = find_or_closed(phone)?;
        if !shared.hooks.is_open() {
            return Err(no_log(phone));
        }
        if shared.hooks.has_log_hook() {
            let fix = "gives its log to on_log: create it without one to fetch it";
            return Err(Fail::new(MICROSIP_E_STATE, "phone", Value::Id(phone), fix));
        }
        let until = until(wait_ms);
        loop {
            let seen = shared.hooks.signal.seen();
            let mut held = shared.hooks.held.lock();
            if held.head.is_none() {
                shared.hooks.take(&mut held);
            }
            if let Some(head) = held.head {
                let fits = room.get_mut(..held.text.len()).map(|room| room.copy_from_slice(&held.text));
                if fits.is_some() {
                    held.head = None;
                }
                out.put(head);
                let fix = "is too small: l->len + 1 bytes are needed";
                return fits.ok_or(Fail::new(MICROSIP_E_BUFFER, "cap", Value::Number(i64::from(cap)), fix));
            }
            drop(held);
            if shared.is_quitting() || shared.is_poisoned() {
                let code = if shared.is_quitting() { MICROSIP_E_CLOSED } else { MICROSIP_E_POISONED };
                return Err(Fail::new(code, "phone", Value::Id(phone), "logs nothing any more"));
            }
            if until.is_some_and(|until| std::time::Instant::now() >= until) {
                return Err(Fail::NOTHING);
            }
            shared.hooks.signal.wait(seen, until);
        }
    })
}
