//! Conferences and their members.

use super::{Done, call_id, range, refused, switch};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use microsip_core::base::time::Instant;
use microsip_core::phone::{CommandError, ConferenceId, Member, MemberChange, Phone};

pub(crate) fn conference_id(raw: u64) -> Result<ConferenceId, Fail> {
    ConferenceId::from_raw(raw).map_err(|error| Fail::id("conference", raw, error))
}

/// A call; or MICROSIP_SELF, the person.
fn member_of(raw: u64) -> Result<Member, Fail> {
    if raw == MICROSIP_SELF { Ok(Member::Person) } else { call_id(raw).map(Member::Call) }
}

pub(crate) const fn raw_of(member: Member) -> u64 {
    match member {
        Member::Person => MICROSIP_SELF,
        Member::Call(call) => call.raw(),
    }
}

const fn switched(on: bool) -> u32 {
    if on { MICROSIP_ON } else { MICROSIP_OFF }
}

/// A conference that is there; the fault of a command is then its member's.
fn found(phone: &Phone<'_>, raw: u64) -> Result<ConferenceId, Fail> {
    let id = conference_id(raw)?;
    phone.conference_tag(id).map_err(refused("conference", raw))?;
    Ok(id)
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn create(phone: &mut Phone<'_>, tag: u64, conference: *mut microsip_id) -> Done {
    let place = pointer::must(conference, "conference")?;
    let made = phone.conference_create(tag).map_err(|error| match error {
        CommandError::Unsupported => {
            let fix = "allows none, or the library was built without the feature conference";
            Fail::new(MICROSIP_E_UNSUPPORTED, "max_conferences", Value::None, fix)
        }
        error => Fail::command(error, "max_conferences", Value::None),
    })?;
    // SAFETY: not NULL.
    unsafe { pointer::put(place, made.raw()) };
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn member_set(
    phone: &mut Phone<'_>,
    now: Instant,
    conference: u64,
    member: u64,
    m: *const microsip_member,
) -> Done {
    // SAFETY: by contract.
    let given = unsafe { pointer::read_or_zero(m, "m")? };
    let fix = "is above 400";
    let gain = u16::try_from(given.gain_percent).map_err(|_| range("m->gain_percent", given.gain_percent, fix))?;
    let change = MemberChange {
        silent: switch(given.silent, "m->silent")?,
        deaf: switch(given.deaf, "m->deaf")?,
        gain_percent: (gain > 0).then_some(gain),
    };
    let (id, who) = (found(phone, conference)?, member_of(member)?);
    phone.conference_member_set(now, id, who, &change).map_err(|error| match error {
        CommandError::Range => range("m->gain_percent", given.gain_percent, fix),
        CommandError::State => super::ended("member", member),
        error => refused("member", member)(error),
    })
}

pub(crate) fn member_remove(phone: &mut Phone<'_>, now: Instant, conference: u64, member: u64) -> Done {
    let (id, who) = (found(phone, conference)?, member_of(member)?);
    phone.conference_member_remove(now, id, who).map_err(refused("member", member))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn member_get(phone: &Phone<'_>, conference: u64, member: u64, out: *mut microsip_member) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let (id, who) = (found(phone, conference)?, member_of(member)?);
    let info = phone.conference_member(id, who).map_err(refused("member", member))?;
    out.put(microsip_member {
        size: 0,
        silent: switched(info.silent),
        deaf: switched(info.deaf),
        gain_percent: u32::from(info.gain_percent),
        level: u32::from(info.level),
        talking: u32::from(info.talking),
    });
    Ok(())
}
