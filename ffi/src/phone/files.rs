//! WAV files played into calls, and calls recorded into WAV files.

use super::{remember, sounding, target_of, with_shared};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::audio::wav::{self, FileCode, FileError, Mix};
use crate::host::shared::Shared;
use crate::host::signal::lock;
use crate::host::slots::{Playing, Slot};
use core::ffi::c_char;
use std::path::Path;

pub(super) fn file_fail(function: &str, error: &FileError) -> Fail {
    let code = match error.code {
        FileCode::Missing | FileCode::Denied => MICROSIP_E_FILE,
        FileCode::Format => MICROSIP_E_FORMAT,
        _ => MICROSIP_E_FILE,
    };
    let fail = Fail::new(code, "path", Value::None, "");
    remember(function, &fail, &error.text);
    fail
}

/// Plays a sound into a call, or to all members of a conference. target: a call or a conference. It is mixed with the call's source, which goes on:
/// where the sound is to be heard alone, the source is MICROSIP_SRC_SILENCE. It is opened before this returns, and read
/// while it plays; a pipe is read to its end first, at most 64 MB, and waits for who writes to it. It replaces the sound that plays there.
/// MICROSIP_EV_DONE with MICROSIP_OP_PLAY and the token follows at its end. With MICROSIP_PLAY_CHECK nothing is played
/// and no event follows, and target may be MICROSIP_SELF: a file that cannot be played is found before a call is made.
/// MICROSIP_E_FILE: it cannot be opened or read. MICROSIP_E_FORMAT: it is no such WAV file. MICROSIP_E_STATE: the call
/// has ended. MICROSIP_E_FULL: the end of one more command could not be kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_sound_play(
    phone: microsip_id,
    target: microsip_id,
    s: *const microsip_sound,
    token: u64,
) -> i32 {
    const NAME: &str = "microsip_sound_play";
    with_shared(NAME, phone, |shared| {
        // SAFETY: by contract.
        let (sound, path) = unsafe {
            let sound = pointer::read(s, "s")?;
            (sound, text::needed(sound.path, "s->path")?)
        };
        if sound.reserved != 0 {
            return Err(Fail::new(MICROSIP_E_NEWER, "s->reserved", Value::None, "is not 0: use MICROSIP_ZERO"));
        }
        match sound.mode {
            MICROSIP_PLAY_NOW => {}
            MICROSIP_PLAY_CHECK => {
                return wav::check(Path::new(path), shared.rate).map_err(|error| file_fail(NAME, &error));
            }
            mode => {
                return Err(Fail::new(
                    MICROSIP_E_ARG,
                    "s->mode",
                    Value::Number(i64::from(mode)),
                    "is no MICROSIP_PLAY_*",
                ));
            }
        }
        // the file counts rounds from 1, and 0 is without end
        let loops = if sound.loops == MICROSIP_FOREVER { 0 } else { sound.loops.max(1) };
        sounding(&lock(&shared.core), target)?;
        // no lock is held while the file is read
        let wake = shared.errand_waker();
        let (playing, feed) = owing(shared, token, || {
            let (player, feed) =
                wav::open(Path::new(path), shared.rate, loops, Some(wake)).map_err(|error| file_fail(NAME, &error))?;
            let playing = Playing { player, token, over: false };
            Ok((in_slot(shared, target, |slot| slot.playing.replace(playing))?, feed))
        })?;
        let before = Slot { target, playing, ..Slot::default() };
        shared.dropped(Some(&before));
        drop(before);
        if let Some(feed) = feed {
            shared.errands.feed(feed);
        }
        Ok(())
    })
}

/// A command that owes its end: nothing of it is done, and no file made, where its end could not be kept.
fn owing<T>(shared: &Shared, token: u64, act: impl FnOnce() -> Result<T, Fail>) -> Result<T, Fail> {
    shared.owe_done(token)?;
    let done = act();
    if done.is_err() {
        shared.forgo_done(token);
    }
    done
}

