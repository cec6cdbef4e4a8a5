//! Source, mute and volume, of one call or of all.

use super::command;
use crate::abi::types::*;
use crate::ops;

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
/// 400 the most. target: a call; or MICROSIP_SELF: all calls, and those to come. MICROSIP_E_ARG: more, or another
/// side.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume_set(phone: microsip_id, target: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume_set", phone, |phone, _| ops::media::volume(phone, target, dev, percent))
}
