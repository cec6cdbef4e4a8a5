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

/// Members are set by which a call is made because of a REFER, or takes another's place.
pub(super) fn directs(given: &microsip_options) -> bool {
    given.refer | given.replaces != 0 || !given.pickup.is_null()
}

/// A command that takes options, as a bit.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum For {
    Dial = 1,
    Answer = 2,
    Reject = 4,
    Hangup = 8,
    Transfer = 16,
}

/// Those that begin a call, or answer one.
const BEGIN: u8 = For::Dial as u8 | For::Answer as u8;
/// Those that refuse or end one.
const END: u8 = For::Reject as u8 | For::Hangup as u8;

/// No member is set that is for other commands. Those of features that this library is built without are not looked at:
/// [`built`] has found none.
pub(super) fn apply(given: &microsip_options, to: For) -> Done {
    let location = !given.location.is_null() || given.location_use != 0;
    let foreign = |set: bool, of: u8| set && of & to as u8 == 0;
    let member = if foreign(given.source != 0, BEGIN) {
        "o->source"
    } else if foreign(given.tag != 0, BEGIN) {
        "o->tag"
    } else if foreign(!given.display_name.is_null(), For::Dial as u8) {
        "o->display_name"
    } else if foreign(!given.codecs.is_null(), BEGIN) {
        "o->codecs"
    } else if foreign(!given.caller.is_null(), For::Dial as u8) {
        "o->caller"
    } else if foreign(!given.identity.is_null(), For::Dial as u8) {
        "o->identity"
    } else if foreign(!given.reason.is_null(), END) {
        "o->reason"
    } else if foreign(given.privacy != 0, For::Dial as u8) {
        "o->privacy"
    } else if foreign(given.dtmf != 0, BEGIN) {
        "o->dtmf"
    } else if foreign(given.reliable != 0, BEGIN) {
        "o->reliable"
    } else if foreign(location, For::Dial as u8) {
        "o->location or o->location_use"
    } else if foreign(!given.contacts.is_null(), For::Reject as u8) {
        "o->contacts"
    } else if foreign(given.session_timer != 0, BEGIN) {
        "o->session_timer"
    } else if foreign(given.session_expires != 0, BEGIN) {
        "o->session_expires"
    } else if foreign(given.min_se != 0, BEGIN) {
        "o->min_se"
    } else if foreign(given.session_refresher != 0, BEGIN) {
        "o->session_refresher"
    } else if foreign(given.dtmf_ms != 0, BEGIN) {
        "o->dtmf_ms"
    } else if foreign(given.dtmf_gap_ms != 0, BEGIN) {
        "o->dtmf_gap_ms"
    } else if foreign(given.dtmf_level_db != 0, BEGIN) {
        "o->dtmf_level_db"
    } else if foreign(features::REFER && given.no_progress != 0, For::Transfer as u8) {
        "o->no_progress"
    } else if foreign(features::REFER && given.refer != 0, For::Dial as u8) {
        "o->refer"
    } else if foreign(features::REFER && given.replaces != 0, For::Dial as u8) {
        "o->replaces"
    } else if foreign(features::REFER && !given.pickup.is_null(), For::Dial as u8) {
        "o->pickup"
    } else if foreign(features::PACKAGES && !given.info_packages.is_null(), For::Dial as u8) {
        "o->info_packages"
    } else {
        return Ok(());
    };
    Err(does_not_apply(member))
}

/// A member that this command has no use for.
pub(super) const fn does_not_apply(member: &'static str) -> Fail {
    let fix = "is set, but does not apply here: leave it NULL or 0, as MICROSIP_ZERO makes it";
    Fail::new(MICROSIP_E_ARG, member, Value::None, fix)
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
