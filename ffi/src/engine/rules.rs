//! Rules for incoming calls.

use super::{command, microsip_engine};
use crate::abi::types::*;
use crate::ops;

/// As microsip_rules_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_rules_set(
    e: *mut microsip_engine,
    now_us: u64,
    owner: microsip_id,
    rules: *const microsip_rules,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_rules_set", e, now_us, |phone, _| unsafe { ops::rules::rules_set(phone, owner, rules) })
}

/// As microsip_rules_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_rules_get(
    e: *mut microsip_engine,
    now_us: u64,
    owner: microsip_id,
    out: *mut microsip_rules,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_rules_get", e, now_us, |phone, _| unsafe { ops::rules::rules_get(phone, owner, out) })
}
