//! Calls: from the dialling to the last statistics.

use super::{begin, command, read, with_shared};
use crate::abi::types::*;
use crate::host::signal::lock;
use crate::ops;
use core::ffi::c_char;

/// Calls a URI, or a number that the account's domain completes. account 0: directly, without one. o may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_dial(
    phone: microsip_id,
    account: microsip_id,
    uri: *const c_char,
    o: *const microsip_dial_options,
    call: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_dial", phone, |phone, now| unsafe { ops::dial(phone, now, account, uri, o, call) })
}

/// Answers an incoming call: 180 ringing, 183 progress with sound, 200 (or 0) take it.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_answer(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_answer", phone, |phone, now| ops::answer(phone, now, call, code))
}

/// Refuses an incoming call with a code from 300 to 699; 0: 486.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_reject(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_reject", phone, |phone, now| ops::reject(phone, now, call, code))
}

/// Ends a call, in any state.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup(phone: microsip_id, call: microsip_id) -> i32 {
    command("microsip_hangup", phone, |phone, now| ops::hangup(phone, now, call))
}

/// Ends all calls.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup_all(phone: microsip_id) -> i32 {
    command("microsip_hangup_all", phone, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// Gives a call the application's own number, which its events carry.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_call_tag(phone: microsip_id, call: microsip_id, tag: u64) -> i32 {
    command("microsip_call_tag", phone, |phone, _| ops::call_tag(phone, call, tag))
}

/// The ids of all calls; needed: how many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_calls(phone: microsip_id, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    read("microsip_calls", phone, |phone, _| unsafe { ops::calls(phone, ids, cap, needed) })
}

/// A call, in numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_info_get(phone: microsip_id, call: microsip_id, out: *mut microsip_call_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_info_get", phone, |phone, _| unsafe { ops::call_info(phone, call, out) })
}

/// How a call's media does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_stats_get(phone: microsip_id, call: microsip_id, out: *mut microsip_call_stats) -> i32 {
    with_shared("microsip_call_stats_get", phone, |shared| {
        let mut core = lock(&shared.core);
        let slot = ops::call_id(call).ok().and_then(|id| core.slots.of(id));
        let pcm = slot.map_or((0, 0), |slot| {
            let under = slot.outgoing.as_ref().map_or(0, |pcm| pcm.read.underrun());
            let over = slot.incoming.as_ref().map_or(0, |pcm| pcm.write.overrun());
            (under as u32, over as u32)
        });
        // SAFETY: by contract.
        unsafe { ops::call_stats(&core.phone, shared.clock.now(), call, pcm, out) }
    })
}

/// A text of a call: MICROSIP_TXT_*. MICROSIP_NOTHING: it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_text(
    phone: microsip_id,
    call: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_text", phone, |phone, _| unsafe { ops::call_text(phone, call, which, buf, cap, needed) })
}

/// The nth header (from 0) of that name in the first or last message that a call received. MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_header(
    phone: microsip_id,
    call: microsip_id,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_header", phone, |phone, _| unsafe { ops::call_header(phone, call, which, name, nth, buf, cap, needed) })
}

/// Sends digits: 0-9 * # A-D, and a comma for a pause of a second. MICROSIP_EV_DIGITS_SENT tells the token. token may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_digits(phone: microsip_id, call: microsip_id, digits: *const c_char, token: *mut u64) -> i32 {
    // SAFETY: by contract.
    command("microsip_digits", phone, |phone, now| unsafe { ops::digits(phone, now, call, digits, token) })
}

/// Chooses what the peer hears: MICROSIP_SRC_*.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_source(phone: microsip_id, call: microsip_id, source: u32) -> i32 {
    command("microsip_source", phone, |phone, now| ops::source(phone, now, call, source))
}

/// Silences what we send: 1 on, 0 off. call 0: all, and those to come.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_mute(phone: microsip_id, call: microsip_id, on: u32) -> i32 {
    command("microsip_mute", phone, |phone, _| ops::mute(phone, call, on))
}

/// The volume of one side, MICROSIP_DEV_*, in percent, at most 400. call 0: all, and those to come.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume(phone: microsip_id, call: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume", phone, |phone, _| ops::volume(phone, call, dev, percent))
}
