//! Calls: from the dialling to the last statistics.

use super::{begin, command, read, with_shared};
use crate::abi::types::*;
use crate::host::signal::lock;
use crate::ops;
use core::ffi::c_char;

/// Calls sip:user@host, sips:, tel:, user@host, or a number or name that the account's domain completes. Of a number, the
/// separators that people write (space - . ( ) /) are left out. account 0: directly, without an account.
/// o: NULL, or what differs from the defaults. *call: its id. It returns before anything is looked up or sent; MICROSIP_EV_CALL tells each state and
/// the end, with the SIP status and a result. Unanswered calls are cancelled after three minutes without a word (RFC 3261 16.6).
/// MICROSIP_E_URI: no address. MICROSIP_E_ARG: it needs an account, or o has a number out of range. MICROSIP_E_TEXT: o->headers are not lines of
/// "Name: value\r\n", or name a header that the library writes itself. MICROSIP_E_FULL: max_calls are there. MICROSIP_E_CLOSED: after shutdown.
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

/// Answers an incoming call. code: 200 or 0 takes it, 183 lets it hear our sound before (at most 400 ms of it until its far end has shown itself),
/// 180 says that it rings (the library has said so already). A call that is not answered within ten minutes, or the time that the caller gives it, is
/// refused with 487. MICROSIP_E_STATE: it is not incoming, or answered. MICROSIP_E_ARG: another code.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_answer(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_answer", phone, |phone, now| ops::answer(phone, now, call, code))
}

/// Refuses an incoming call with a SIP status from 300 to 699; 0: 486 Busy Here. MICROSIP_E_STATE: it is not incoming, or answered. MICROSIP_E_ARG:
/// another code.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_reject(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_reject", phone, |phone, now| ops::reject(phone, now, call, code))
}

/// Ends a call in any state: refuses with 486, cancels, or says BYE. Sound stops at once. MICROSIP_E_STATE: it has ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup(phone: microsip_id, call: microsip_id) -> i32 {
    command("microsip_hangup", phone, |phone, now| ops::hangup(phone, now, call))
}

/// Ends all calls, as microsip_hangup does.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup_all(phone: microsip_id) -> i32 {
    command("microsip_hangup_all", phone, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// Gives a call the application's own number, which its events carry from then on.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_call_tag(phone: microsip_id, call: microsip_id, tag: u64) -> i32 {
    command("microsip_call_tag", phone, |phone, _| ops::call_tag(phone, call, tag))
}

/// Gives an ended call's slot back: it cannot be read any more. Not released, it stays readable until a new call needs its slot: the one that ended
/// first goes first, and MICROSIP_EV_LOST tells. Fetching events, or having them in a callback, releases nothing. MICROSIP_E_STATE: it has not ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_id_release(phone: microsip_id, object: microsip_id) -> i32 {
    command("microsip_id_release", phone, |phone, _| ops::id_release(phone, object))
}

/// The ids of all calls, ended ones that were not released among them. ids: room for cap of them, or NULL with 0. *needed: how many there are.
/// MICROSIP_E_BUFFER: more than cap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_calls(phone: microsip_id, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    read("microsip_calls", phone, |phone, _| unsafe { ops::calls(phone, ids, cap, needed) })
}

/// A call, in numbers. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_info_get(phone: microsip_id, call: microsip_id, out: *mut microsip_call_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_info_get", phone, |phone, _| unsafe { ops::call_info(phone, call, out) })
}

/// How a call's media does, or did: all zero when it had none. out->size must be set. Jitter, loss and round trip as in RFC 3550.
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

/// A text of a call. which: MICROSIP_TXT_*. *needed: its bytes with the NUL. MICROSIP_NOTHING: it has none. MICROSIP_E_BUFFER: cap is smaller.
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

/// The nth header field (from 0) of that name, long or short form, in the first or last message that a call received (which: MICROSIP_FIRST or
/// MICROSIP_LAST). *needed: its bytes with the NUL. MICROSIP_NOTHING: the message, of which the first kilobytes are kept, has no such field.
/// MICROSIP_E_BUFFER: cap is smaller.
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

/// Sends digits by RFC 4733: 0-9 * # A-D, and a comma for a pause of a second; at most 32 may wait. All or none are taken. MICROSIP_EV_DONE tells
/// that they are out, with the token. MICROSIP_E_ARG: another character. MICROSIP_E_STATE: the call has no sound yet, or the far end holds it and would
/// not hear them. MICROSIP_E_FULL: too many wait, or the end of one more command could not be kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_digits(phone: microsip_id, call: microsip_id, digits: *const c_char, token: u64) -> i32 {
    // SAFETY: by contract.
    command("microsip_digits", phone, |phone, now| unsafe { ops::digits(phone, now, call, digits, token) })
}

/// Chooses what the peer hears: MICROSIP_SRC_*. It switches with the next 10 ms; a playing file lies over each of them. MICROSIP_E_ARG: another number.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_source(phone: microsip_id, call: microsip_id, source: u32) -> i32 {
    command("microsip_source", phone, |phone, now| ops::source(phone, now, call, source))
}

/// Silences what we send: 1 on, 0 off. call 0: all calls, and those to come. Packets go on.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_mute(phone: microsip_id, call: microsip_id, on: u32) -> i32 {
    command("microsip_mute", phone, |phone, _| ops::mute(phone, call, on))
}

/// The volume of one side, dev MICROSIP_DEV_INPUT (what we send) or _OUTPUT (what we hear), in percent: 100 is as it came, 400 the most. call 0: all
/// calls, and those to come. MICROSIP_E_ARG: more, or another side.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume(phone: microsip_id, call: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume", phone, |phone, _| ops::volume(phone, call, dev, percent))
}
