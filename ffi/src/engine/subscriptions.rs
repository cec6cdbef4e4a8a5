//! Subscriptions.

use super::{begin, command, microsip_engine};
use crate::abi::types::*;
use crate::ops;

/// As microsip_subscription_add.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_subscription_add(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    s: *const microsip_subscription,
    subscription: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_engine_subscription_add", e, now_us, |phone, now| unsafe {
        ops::subscription::add(phone, now, account, s, subscription)
    })
}

/// As microsip_subscription_remove.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_subscription_remove(
    e: *mut microsip_engine,
    now_us: u64,
    subscription: microsip_id,
) -> i32 {
    command("microsip_engine_subscription_remove", e, now_us, |phone, now| {
        ops::subscription::remove(phone, now, subscription)
    })
}

/// As microsip_subscription_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_subscription_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    subscription: microsip_id,
    out: *mut microsip_subscription_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_subscription_info_get", e, now_us, |phone, _| unsafe {
        ops::subscription::info(phone, subscription, out)
    })
}

/// As microsip_subscription_entry_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_subscription_entry_get(
    e: *mut microsip_engine,
    now_us: u64,
    subscription: microsip_id,
    index: u32,
    out: *mut microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_subscription_entry_get", e, now_us, |phone, _| unsafe {
        ops::subscription::entry(phone, subscription, index, out)
    })
}
