//! Calls: from the dialling to the last statistics.

use super::{begin, command, microsip_engine};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

/// As microsip_dial.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_dial(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    uri: *const c_char,
    o: *const microsip_options,
    call: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_dial", e, now_us, |phone, now| unsafe { ops::call::dial(phone, now, account, uri, o, call) })
}

/// As microsip_answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_answer(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    code: u32,
    o: *const microsip_options,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_answer", e, now_us, |phone, now| unsafe { ops::call::answer(phone, now, call, code, o) })
}

/// As microsip_reject.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_reject(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    code: u32,
    o: *const microsip_options,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_reject", e, now_us, |phone, now| unsafe { ops::call::reject(phone, now, call, code, o) })
}

/// As microsip_hangup.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_hangup(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    o: *const microsip_options,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_hangup", e, now_us, |phone, now| unsafe { ops::call::hangup(phone, now, call, o) })
}

/// As microsip_hold.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_hold(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    on: u32,
    token: u64,
) -> i32 {
    command("microsip_engine_hold", e, now_us, |phone, now| ops::call::hold(phone, now, call, on, token))
}

/// As microsip_reoffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_reoffer(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    m: *const microsip_media,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_reoffer", e, now_us, |phone, now| unsafe {
        ops::call::reoffer(phone, now, call, m, token)
    })
}

/// As microsip_identify.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_identify(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    caller: *const c_char,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_identify", e, now_us, |phone, now| unsafe {
        ops::call::identify(phone, now, call, caller, token)
    })
}

/// As microsip_transfer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_transfer(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    uri: *const c_char,
    consult: microsip_id,
    o: *const microsip_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_transfer", e, now_us, |phone, now| unsafe {
        ops::transfer::transfer(phone, now, call, (uri, consult), o, token)
    })
}

/// As microsip_hangup_all.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_hangup_all(e: *mut microsip_engine, now_us: u64) -> i32 {
    command("microsip_engine_hangup_all", e, now_us, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// As microsip_digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_digits(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    digits: *const c_char,
    o: *const microsip_digit_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_digits", e, now_us, |phone, now| unsafe {
        ops::digits::script(phone, now, call, digits, o, token)
    })
}

/// As microsip_digit_start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_digit_start(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    digit: u32,
    o: *const microsip_digit_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_digit_start", e, now_us, |phone, now| unsafe {
        ops::digits::start(phone, now, call, digit, o, token)
    })
}

/// As microsip_digit_stop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_digit_stop(e: *mut microsip_engine, now_us: u64, call: microsip_id) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_digit_stop", e, now_us, |phone, now| ops::digits::stop(phone, now, call))
}

/// As microsip_call_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    out: *mut microsip_call_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_call_info_get", e, now_us, |phone, _| unsafe { ops::call::info(phone, call, out) })
}

/// As microsip_call_stats_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_stats_get(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    out: *mut microsip_stats,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_call_stats_get", e, now_us, |phone, now| unsafe {
        ops::call::stats(phone, now, call, (0, 0), out)
    })
}

/// As microsip_call_quality_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_quality_get(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    mos_x100: *mut u32,
    cap: u32,
    needed: *mut u32,
    seconds_each: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_call_quality_get", e, now_us, |phone, _| unsafe {
        ops::call::quality(phone, call, mos_x100, cap, needed, seconds_each)
    })
}
