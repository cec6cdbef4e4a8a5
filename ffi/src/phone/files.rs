//! WAV files played into calls, and calls recorded into WAV files.

use super::{remember, sounding, with_shared};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::audio::wav::{self, FileCode, FileError, Mix};
use crate::host::signal::lock;
use crate::host::slots::Playing;
use crate::ops;
use core::ffi::c_char;
use std::path::Path;

fn file_fail(function: &str, error: &FileError) -> Fail {
    let code = match error.code {
        FileCode::Missing | FileCode::Denied => MICROSIP_E_FILE,
        FileCode::Format => MICROSIP_E_FORMAT,
        _ => MICROSIP_E_FILE,
    };
    let fail = Fail::new(code, "path", Value::None, "");
    remember(function, &fail, &error.text);
    fail
}

/// Plays a WAV file (8 to 32 bits, float or G.711, any rate, any channels) into a call, over its source: they are mixed, and the source goes on. Where the
/// file is to be heard alone, the source is MICROSIP_SRC_SILENCE; microsip_mute mutes both. loops: how often, 0 without end. It is opened before this
/// returns, and read while it plays; a pipe is read to its end first, at most 64 MB. It replaces a file that plays. MICROSIP_EV_PLAYED tells its
/// end, with *token (NULL: not wanted); its result is MICROSIP_E_FILE where it could not be read to its end.
/// MICROSIP_E_FILE: it cannot be opened or read. MICROSIP_E_FORMAT: it is no such WAV file. MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_play(phone: microsip_id, call: microsip_id, path: *const c_char, loops: u32, token: *mut u64) -> i32 {
    with_shared("microsip_play", phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        sounding(&lock(&shared.core), call)?;
        // no lock is held while the file is read
        let wake = crate::host::errands::Errands::waker(shared);
        let (player, feed) =
            wav::open(Path::new(path), shared.rate, loops, Some(wake)).map_err(|error| file_fail("microsip_play", &error))?;
        let given = shared.next_token();
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let Some((slot, old)) = core.slots.claim(id) else { return Err(Fail::new(MICROSIP_E_STALE, "call", Value::Id(call), "is gone")) };
        let before = slot.playing.replace(Playing { player, token: given, over: false });
        drop(core);
        drop((old, before));
        if let Some(feed) = feed {
            shared.errands.feed(feed);
        }
        // SAFETY: by contract.
        unsafe { pointer::put(token, given) };
        Ok(())
    })
}

/// Opens a WAV file as microsip_play would, and plays nothing: one that cannot be played is found before anybody is called. A pipe is left alone, for it
/// can be read only once.
/// MICROSIP_E_FILE, MICROSIP_E_FORMAT: as microsip_play.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_play_check(phone: microsip_id, path: *const c_char) -> i32 {
    with_shared("microsip_play_check", phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        wav::check(Path::new(path), shared.rate).map_err(|error| file_fail("microsip_play_check", &error))
    })
}

/// Stops the playing file; no event follows. MICROSIP_NOTHING: none plays.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_play_stop(phone: microsip_id, call: microsip_id) -> i32 {
    with_shared("microsip_play_stop", phone, |shared| {
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let before = core.slots.of(id).and_then(|slot| slot.playing.take());
        drop(core);
        if before.is_some_and(|playing| !playing.over) { Ok(()) } else { Err(Fail::NOTHING) }
    })
}

/// Records a call to a WAV file of 16 bits at the phone's rate. sides: MICROSIP_SIDES_*. It replaces a recording that runs, and ends with the call.
/// A file that can no longer be written is MICROSIP_EV_RECORD_FAILED. MICROSIP_E_FILE: it cannot be made. MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_record(phone: microsip_id, call: microsip_id, path: *const c_char, sides: u32) -> i32 {
    with_shared("microsip_record", phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        let mix = match sides {
            MICROSIP_SIDES_MIXED => Mix::Mono,
            MICROSIP_SIDES_STEREO => Mix::Stereo,
            MICROSIP_SIDES_SAID => Mix::Said,
            MICROSIP_SIDES_HEARD => Mix::Heard,
            _ => return Err(Fail::new(MICROSIP_E_ARG, "sides", Value::Number(i64::from(sides)), "is no MICROSIP_SIDES_*")),
        };
        sounding(&lock(&shared.core), call)?;
        let wake = crate::host::errands::Errands::waker(shared);
        let (recorder, file) =
            wav::record(Path::new(path), shared.rate, mix, Some(wake)).map_err(|error| file_fail("microsip_record", &error))?;
        shared.errands.record(call, file);
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let Some((slot, old)) = core.slots.claim(id) else { return Err(Fail::new(MICROSIP_E_STALE, "call", Value::Id(call), "is gone")) };
        let before = slot.recorder.replace(recorder);
        drop(core);
        drop((old, before));
        Ok(())
    })
}

/// Stops the recording; its file is complete shortly after. MICROSIP_NOTHING: none runs.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_record_stop(phone: microsip_id, call: microsip_id) -> i32 {
    with_shared("microsip_record_stop", phone, |shared| {
        let id = ops::call_id(call)?;
        let mut core = lock(&shared.core);
        // one that has ended may still have it
        core.phone.call_info(id).map_err(|error| Fail::command(error, "call", Value::Id(call)))?;
        let before = core.slots.of(id).and_then(|slot| slot.recorder.take());
        drop(core);
        if before.is_some() { Ok(()) } else { Err(Fail::NOTHING) }
    })
}
