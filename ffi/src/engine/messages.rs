//! Messages.

use super::{begin, command, microsip_engine};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

/// As microsip_message_send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_message_send(
    e: *mut microsip_engine,
    now_us: u64,
    owner: microsip_id,
    m: *const microsip_message,
    token: u64,
    message: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_message_send", e, now_us, |phone, now| unsafe {
        ops::message::send(phone, now, owner, m, token, message)
    })
}

/// As microsip_message_answer.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_message_answer(
    e: *mut microsip_engine,
    now_us: u64,
    message: microsip_id,
    code: u32,
) -> i32 {
    command("microsip_engine_message_answer", e, now_us, |phone, now| ops::message::answer(phone, now, message, code))
}

/// As microsip_message_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_message_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    message: microsip_id,
    out: *mut microsip_message_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_message_info_get", e, now_us, |phone, _| unsafe {
        ops::message::info(phone, message, out)
    })
}

/// As microsip_message_notice.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_message_notice(
    e: *mut microsip_engine,
    now_us: u64,
    message: microsip_id,
    state: u32,
) -> i32 {
    command("microsip_engine_message_notice", e, now_us, |phone, now| ops::message::notice(phone, now, message, state))
}

/// As microsip_message_composing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_message_composing(
    e: *mut microsip_engine,
    now_us: u64,
    owner: microsip_id,
    uri: *const c_char,
    state: u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_message_composing", e, now_us, |phone, now| unsafe {
        ops::message::composing(phone, now, owner, uri, state)
    })
}
