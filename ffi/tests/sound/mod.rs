//! A file to play.

use microsip::abi::types::*;

pub(crate) fn sound(path: *const core::ffi::c_char, loops: u32) -> microsip_sound {
    microsip_sound { size: size_of::<microsip_sound>() as u32, loops, mode: MICROSIP_PLAY_NOW, reserved: 0, path }
}
