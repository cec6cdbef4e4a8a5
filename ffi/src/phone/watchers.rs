//! Those who watch us.

use super::{command, read};
use crate::abi::types::*;
use crate::ops;

/// Decides on a watcher (MICROSIP_EV_WATCHER) that is MICROSIP_SUB_PENDING, for whom the policy is MICROSIP_POLICY_ASK. watcher: one of
/// this phone's. code: 200 to 299 let it in: it is told at once what it watches, and then each change. 300 to 699 refuse it, also one
/// that is MICROSIP_SUB_ACTIVE: it learns that it is not welcome. MICROSIP_E_STATE: it has ended; or is to be let in and was.
/// MICROSIP_E_ARG: the code is none of these.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_watcher_answer(phone: microsip_id, watcher: microsip_id, code: u32) -> i32 {
    command("microsip_watcher_answer", phone, |phone, now| ops::watcher::answer(phone, now, watcher, code))
}

/// A watcher, in numbers. watcher: one of this phone's; one that has ended can be read until it is released or its slot is
/// needed. out->size must be set. MICROSIP_TXT_REMOTE_URI and MICROSIP_TXT_REMOTE_NAME are who it says it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_watcher_info_get(
    phone: microsip_id,
    watcher: microsip_id,
    out: *mut microsip_watcher_info,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_watcher_info_get", phone, |phone, _| unsafe { ops::watcher::info(phone, watcher, out) })
}

/// Counts the messages of one class in the mailbox that an account is for others (RFC 3842): those who watch it are told, of
/// several changes within a second once. Until the first call there is no such mailbox, and who would watch it gets 404. What
/// the account's own server says of our mailbox is another thing: microsip_account_mailbox_get. account: 0: the mailbox of
/// direct watchers. entry: message_class, 1 to 6, with its numbers, of which the urgent ones are part of the others; its other
/// members are not looked at. NULL: the mailbox is empty. MICROSIP_E_ARG: the class, or more urgent messages than there are.
/// MICROSIP_E_FULL: max_watchers is MICROSIP_NONE. MICROSIP_E_UNSUPPORTED: a library without MICROSIP_HAS_NOTIFY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_mailbox_set(
    phone: microsip_id,
    account: microsip_id,
    entry: *const microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_mailbox_set", phone, |phone, now| unsafe {
        ops::watcher::mailbox_set(phone, now, account, entry)
    })
}
