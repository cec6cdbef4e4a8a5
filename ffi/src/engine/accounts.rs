//! Accounts and their registrations.

use super::{begin, command, microsip_engine};
use crate::abi::types::*;
use crate::ops;

/// As microsip_account_add.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_add(
    e: *mut microsip_engine,
    now_us: u64,
    a: *const microsip_account,
    account: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_account_add", e, now_us, |phone, now| unsafe { ops::account::add(phone, now, a, account) })
}

/// As microsip_account_update.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_update(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    a: *const microsip_account,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_account_update", e, now_us, |phone, now| unsafe {
        ops::account::update(phone, now, account, a)
    })
}

/// As microsip_account_remove.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_remove(e: *mut microsip_engine, now_us: u64, account: microsip_id) -> i32 {
    command("microsip_engine_account_remove", e, now_us, |phone, now| ops::account::remove(phone, now, account))
}

/// As microsip_account_register.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_register(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    token: u64,
) -> i32 {
    begin("microsip_engine_account_register", e, now_us, |phone, now| {
        ops::account::register(phone, now, account, token)
    })
}

/// As microsip_account_unregister.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_account_unregister(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    token: u64,
) -> i32 {
    command("microsip_engine_account_unregister", e, now_us, |phone, now| {
        ops::account::unregister(phone, now, account, token)
    })
}

/// As microsip_account_publish.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_publish(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    p: *const microsip_presence,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_account_publish", e, now_us, |phone, now| unsafe {
        ops::presence::publish(phone, now, account, p, token)
    })
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
    command("microsip_engine_account_info_get", e, now_us, |phone, _| unsafe {
        ops::account::info(phone, account, out)
    })
}

/// As microsip_account_mailbox_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_account_mailbox_get(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    index: u32,
    out: *mut microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_account_mailbox_get", e, now_us, |phone, _| unsafe {
        ops::account::mailbox(phone, account, index, out)
    })
}
