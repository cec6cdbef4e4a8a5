//! Those who watch us.

use super::{command, microsip_engine};
use crate::abi::types::*;
use crate::ops;

/// As microsip_watcher_answer.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_watcher_answer(
    e: *mut microsip_engine,
    now_us: u64,
    watcher: microsip_id,
    code: u32,
) -> i32 {
    command("microsip_engine_watcher_answer", e, now_us, |phone, now| ops::watcher::answer(phone, now, watcher, code))
}

/// As microsip_watcher_info_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_watcher_info_get(
    e: *mut microsip_engine,
    now_us: u64,
    watcher: microsip_id,
    out: *mut microsip_watcher_info,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_watcher_info_get", e, now_us, |phone, _| unsafe {
        ops::watcher::info(phone, watcher, out)
    })
}

/// As microsip_mailbox_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_mailbox_set(
    e: *mut microsip_engine,
    now_us: u64,
    account: microsip_id,
    entry: *const microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_mailbox_set", e, now_us, |phone, now| unsafe {
        ops::watcher::mailbox_set(phone, now, account, entry)
    })
}
