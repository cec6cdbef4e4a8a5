//! Messages.

use super::{begin, command, read};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

/// Sends a message (RFC 3428). owner: an account, or 0 for a direct one; or with m->uri NULL a call that is up, in whose
/// dialog it leaves. m: the message. token: of the command. Messages to one far end leave one after the other, each when the one before it has its final response,
/// so they arrive in their order. MICROSIP_EV_DONE with MICROSIP_OP_SEND and the token tells its end; without a token only a
/// failure has it. With its headers one of more than 1300 bytes leaves by TCP or not at all (RFC 3428 8). *message: its id;
/// NULL: it is not wanted. When it is over its slot is taken as soon as another one needs it.
/// MICROSIP_E_URI: no address, or digits behind it. MICROSIP_E_TEXT: the headers or the type are none, or with its headers
/// it would be longer than max_message; microsip_last_error has its length and the longest that fits. MICROSIP_E_KIND: owner
/// is a call beside m->uri, or none without it.
/// MICROSIP_E_FULL: every message is in use. MICROSIP_E_STATE: the call is not up. MICROSIP_E_CLOSED: after shutdown.
/// MICROSIP_E_BLOCKED: the account's dial plan has no match. MICROSIP_E_ARG: a number without an account to complete it, or
/// len 0 beside a body, or above 60000. MICROSIP_E_UNSUPPORTED: a library without MICROSIP_HAS_MESSAGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_message_send(
    phone: microsip_id,
    owner: microsip_id,
    m: *const microsip_message,
    token: u64,
    message: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_message_send", phone, |phone, now| unsafe {
        ops::message::send(phone, now, owner, m, token, message)
    })
}

/// Answers a message that came: its sender gets this status. message: the one that came. code: 200 to 699; 0: 200. A
/// REFER is refused by it, with 300 to 699; 0: 603. It stays readable until another
/// message needs its slot. MICROSIP_E_STATE: it waits for no answer: it has one, or is one of ours. MICROSIP_E_ARG: another
/// code.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_message_answer(phone: microsip_id, message: microsip_id, code: u32) -> i32 {
    command("microsip_message_answer", phone, |phone, now| ops::message::answer(phone, now, message, code))
}

/// A message, in numbers. message: of either way. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_message_info_get(
    phone: microsip_id,
    message: microsip_id,
    out: *mut microsip_message_info,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_message_info_get", phone, |phone, _| unsafe { ops::message::info(phone, message, out) })
}

/// Tells the writer of a message that came what became of it (RFC 5438). message: one that was accepted (2xx), and whose
/// writer asks for it: `notices` of microsip_message_info. state: MICROSIP_NOTICE_DELIVERED, which leaves by itself with
/// MICROSIP_NOTICES_DELIVERY, or MICROSIP_NOTICE_DISPLAYED, when a person has seen it. Each leaves once: a second call does
/// nothing. It goes to the message's sender, by its call's dialog while that is up, and no event tells its end. A direct
/// sender that takes none gets no second one. MICROSIP_E_STATE: it was not accepted, its writer did not ask, or it is none
/// for people. MICROSIP_E_URI: its writer does not want to be known; or it came directly, in no call, and the host in its
/// From is not the address that it came from. MICROSIP_E_FULL: every message is in use. MICROSIP_E_CLOSED: after shutdown.
/// MICROSIP_E_UNSUPPORTED: a library without MICROSIP_HAS_IMDN.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_message_notice(phone: microsip_id, message: microsip_id, state: u32) -> i32 {
    command("microsip_message_notice", phone, |phone, now| ops::message::notice(phone, now, message, state))
}

/// Tells a far end that a message to it is being written, or that none is (RFC 3994). owner, uri: as owner and m->uri of
/// microsip_message_send. state: MICROSIP_COMPOSING_ACTIVE, for each key that is pressed; MICROSIP_COMPOSING_IDLE, where
/// what was written is deleted. The library keeps the times: one leaves at the first key, and another once a minute while
/// keys follow; 15 seconds behind the last one the far end is told that none is being written, and a message to it says
/// that, too. A far end that does not understand them gets no more. No event tells their end; at most a quarter of
/// max_messages are far ends that are written to. MICROSIP_E_URI, MICROSIP_E_KIND, MICROSIP_E_STATE, MICROSIP_E_BLOCKED,
/// MICROSIP_E_ARG, MICROSIP_E_FULL, MICROSIP_E_CLOSED: as microsip_message_send. MICROSIP_E_UNSUPPORTED: a library without
/// MICROSIP_HAS_IMDN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_message_composing(
    phone: microsip_id,
    owner: microsip_id,
    uri: *const c_char,
    state: u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_message_composing", phone, |phone, now| unsafe {
        ops::message::composing(phone, now, owner, uri, state)
    })
}
