//! The engine family's commands and getters: the host's names, structs and codes, over a pointer and with the time as
//! an argument.

use super::{begin, command, microsip_engine};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

/// As microsip_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    out: *mut microsip_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_info_get", e, now_us, |phone, _| unsafe { ops::info(phone, u32::MAX, out) })
}

/// As microsip_counters_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_counters_get(
    e: *mut microsip_engine,
    now_us: u64,
    out: *mut microsip_counters,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_counters_get", e, now_us, |phone, _| unsafe { ops::counters(phone, out) })
}

/// As microsip_ids_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_ids_get(
    e: *mut microsip_engine,
    now_us: u64,
    kind: u32,
    owner: microsip_id,
    ids: *mut microsip_id,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_ids_get", e, now_us, |phone, _| unsafe { ops::ids(phone, kind, owner, ids, cap, needed) })
}

/// As microsip_text_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_text_get(
    e: *mut microsip_engine,
    now_us: u64,
    object: microsip_id,
    which: u32,
    index: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_text_get", e, now_us, |phone, _| unsafe {
        ops::text(phone, object, which, index, buf, cap, needed)
    })
}

/// As microsip_header_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_header_get(
    e: *mut microsip_engine,
    now_us: u64,
    object: microsip_id,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_header_get", e, now_us, |phone, _| unsafe {
        ops::header(phone, object, which, name, nth, buf, cap, needed)
    })
}

/// As microsip_tag_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_tag_set(e: *mut microsip_engine, now_us: u64, object: microsip_id, tag: u64) -> i32 {
    command("microsip_engine_tag_set", e, now_us, |phone, _| ops::tag_set(phone, object, tag))
}

/// As microsip_id_release.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_id_release(e: *mut microsip_engine, now_us: u64, object: microsip_id) -> i32 {
    command("microsip_engine_id_release", e, now_us, |phone, _| ops::id_release(phone, object))
}

/// As microsip_account_add.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_add(
    e: *mut microsip_engine,
    now_us: u64,
    a: *const microsip_account,
    account: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_account_add", e, now_us, |phone, now| unsafe { ops::account_add(phone, now, a, account) })
}

/// As microsip_account_remove.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_remove(e: *mut microsip_engine, now_us: u64, account: microsip_id) -> i32 {
    command("microsip_engine_account_remove", e, now_us, |phone, now| ops::account_remove(phone, now, account))
}

/// As microsip_account_register.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_register(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    token: u64,
) -> i32 {
    begin("microsip_engine_account_register", e, now_us, |phone, now| ops::register(phone, now, account, token))
}

/// As microsip_account_unregister.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_unregister(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    token: u64,
) -> i32 {
    command("microsip_engine_account_unregister", e, now_us, |phone, now| ops::unregister(phone, now, account, token))
}

/// As microsip_account_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    out: *mut microsip_account_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_account_info_get", e, now_us, |phone, _| unsafe { ops::account_info(phone, account, out) })
}

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
    begin("microsip_engine_dial", e, now_us, |phone, now| unsafe { ops::dial(phone, now, account, uri, o, call) })
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
    command("microsip_engine_answer", e, now_us, |phone, now| unsafe { ops::answer(phone, now, call, code, o) })
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
    command("microsip_engine_reject", e, now_us, |phone, now| unsafe { ops::reject(phone, now, call, code, o) })
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
    command("microsip_engine_hangup", e, now_us, |phone, now| unsafe { ops::hangup(phone, now, call, o) })
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
    method: u32,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_digits", e, now_us, |phone, now| unsafe {
        ops::digits(phone, now, call, digits, method, token)
    })
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
    command("microsip_engine_call_info_get", e, now_us, |phone, _| unsafe { ops::call_info(phone, call, out) })
}

/// As microsip_call_stats_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_stats_get(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    out: *mut microsip_call_stats,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_call_stats_get", e, now_us, |phone, now| unsafe {
        ops::call_stats(phone, now, call, (0, 0), out)
    })
}

/// As microsip_source_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_source_set(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    source: u32,
) -> i32 {
    command("microsip_engine_source_set", e, now_us, |phone, now| ops::source(phone, now, target, source))
}

/// As microsip_mute_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_mute_set(e: *mut microsip_engine, now_us: u64, target: microsip_id, on: u32) -> i32 {
    command("microsip_engine_mute_set", e, now_us, |phone, _| ops::mute(phone, target, on))
}

/// As microsip_volume_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_volume_set(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    dev: u32,
    percent: u32,
) -> i32 {
    command("microsip_engine_volume_set", e, now_us, |phone, _| ops::volume(phone, target, dev, percent))
}
