//! Conferences and their members.

use super::{command, read};
use crate::abi::types::*;
use crate::ops;

/// Makes an empty conference. tag: the application's own number, which its events carry. *conference: its id. All of
/// its members hear each other. microsip_id_release dissolves it, and its calls go on alone; microsip_hangup with its
/// id ends all of its calls. MICROSIP_E_FULL: max_conferences are there. MICROSIP_E_UNSUPPORTED: max_conferences is
/// none, or the library has no MICROSIP_HAS_CONFERENCE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_conference_create(phone: microsip_id, tag: u64, conference: *mut microsip_id) -> i32 {
    // SAFETY: by contract.
    command("microsip_conference_create", phone, |phone, _| unsafe { ops::conference::create(phone, tag, conference) })
}

/// Lets a call, or MICROSIP_SELF (microphone and loudspeaker), join a conference; or changes its part. It joins with
/// its next 10 ms of sound, in any state but ended, hears all others and not itself, and leaves with its end or for
/// another conference: MICROSIP_EV_MEMBER. Its own source and files that play into it are heard by it alone, beside the
/// others; the microphone comes from MICROSIP_SELF only, and an echo is silent. m: NULL: as it is. MICROSIP_E_STATE:
/// the call has ended. MICROSIP_E_ARG: no switch, or above 400 percent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_conference_member_set(
    phone: microsip_id,
    conference: microsip_id,
    member: microsip_id,
    m: *const microsip_member,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_conference_member_set", phone, |phone, now| unsafe {
        ops::conference::member_set(phone, now, conference, member, m)
    })
}

/// A member leaves: its call goes on alone, with its source. MICROSIP_NOTHING: it is not in that conference.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_conference_member_remove(
    phone: microsip_id,
    conference: microsip_id,
    member: microsip_id,
) -> i32 {
    command("microsip_conference_member_remove", phone, |phone, now| {
        ops::conference::member_remove(phone, now, conference, member)
    })
}

/// The part that a member takes, and its level. out->size must be set. MICROSIP_NOTHING: it is not in that conference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_conference_member_get(
    phone: microsip_id,
    conference: microsip_id,
    member: microsip_id,
    out: *mut microsip_member,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_conference_member_get", phone, |phone, _| unsafe {
        ops::conference::member_get(phone, conference, member, out)
    })
}