/// Changes a call's slot. Its old values are handed out, to be freed without the lock.
fn in_slot<T>(shared: &Shared, call: u64, change: impl FnOnce(&mut Slot) -> T) -> Result<T, Fail> {
    let mut core = lock(&shared.core);
    let claimed = sounding(&core, call)
        .and_then(|id| core.slots.claim(id).ok_or(Fail::new(MICROSIP_E_STALE, "target", Value::Id(call), "is gone")));
    match claimed {
        Ok((slot, old)) => {
            let before = change(slot);
            drop(core);
            shared.dropped(old.as_ref());
            Ok(before)
        }
        Err(fail) => Err(fail),
    }
}

/// Stops the sound that plays there: its end is MICROSIP_E_CANCELLED. target: a call or a conference. MICROSIP_NOTHING: none plays.
/// MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_sound_stop(phone: microsip_id, target: microsip_id) -> i32 {
    with_shared("microsip_sound_stop", phone, |shared| {
        let mut core = lock(&shared.core);
        let id = sounding(&core, target)?;
        let playing = core.slots.of(id).and_then(|slot| slot.playing.take());
        drop(core);
        let before = Slot { target, playing, ..Slot::default() };
        shared.dropped(Some(&before));
        if before.playing.is_some_and(|playing| !playing.over) { Ok(()) } else { Err(Fail::NOTHING) }
    })
}

/// Records a call, or the whole of a conference, to a WAV file of 16 bits at the phone's rate. target: a call or a
/// conference. sides: MICROSIP_SIDES_*; of a conference our sound is what plays there and what microsip_pcm_write
/// gives, the peer's that of all members. It replaces a recording that runs, and ends with the call or the conference.
/// MICROSIP_EV_DONE with MICROSIP_OP_RECORD and the token follows when the file is complete, or (MICROSIP_E_FILE) could
/// not be written on. MICROSIP_E_FILE: it cannot be made. MICROSIP_E_STATE: the call has ended. MICROSIP_E_FULL: the
/// end of one more command could not be kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_record_start(
    phone: microsip_id,
    target: microsip_id,
    path: *const c_char,
    sides: u32,
    token: u64,
) -> i32 {
    const NAME: &str = "microsip_record_start";
    with_shared(NAME, phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        let mix = match sides {
            MICROSIP_SIDES_MIXED => Mix::Mono,
            MICROSIP_SIDES_STEREO => Mix::Stereo,
            MICROSIP_SIDES_SAID => Mix::Said,
            MICROSIP_SIDES_HEARD => Mix::Heard,
            _ => {
                return Err(Fail::new(
                    MICROSIP_E_ARG,
                    "sides",
                    Value::Number(i64::from(sides)),
                    "is no MICROSIP_SIDES_*",
                ));
            }
        };
        sounding(&lock(&shared.core), target)?;
        let wake = shared.errand_waker();
        let (before, file) = owing(shared, token, || {
            let (recorder, file) =
                wav::record(Path::new(path), shared.rate, mix, Some(wake)).map_err(|error| file_fail(NAME, &error))?;
            Ok((in_slot(shared, target, |slot| slot.recorder.replace(recorder))?, file))
        })?;
        shared.errands.record(target, token, file);
        drop(before);
        Ok(())
    })
}

/// Stops the recording; its file is complete shortly after, with MICROSIP_EV_DONE. target: a call or a conference.
/// MICROSIP_NOTHING: none runs.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_record_stop(phone: microsip_id, target: microsip_id) -> i32 {
    with_shared("microsip_record_stop", phone, |shared| {
        let mut core = lock(&shared.core);
        // a call that has ended may still have it
        let id = target_of(&core, target)?;
        let before = core.slots.of(id).and_then(|slot| slot.recorder.take());
        drop(core);
        if before.is_some() { Ok(()) } else { Err(Fail::NOTHING) }
    })
}
