//! The engine family's commands and getters: the host's names, structs and codes, over a pointer and with the time as an argument.

use super::{begin, command, microsip_engine, with};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

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

/// As microsip_register.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_register(e: *mut microsip_engine, now_us: u64, account: microsip_id, token: u64) -> i32 {
    begin("microsip_engine_register", e, now_us, |phone, now| ops::register(phone, now, account, token))
}

/// As microsip_unregister.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_unregister(e: *mut microsip_engine, now_us: u64, account: microsip_id, token: u64) -> i32 {
    command("microsip_engine_unregister", e, now_us, |phone, now| ops::unregister(phone, now, account, token))
}

/// As microsip_accounts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_accounts(e: *mut microsip_engine, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_accounts", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::accounts(phone, ids, cap, needed) }
    })
}

/// As microsip_account_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_info_get(
    e: *mut microsip_engine,
    account: microsip_id,
    out: *mut microsip_account_info,
) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_account_info_get", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::account_info(phone, account, out) }
    })
}

/// As microsip_account_text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_text(
    e: *mut microsip_engine,
    account: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_account_text", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::account_text(phone, account, which, buf, cap, needed) }
    })
}

/// As microsip_dial.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_dial(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    uri: *const c_char,
    o: *const microsip_dial_options,
    call: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_dial", e, now_us, |phone, now| unsafe { ops::dial(phone, now, account, uri, o, call) })
}

/// As microsip_answer.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_answer(e: *mut microsip_engine, now_us: u64, call: microsip_id, code: u32) -> i32 {
    command("microsip_engine_answer", e, now_us, |phone, now| ops::answer(phone, now, call, code))
}

/// As microsip_reject.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_reject(e: *mut microsip_engine, now_us: u64, call: microsip_id, code: u32) -> i32 {
    command("microsip_engine_reject", e, now_us, |phone, now| ops::reject(phone, now, call, code))
}

/// As microsip_hangup.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_hangup(e: *mut microsip_engine, now_us: u64, call: microsip_id) -> i32 {
    command("microsip_engine_hangup", e, now_us, |phone, now| ops::hangup(phone, now, call))
}

/// As microsip_hangup_all.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_hangup_all(e: *mut microsip_engine, now_us: u64) -> i32 {
    command("microsip_engine_hangup_all", e, now_us, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// As microsip_call_tag.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_call_tag(e: *mut microsip_engine, call: microsip_id, tag: u64) -> i32 {
    with("microsip_engine_call_tag", e, |engine| {
        let phone = &mut engine.phone;
        ops::call_tag(phone, call, tag)
    })
}

/// As microsip_calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_calls(e: *mut microsip_engine, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_calls", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::calls(phone, ids, cap, needed) }
    })
}

/// As microsip_call_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_info_get(e: *mut microsip_engine, call: microsip_id, out: *mut microsip_call_info) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_call_info_get", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::call_info(phone, call, out) }
    })
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
    command("microsip_engine_call_stats_get", e, now_us, |phone, now| unsafe { ops::call_stats(phone, now, call, (0, 0), out) })
}

/// As microsip_call_text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_text(
    e: *mut microsip_engine,
    call: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_call_text", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::call_text(phone, call, which, buf, cap, needed) }
    })
}

/// As microsip_call_header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_call_header(
    e: *mut microsip_engine,
    call: microsip_id,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    with("microsip_engine_call_header", e, |engine| {
        let phone = &mut engine.phone;
        unsafe { ops::call_header(phone, call, which, name, nth, buf, cap, needed) }
    })
}

/// As microsip_digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_digits(
    e: *mut microsip_engine,
    now_us: u64,
    call: microsip_id,
    digits: *const c_char,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_digits", e, now_us, |phone, now| unsafe { ops::digits(phone, now, call, digits, token) })
}

/// As microsip_id_release.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_id_release(e: *mut microsip_engine, now_us: u64, object: microsip_id) -> i32 {
    command("microsip_engine_id_release", e, now_us, |phone, _| ops::id_release(phone, object))
}

/// As microsip_source.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_source(e: *mut microsip_engine, now_us: u64, call: microsip_id, source: u32) -> i32 {
    command("microsip_engine_source", e, now_us, |phone, now| ops::source(phone, now, call, source))
}

/// As microsip_mute.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_mute(e: *mut microsip_engine, call: microsip_id, on: u32) -> i32 {
    with("microsip_engine_mute", e, |engine| {
        let phone = &mut engine.phone;
        ops::mute(phone, call, on)
    })
}

/// As microsip_volume.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_volume(e: *mut microsip_engine, call: microsip_id, dev: u32, percent: u32) -> i32 {
    with("microsip_engine_volume", e, |engine| {
        let phone = &mut engine.phone;
        ops::volume(phone, call, dev, percent)
    })
}

/// As microsip_counters_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_counters_get(e: *mut microsip_engine, out: *mut microsip_counters) -> i32 {
    with("microsip_engine_counters_get", e, |engine| {
        let phone = &engine.phone;
        // SAFETY: by contract.
        unsafe { ops::counters(phone, out) }
    })
}
