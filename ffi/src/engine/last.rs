//! The reason of an engine's latest failed call; and the reason for which none could be made in a piece of memory.

use super::{MAGIC, SIZE, guard, microsip_engine};
use crate::abi::code::*;
use crate::abi::{Fail, text};
use core::ffi::c_char;
use core::sync::atomic::Ordering;
use microsip_core::base::cursor::Cursor;

/// "refused!" in ASCII: what lies at the start of memory that no engine could be made in.
const REFUSED: u64 = 0x7265_6675_7365_6421;

/// The beginning of an engine; it stands alone where none could be made.
pub(super) struct Head {
    pub(super) magic: u64,
    /// The latest failed call.
    pub(super) last: Option<(&'static str, Fail)>,
}

/// The head of an engine, or of memory that was refused.
pub(super) fn head_of(engine: *mut microsip_engine) -> Result<*mut Head, i32> {
    if engine.is_null() {
        return Err(MICROSIP_E_NULL);
    }
    if !engine.is_aligned() {
        return Err(MICROSIP_E_ARG);
    }
    // SAFETY: not NULL and aligned; the caller vouches that its memory is there.
    Ok(unsafe { &raw mut (*engine).head })
}

/// Leaves in the caller's memory why no engine could be made in it, if that has room; an engine that lives there goes
/// on.
pub(super) fn refuse(mem: *mut microsip_engine, bytes: u32, fail: Fail) {
    let Ok(head) = head_of(mem) else { return };
    if (bytes as usize) < SIZE {
        return;
    }
    let last = Some(("microsip_engine_init", fail));
    // SAFETY: not NULL, aligned, and the caller says that so many bytes are there.
    unsafe {
        if (&raw const (*head).magic).read() != MAGIC {
            head.write(Head { magic: REFUSED, last });
        } else if !(*mem).busy.swap(true, Ordering::Acquire) {
            (*head).last = last;
            (*mem).busy.store(false, Ordering::Release);
        }
    }
}

/// The text of this engine's latest failed call: the function, what was wrong, with what value, and what to do; of a
/// library that was built without the feature sentences, the result in words. After a failed microsip_engine_init() e
/// is its mem. *needed: its bytes with the NUL. MICROSIP_E_BUFFER: cap is smaller. It never holds a password.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_last_error(
    e: *mut microsip_engine,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    let head = match head_of(e) {
        Ok(head) => head,
        Err(code) => return code,
    };
    // SAFETY: not NULL, aligned, and the caller vouches for it.
    let last = unsafe {
        match (&raw const (*head).magic).read() {
            REFUSED => (*head).last,
            MAGIC => {
                if (*e).busy.swap(true, Ordering::Acquire) {
                    return MICROSIP_E_REENTRY;
                }
                let last = (*head).last;
                (*e).busy.store(false, Ordering::Release);
                last
            }
            _ => return MICROSIP_E_STALE,
        }
    };
    guard(|| {
        let write = |cursor: &mut Cursor<'_>| {
            if let Some((function, fail)) = &last {
                fail.tell(function, cursor);
            }
            Ok(())
        };
        // SAFETY: by contract.
        unsafe { text::put(buf, cap, needed, write) }
    })
}
