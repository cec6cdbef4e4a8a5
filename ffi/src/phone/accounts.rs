//! Accounts and their registrations.

use super::{begin, command, read};
use crate::abi::types::*;
use crate::ops;

/// Adds an account; it registers at once unless `registers` is off, and is kept registered until it is removed or the
/// phone ends. MICROSIP_EV_ACCOUNT has its states. a: texts are copied. *account: its id. MICROSIP_E_URI: uri,
/// registrar or proxy is no SIP URI. MICROSIP_E_ARG: a number is out of range (a->session_expires or a->min_se from 1
/// to 89, say). MICROSIP_E_FULL: max_accounts are there. MICROSIP_E_TEXT: a text is too long or has controls.
/// MICROSIP_E_NO_CODEC: a->codecs has a codec that this library does not have, or this phone has no memory for.
/// MICROSIP_E_UNSUPPORTED: a->info_packages in a phone without messages. MICROSIP_E_BLOCKED: the dial plan does not allow
/// a target of a->rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_add(
    phone: microsip_id,
    a: *const microsip_account,
    account: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_account_add", phone, |phone, now| unsafe { ops::account::add(phone, now, a, account) })
}

/// Changes the members of an account that `a` sets: 0 and NULL leave a member as it is, "" puts a text back to its
/// default. All of it is changed or nothing. Id, calls and registration stay; it registers anew only where its uri,
/// registrar, proxy, credentials, Contact or expires have changed, at once even where the last try had failed. A
/// binding under the uri or at the registrar of before runs out there by itself. With `registers` the registration is
/// taken back or begun. MICROSIP_E_URI, MICROSIP_E_ARG, MICROSIP_E_TEXT, MICROSIP_E_NO_CODEC, MICROSIP_E_UNSUPPORTED,
/// MICROSIP_E_BLOCKED: as for microsip_account_add. MICROSIP_E_STATE: the phone was shut down.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_update(
    phone: microsip_id,
    account: microsip_id,
    a: *const microsip_account,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_account_update", phone, |phone, now| unsafe { ops::account::update(phone, now, account, a) })
}

/// Removes an account: its registration is taken back (Expires: 0), its calls go on. Its id is stale once
/// MICROSIP_EV_ACCOUNT with its end has come.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_account_remove(phone: microsip_id, account: microsip_id) -> i32 {
    command("microsip_account_remove", phone, |phone, now| ops::account::remove(phone, now, account))
}

/// Registers now, and keeps registered: refreshed before it runs out, and after a failure tried again when Retry-After
/// says, else after waits that grow from 30 seconds to 30 minutes (RFC 5626 4.5), after 403, 404 and their like from
/// 5 minutes to an hour. A wrong password is not tried again
/// by itself. MICROSIP_EV_DONE with the token has the result of the first try; while a REGISTER is under way the token
/// joins it. MICROSIP_E_STATE: the account does not register. MICROSIP_E_FULL: the end of one more command could not be
/// kept.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_account_register(phone: microsip_id, account: microsip_id, token: u64) -> i32 {
    begin("microsip_account_register", phone, |phone, now| ops::account::register(phone, now, account, token))
}

/// Takes the registration back (Expires: 0); the account stays, and may call. MICROSIP_EV_ACCOUNT with
/// MICROSIP_UNREGISTERED follows, and MICROSIP_EV_DONE with the token. MICROSIP_E_FULL: the end of one more command
/// could not be kept.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_account_unregister(phone: microsip_id, account: microsip_id, token: u64) -> i32 {
    command("microsip_account_unregister", phone, |phone, now| ops::account::unregister(phone, now, account, token))
}

/// Sets the presence of an account's own party, publishes it (RFC 3903) and keeps it published: refreshed before it runs
/// out, published anew where the server has forgotten it, and after a failure tried again as a registration is. p: NULL, or
/// a state of 0: it is taken back; an account that publishes by itself then does that. Documents leave at least five seconds
/// after each other, and what changes meanwhile is one. While the account registers, or fails to, nothing leaves. It is
/// taken back with the account, and at the end of the phone. MICROSIP_EV_DONE with the token has the result of the first
/// try, MICROSIP_EV_PUBLICATION what becomes of it. In a library without MICROSIP_HAS_PUBLISH it is told to those who watch
/// this phone, and done at once. MICROSIP_E_ARG: p->state, p->activity or p->on_phone is out of range. MICROSIP_E_TEXT:
/// p->note is too long or has controls. MICROSIP_E_FULL: the end of one more command could not be kept; of an engine, too:
/// max_publications are there. MICROSIP_E_CLOSED: the phone was shut down. MICROSIP_E_UNSUPPORTED: the library can do neither.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_publish(
    phone: microsip_id,
    account: microsip_id,
    p: *const microsip_presence,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_account_publish", phone, |phone, now| unsafe {
        ops::presence::publish(phone, now, account, p, token)
    })
}

/// An account, in numbers. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_info_get(
    phone: microsip_id,
    account: microsip_id,
    out: *mut microsip_account_info,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_info_get", phone, |phone, _| unsafe { ops::account::info(phone, account, out) })
}

/// One of the classes of messages in the mailbox of an account, as its own server described it last. index: from 0. out->size must be set.
/// MICROSIP_NOTHING: there are no more, as where it gave no numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_mailbox_get(
    phone: microsip_id,
    account: microsip_id,
    index: u32,
    out: *mut microsip_entry,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_mailbox_get", phone, |phone, _| unsafe { ops::account::mailbox(phone, account, index, out) })
}
