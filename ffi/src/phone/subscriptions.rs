//! Subscriptions.

use super::{begin, command, read};
use crate::abi::types::*;
use crate::ops;

/// Subscribes to a state (RFC 6665), and keeps the subscription: it is refreshed, and begun anew by the rules of RFC 6665,
/// until microsip_subscription_remove or an end for good. account: 0: directly. s: what is watched. MICROSIP_EV_SUBSCRIPTION tells its state,
/// MICROSIP_EV_NOTIFY each change of what is watched. *subscription: its id. MICROSIP_E_URI: no address, or digits behind
/// it. MICROSIP_E_TEXT: the headers, the event or the types are none, do not fit, or stand beside a package that brings its own. MICROSIP_E_FULL: max_subscriptions are
/// there, or every dialog is in use. MICROSIP_E_CLOSED: after shutdown. MICROSIP_E_BLOCKED: the account's dial plan
/// has no match. MICROSIP_E_ARG: the package, the switch, or a number without an account to complete it.
/// MICROSIP_E_UNSUPPORTED: a library without MICROSIP_HAS_SUBSCRIBE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_subscription_add(
    phone: microsip_id,
    account: microsip_id,
    s: *const microsip_subscription,
    subscription: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_subscription_add", phone, |phone, now| unsafe {
        ops::subscription::add(phone, now, account, s, subscription)
    })
}

/// Takes a subscription back: it ends at the far end too, and has no further events. Its id names nothing from then on but
/// for that; one that has ended goes at once. subscription: of ours.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_subscription_remove(phone: microsip_id, subscription: microsip_id) -> i32 {
    command("microsip_subscription_remove", phone, |phone, now| ops::subscription::remove(phone, now, subscription))
}

/// A subscription, in numbers. subscription: of ours. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_subscription_info_get(
    phone: microsip_id,
    subscription: microsip_id,
    out: *mut microsip_subscription_info,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_subscription_info_get", phone, |phone, _| unsafe {
        ops::subscription::info(phone, subscription, out)
    })
}

/// One of the tuples, calls or classes of messages that a subscription was told of; of a list the parties, each with its own
/// behind it. subscription: of ours. index: from 0. out->size must be set.
/// MICROSIP_NOTHING: there are no more. Its texts are MICROSIP_TXT_ENTRY_URI, _ENTRY_NAME, _NOTE, _REPLACES,
/// _ENTRY_RESOURCE and _ENTRY_REASON with the same index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_subscription_entry_get(
    phone: microsip_id,
    subscription: microsip_id,
    index: u32,
    out: *mut microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_subscription_entry_get", phone, |phone, _| unsafe {
        ops::subscription::entry(phone, subscription, index, out)
    })
}
