//! Source, mute and volume, of one call or of all.

use super::files::file_fail;
use super::{command, read, with_shared};
use crate::abi::types::*;
use crate::host::audio::wav;
use crate::host::signal::lock;
use crate::ops;
use std::path::Path;

/// Chooses the source of the sound that the peer hears: MICROSIP_SRC_*. It switches with the next 10 ms; a playing file
/// lies over each of them. MICROSIP_E_ARG: another number.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_source_set(phone: microsip_id, target: microsip_id, source: u32) -> i32 {
    command("microsip_source_set", phone, |phone, _| ops::media::source(phone, target, source))
}

/// Silences our sound: 1 on, 0 off. target: a call; or MICROSIP_SELF: all calls, and those to come. Packets go on.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_mute_set(phone: microsip_id, target: microsip_id, on: u32) -> i32 {
    command("microsip_mute_set", phone, |phone, _| ops::media::mute(phone, target, on))
}

/// The volume of one side, dev MICROSIP_DEV_INPUT (our sound) or _OUTPUT (the peer's), in percent: 100 is as it came,
/// 400 the most. target: a call; or MICROSIP_SELF: all calls, and those to come, and with MICROSIP_DEV_RING the ring.
/// MICROSIP_E_ARG: more, or another side.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume_set(phone: microsip_id, target: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume_set", phone, |phone, _| ops::media::volume(phone, target, dev, percent))
}

/// Changes the tones that the phone plays by itself: the members of t that are set, all of them or none. A ring that
/// sounds goes on as it is. MICROSIP_E_ARG: a number is out of its range, or no such country is known. MICROSIP_E_FILE,
/// MICROSIP_E_FORMAT: ring_path. MICROSIP_E_UNSUPPORTED: without
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
