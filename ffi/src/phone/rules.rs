//! Rules for incoming calls.

use super::{command, read};
use crate::abi::types::*;
use crate::ops;

/// Changes the rules for incoming calls of MICROSIP_SELF (the phone) or of an account: the members of `rules` that are
/// set, all of them or none. Calls that ring or are up keep the times that were set for them. MICROSIP_E_URI: a target of
/// forward_to and its like cannot be called. MICROSIP_E_BLOCKED: the account's dial plan does not allow one.
/// MICROSIP_E_TEXT: a text has controls, or the texts of one owner have more than 1024 bytes (of an engine, its
/// rule_bytes). MICROSIP_E_ARG: a number is out of its range. MICROSIP_E_UNSUPPORTED: without MICROSIP_HAS_RULES, or in
/// an engine that was made without rule_bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_rules_set(
    phone: microsip_id,
    owner: microsip_id,
    rules: *const microsip_rules,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_rules_set", phone, |phone, _| unsafe { ops::rules::rules_set(phone, owner, rules) })
}

/// The numbers in force for an account's calls, or of MICROSIP_SELF; 0: not set. Texts are NULL. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_rules_get(phone: microsip_id, owner: microsip_id, out: *mut microsip_rules) -> i32 {
    // SAFETY: by contract.
    read("microsip_rules_get", phone, |phone, _| unsafe { ops::rules::rules_get(phone, owner, out) })
}
