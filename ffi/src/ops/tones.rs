//! Tones that the phone plays by itself.

use super::{Done, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{CallId, CommandError, ConferenceId, Phone, ToneTarget, Tones};

/// The settings of the caller's, and the path of its ring.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
pub(crate) unsafe fn said<'c>(t: *const microsip_tones) -> Result<(Tones<'c>, Option<&'c str>), Fail> {
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(t, "t")? };
    if given.reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "t->reserved", Value::None, "is not 0: use MICROSIP_ZERO on it"));
    }
    // SAFETY: as above.
    let (country, path) =
        unsafe { (text::optional(given.country, "t->country")?, text::optional(given.ring_path, "t->ring_path")?) };
    Ok((Tones { country, play: given.play, refusal_ms: given.refusal_ms, ring_percent: None }, path))
}

pub(crate) fn give(phone: &mut Phone<'_>, tones: &Tones<'_>) -> Done {
    phone.set_tones(tones).map_err(|error| match error {
        CommandError::Range if tones.refusal_ms > 60_000 => {
            range("t->refusal_ms", tones.refusal_ms, "is above a minute, 60000")
        }
        CommandError::Range => range("t->play", tones.play, "has bits that are no MICROSIP_TONES_*"),
        CommandError::Nothing => {
            let fix = "is no country of MICROSIP_TXT_COUNTRY: use \"\" for the tones that ITU-T recommends";
            Fail::new(MICROSIP_E_ARG, "t->country", Value::text(tones.country.unwrap_or_default()), fix)
        }
        _ => unsupported("t"),
    })
}

fn unsupported(argument: &'static str) -> Fail {
    let fix = "needs the feature tones, which this library was built without";
    Fail::new(MICROSIP_E_UNSUPPORTED, argument, Value::None, fix)
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn set(phone: &mut Phone<'_>, t: *const microsip_tones) -> Done {
    // SAFETY: by contract.
    let (tones, path) = unsafe { said(t)? };
    if path.is_some_and(|path| !path.is_empty()) {
        let fix = "needs a host: an engine's ring is the mic of microsip_engine_audio with MICROSIP_RING";
        return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "t->ring_path", Value::None, fix));
    }
    give(phone, &tones)
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn get(phone: &Phone<'_>, out: *mut microsip_tones) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.tones();
    out.put(microsip_tones {
        size: 0,
        play: if info.play == 0 { MICROSIP_NONE } else { info.play },
        refusal_ms: info.refusal_ms,
        reserved: 0,
        country: core::ptr::null(),
        ring_path: core::ptr::null(),
    });
    Ok(())
}

pub(crate) fn start(phone: &mut Phone<'_>, now: Instant, tone: u32) -> Done {
    phone.start_tone(now, tone).map_err(|error| match error {
        CommandError::Range => range("tone", tone, "is no MICROSIP_TONE_*"),
        CommandError::State => {
            Fail::new(MICROSIP_E_STATE, "tone", Value::Number(tone.into()), "cannot be heard: the phone was shut down")
        }
        _ => unsupported("tone"),
    })
}

/// Milliseconds of the longest tone.
const DAY_MS: u32 = 86_400_000;

/// A call or a conference.
fn target_of(raw: u64) -> Result<ToneTarget, Fail> {
    if raw == MICROSIP_SELF {
        let fix = "is MICROSIP_SELF, the person at the device: microsip_tone_start plays a tone for that";
        return Err(Fail::new(MICROSIP_E_ARG, "target", Value::None, fix));
    }
    match ConferenceId::from_raw(raw) {
        Ok(conference) if features::CONFERENCE => Ok(ToneTarget::Conference(conference)),
        _ => CallId::from_raw(raw).map(ToneTarget::Call).map_err(|error| Fail::id("target", raw, error)),
    }
}

pub(crate) fn play(phone: &mut Phone<'_>, now: Instant, target: u64, tone: u32, ms: u32, token: u64) -> Done {
    if !features::TONES {
        return Err(unsupported("tone"));
    }
    let place = target_of(target)?;
    phone.play_tone(now, place, tone, ms, token).map_err(|error| match error {
        CommandError::Range if ms > DAY_MS => range("ms", ms, "is above a day, 86400000"),
        CommandError::Range => {
            range("tone", tone, "is no MICROSIP_TONE_* but the ring, nor the ASCII code of 0 to 9, *, #, A to D")
        }
        CommandError::Unsupported => unsupported("tone"),
        CommandError::State if matches!(place, ToneTarget::Conference(_)) => {
            let fix = "has no call as a member, and nobody would hear it: microsip_conference_member_set joins one";
            Fail::new(MICROSIP_E_STATE, "target", Value::Id(target), fix)
        }
        CommandError::State => super::ended("target", target),
        error => refused("target", target)(error),
    })
}

pub(crate) fn stop(phone: &mut Phone<'_>, now: Instant, target: u64) -> Done {
    if target == MICROSIP_SELF {
        return phone.stop_tone(now).map_err(|_| Fail::NOTHING);
    }
    if !features::TONES {
        return Err(Fail::NOTHING);
    }
    phone.stop_played_tone(now, target_of(target)?).map_err(|error| match error {
        CommandError::Nothing => Fail::NOTHING,
        error => refused("target", target)(error),
    })
}

/// The volume of the ring.
pub(crate) fn ring_volume(phone: &mut Phone<'_>, percent: u32) -> Done {
    phone.set_tones(&Tones { ring_percent: Some(percent), ..Tones::default() }).map_err(|error| match error {
        CommandError::Range => range("percent", percent, "is above 400"),
        _ => unsupported("dev"),
    })
}

/// A country's two letters: that of the tones in force, or the nth of those that there are.
pub(crate) fn country(phone: &Phone<'_>, index: u32, cursor: &mut Cursor<'_>) -> Done {
    let code = match index.checked_sub(1) {
        _ if !features::TONES => return Err(Fail::NOTHING),
        None => phone.tones().country,
        Some(nth) => phone.tones_country(nth as usize).ok_or(Fail::NOTHING)?,
    };
    cursor.put_str(code);
    Ok(())
}
