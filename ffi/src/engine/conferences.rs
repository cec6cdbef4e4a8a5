//! Conferences and their members.

use super::{command, microsip_engine};
use crate::abi::types::*;
use crate::ops;

/// As microsip_conference_create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_conference_create(
    e: *mut microsip_engine,
    now_us: u64,
    tag: u64,
    conference: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_conference_create", e, now_us, |phone, _| unsafe {
        ops::conference::create(phone, tag, conference)
    })
}

/// As microsip_conference_member_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_conference_member_set(
    e: *mut microsip_engine,
    now_us: u64,
    conference: microsip_id,
    member: microsip_id,
    m: *const microsip_member,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_conference_member_set", e, now_us, |phone, now| unsafe {
        ops::conference::member_set(phone, now, conference, member, m)
    })
}

/// As microsip_conference_member_remove.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_conference_member_remove(
    e: *mut microsip_engine,
    now_us: u64,
    conference: microsip_id,
    member: microsip_id,
) -> i32 {
    command("microsip_engine_conference_member_remove", e, now_us, |phone, now| {
        ops::conference::member_remove(phone, now, conference, member)
    })
}

/// As microsip_conference_member_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_conference_member_get(
    e: *mut microsip_engine,
    now_us: u64,
    conference: microsip_id,
    member: microsip_id,
    out: *mut microsip_member,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_conference_member_get", e, now_us, |phone, _| unsafe {
        ops::conference::member_get(phone, conference, member, out)
    })
}
