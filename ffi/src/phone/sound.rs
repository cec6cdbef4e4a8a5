//! Source, mute and volume, of one call or of all.

use super::files::file_fail;
use super::{command, read, sounding, with_shared};
use crate::abi::text;
use crate::abi::types::*;
use crate::host::audio::wav;
use crate::host::signal::lock;
use crate::ops;
use core::ffi::c_char;
use microsip_core::phone::CallId;
use std::path::Path;

/// Chooses the source of the sound that the peer hears: MICROSIP_SRC_*. It switches with the next 10 ms; a playing file
/// lies over each of them. MICROSIP_E_ARG: another number. MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_source_set(phone: microsip_id, target: microsip_id, source: u32) -> i32 {
    command("microsip_source_set", phone, |phone, _| ops::media::source(phone, target, source))
}

/// Chooses the sound that a far end hears while we hold it, MICROSIP_MUSIC_*: it begins with the hold, ends with it, and
/// changes at once where one is on hold. Mute and volume of our sound are not for it; a file that plays lies over it. In a
/// conference the far end of a member on hold hears its music and no member, the members hear nothing of it, and it
/// stays a member until it leaves. A file is opened, read as a whole and brought to the phone's rate before this returns,
/// which takes a while for a long one; a pipe waits for who writes to it. target: a call; or MICROSIP_SELF: all calls,
/// and those to come. path: with MICROSIP_MUSIC_FILE, a WAV file, of which at most 64 MB at the phone's rate are kept (an
/// hour at 8000); else NULL. MICROSIP_E_ARG: another number; MICROSIP_MUSIC_FILE without a path, or a path with another
/// music. MICROSIP_E_FILE: it cannot be opened or read. MICROSIP_E_FORMAT: it is no such WAV file, or too long.
/// MICROSIP_E_STATE: the call has ended. MICROSIP_E_UNSUPPORTED: without MICROSIP_HAS_REOFFER; a file of an engine, whose
/// music is that of microsip_engine_audio.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_music_set(
    phone: microsip_id,
    target: microsip_id,
    music: u32,
    path: *const c_char,
) -> i32 {
    const NAME: &str = "microsip_music_set";
    with_shared(NAME, phone, |shared| {
        // SAFETY: by contract.
        let (music, path) = ops::media::music_of(music, unsafe { text::optional(path, "path")? })?;
        let call = match target {
            MICROSIP_SELF => None,
            target => {
                let call = ops::call_id(target)?;
                sounding(&lock(&shared.core), target)?;
                Some(call)
            }
        };
        // no lock is held while the file is read
        let sound = match path {
            Some(path) => Some(wav::load(Path::new(path), shared.rate).map_err(|error| file_fail(NAME, &error))?),
            None => None,
        };
        let mut core = lock(&shared.core);
        core.phone.set_hold_music(call.unwrap_or(CallId::NONE), music).map_err(ops::refused("target", target))?;
        let before = core.slots.set_music(call, sound);
        drop(core);
        before.iter().for_each(|slot| shared.dropped(Some(slot)));
        Ok(())
    })
}

/// Silences our sound (MICROSIP_ON), or not (MICROSIP_OFF). target: a call; or MICROSIP_SELF: all calls, and those to come.
/// Packets go on. MICROSIP_E_ARG: on is another number. MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_mute_set(phone: microsip_id, target: microsip_id, on: u32) -> i32 {
    command("microsip_mute_set", phone, |phone, _| ops::media::mute(phone, target, on))
}

/// The volume of one side, dev MICROSIP_DEV_INPUT (our sound) or _OUTPUT (the peer's), in percent: 100 is as it came,
/// 400 the most. target: a call; or MICROSIP_SELF: all calls, and those to come, and with MICROSIP_DEV_RING the ring.
/// MICROSIP_E_ARG: more than 400, or another side. MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume_set(phone: microsip_id, target: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume_set", phone, |phone, _| ops::media::volume(phone, target, dev, percent))
}

