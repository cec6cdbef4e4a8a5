//! The members of the options of calls: which are set, and whom they are for.

use super::Done;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value};
use microsip_core::base::features;
use microsip_core::phone::CommandError;

/// The caller is to be named otherwise than as the account's, or not at all, or says where it is.
pub(super) fn names_caller(given: &microsip_options) -> bool {
    let names = given.privacy != 0 || !given.caller.is_null() || !given.identity.is_null();
    names || !given.location.is_null() || given.location_use != 0
}

/// Members are set that are for refusing or ending a call.
pub(super) fn ends(given: &microsip_options) -> bool {
    !given.reason.is_null() || !given.contacts.is_null()
}

/// Members are set that are for a call which begins or is answered.
pub(super) fn begins(given: &microsip_options) -> bool {
    given.source != 0
        || given.tag != 0
        || given.dtmf | given.dtmf_ms | given.dtmf_gap_ms | given.dtmf_level_db != 0
        || given.reliable != 0
        || given.session_timer | given.session_expires | given.min_se | given.session_refresher != 0
        || !given.codecs.is_null()
        || !given.info_packages.is_null()
}

/// Members are set that are for calls, and not for their transfer.
pub(super) fn is_for_calls(given: &microsip_options) -> bool {
    !given.display_name.is_null() || names_caller(given) || ends(given) || begins(given)
}

/// Members are set by which a call is made because of a REFER, or takes another's place.
pub(super) fn directs(given: &microsip_options) -> bool {
    given.refer | given.replaces != 0 || !given.pickup.is_null()
}

pub(super) const fn does_not_apply() -> Fail {
    Fail::new(MICROSIP_E_ARG, "o", Value::None, "has members set that do not apply here")
}

/// The members of features that this library is built without are not set.
pub(super) fn built(given: &microsip_options) -> Done {
    let unsupported = |argument| Err(Fail::command(CommandError::Unsupported, argument, Value::None));
    if !features::REFER && (directs(given) || given.no_progress != 0) {
        return unsupported("o->refer, o->replaces, o->pickup or o->no_progress");
    }
    if !features::PACKAGES && !given.info_packages.is_null() {
        return unsupported("o->info_packages");
    }
    Ok(())
}
