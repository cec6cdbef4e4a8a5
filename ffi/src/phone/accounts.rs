//! Accounts and their registrations.

use super::{begin, command, read};
use crate::abi::types::*;
use crate::ops;
use core::ffi::c_char;

/// Adds an account; it registers at once unless no_register is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_add(phone: microsip_id, a: *const microsip_account, account: *mut microsip_id) -> i32 {
    // SAFETY: by contract.
    begin("microsip_account_add", phone, |phone, now| unsafe { ops::account_add(phone, now, a, account) })
}

/// Removes an account; its registration is ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_account_remove(phone: microsip_id, account: microsip_id) -> i32 {
    command("microsip_account_remove", phone, |phone, now| ops::account_remove(phone, now, account))
}

/// Registers now, and keeps registered.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_register(phone: microsip_id, account: microsip_id) -> i32 {
    begin("microsip_register", phone, |phone, now| ops::register(phone, now, account))
}

/// Ends a registration; the account stays.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_unregister(phone: microsip_id, account: microsip_id) -> i32 {
    command("microsip_unregister", phone, |phone, now| ops::unregister(phone, now, account))
}

/// The ids of all accounts; needed: how many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_accounts(phone: microsip_id, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    read("microsip_accounts", phone, |phone, _| unsafe { ops::accounts(phone, ids, cap, needed) })
}

/// An account, in numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_info_get(phone: microsip_id, account: microsip_id, out: *mut microsip_account_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_info_get", phone, |phone, _| unsafe { ops::account_info(phone, account, out) })
}

/// A text of an account: MICROSIP_TXT_ACCOUNT_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_text(
    phone: microsip_id,
    account: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_text", phone, |phone, _| unsafe { ops::account_text(phone, account, which, buf, cap, needed) })
}