/// Changes the tones that the phone plays by itself: the members of t that are set, all of them or none. A ring that
/// sounds goes on as it is. MICROSIP_E_ARG: a number is out of its range, or no such country is known. MICROSIP_E_FILE,
/// MICROSIP_E_FORMAT: ring_path cannot be played. MICROSIP_E_UNSUPPORTED: without
/// MICROSIP_HAS_TONES; ring_path of an engine, which takes its ring by microsip_engine_audio.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_tones_set(phone: microsip_id, t: *const microsip_tones) -> i32 {
    const NAME: &str = "microsip_tones_set";
    with_shared(NAME, phone, |shared| {
        // SAFETY: by contract.
        let (tones, path) = unsafe { ops::tones::said(t)? };
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            wav::check(Path::new(path), shared.rate).map_err(|error| file_fail(NAME, &error))?;
        }
        ops::tones::give(&mut lock(&shared.core).phone, &tones)?;
        if let Some(path) = path {
            *shared.ring_file.lock() = (!path.is_empty()).then(|| path.into());
        }
        Ok(())
    })
}

/// The tones that the phone plays by itself, in numbers; play is MICROSIP_NONE where it plays none. Texts are NULL:
/// MICROSIP_TXT_COUNTRY has the country. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_tones_get(phone: microsip_id, out: *mut microsip_tones) -> i32 {
    // SAFETY: by contract.
    read("microsip_tones_get", phone, |phone, _| unsafe { ops::tones::get(phone, out) })
}

/// Plays a tone of the country that microsip_tones_set has chosen to the person at the phone, in place of one that this
/// has begun already; nobody else hears it. It goes on until microsip_tone_stop, but for the beep, which is over by
/// itself. The ring sounds on the ring device, as for a call; the others in the loudspeaker, before those that the phone
/// plays by itself. MICROSIP_E_ARG: another number. MICROSIP_E_UNSUPPORTED: without MICROSIP_HAS_TONES.
/// MICROSIP_E_STATE: the phone was shut down.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_tone_start(phone: microsip_id, tone: u32) -> i32 {
    command("microsip_tone_start", phone, |phone, now| ops::tones::start(phone, now, tone))
}

/// Plays a tone into a call, whose far end hears it, or to all members of a conference, in place of one that this has
/// begun there: a MICROSIP_TONE_* of the country that microsip_tones_set has chosen, but not the ring; or a key by its
/// ASCII code, '0' to '9', '*', '#', 'A' to 'D': its pair of frequencies, which is a sound and no digit. It lies over
/// the sound of the call's source and over a file that plays there, which go on, so mute and volume of our sound are
/// for it too: where it is to be heard alone, the source is MICROSIP_SRC_SILENCE. ms: its length, a day at most; 0:
/// until microsip_tone_stop, but for the beep, which is over by itself. It begins with the call's media, and waits
/// while the far end holds us, for nobody would hear it; over our own hold it is heard. In a conference it goes on for
/// as long as a call is a member. MICROSIP_EV_DONE with MICROSIP_OP_TONE and the token follows at its end. target: a
/// call or a conference. MICROSIP_E_ARG: another number, more than a day, or MICROSIP_SELF. MICROSIP_E_STATE: the call has ended, or
/// no call is a member of the conference. MICROSIP_E_FULL: the end of one more command could not be kept.
/// MICROSIP_E_UNSUPPORTED: without MICROSIP_HAS_TONES.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_tone_play(phone: microsip_id, target: microsip_id, tone: u32, ms: u32, token: u64) -> i32 {
    command("microsip_tone_play", phone, |phone, now| ops::tones::play(phone, now, target, tone, ms, token))
}

/// Ends the tone of microsip_tone_play in a call or a conference, or, with MICROSIP_SELF, that of microsip_tone_start: it
/// fades. target: MICROSIP_SELF, a call or a conference. MICROSIP_NOTHING: none plays.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_tone_stop(phone: microsip_id, target: microsip_id) -> i32 {
    command("microsip_tone_stop", phone, |phone, now| ops::tones::stop(phone, now, target))
}
