//! Any object: ids, texts, headers, tags; and the phone in numbers.

use super::{command, microsip_engine};
use crate::abi::types::*;
use crate::ops;
use core::ffi::{c_char, c_void};

/// As microsip_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    out: *mut microsip_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_info_get", e, now_us, |phone, _| unsafe { ops::phone::info(phone, u32::MAX, out) })
}

/// As microsip_counters_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_counters_get(
    e: *mut microsip_engine,
    now_us: u64,
    out: *mut microsip_counters,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_counters_get", e, now_us, |phone, _| unsafe { ops::phone::counters(phone, 0, out) })
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
    command("microsip_engine_ids_get", e, now_us, |phone, _| unsafe {
        ops::object::ids(phone, kind, owner, ids, cap, needed)
    })
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
        ops::object::text(phone, object, which, index, buf, cap, needed)
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
        ops::object::header(phone, object, which, name, nth, buf, cap, needed)
    })
}

/// As microsip_body_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_body_get(
    e: *mut microsip_engine,
    now_us: u64,
    object: microsip_id,
    buf: *mut c_void,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_body_get", e, now_us, |phone, _| unsafe {
        ops::object::body(phone, object, buf, cap, needed)
    })
}

/// As microsip_tag_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_tag_set(e: *mut microsip_engine, now_us: u64, object: microsip_id, tag: u64) -> i32 {
    command("microsip_engine_tag_set", e, now_us, |phone, _| ops::object::tag_set(phone, object, tag))
}

/// As microsip_id_release.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_id_release(e: *mut microsip_engine, now_us: u64, object: microsip_id) -> i32 {
    command("microsip_engine_id_release", e, now_us, |phone, now| ops::object::release(phone, now, object))
}
