//! The library about itself: its versions, its compiled features, and its results in words.

use super::code::describe;
use super::types::*;
use core::ffi::c_char;
use microsip_core::base::features;

/// The meaning of a result, as static text.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_strerror(result: i32) -> *const c_char {
    describe(result).as_ptr()
}

/// The library's version, as static text (C#: declare IntPtr, never string).
#[unsafe(no_mangle)]
pub extern "C" fn microsip_version() -> *const c_char {
    const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes();
    VERSION.as_ptr().cast()
}

/// Features that are compiled in: a set of MICROSIP_HAS_*.
#[unsafe(no_mangle)]
pub const extern "C" fn microsip_features() -> u32 {
    const fn bit(has: bool, bit: u32) -> u32 {
        if has { bit } else { 0 }
    }
    bit(cfg!(feature = "host"), MICROSIP_HAS_HOST)
        | bit(features::SHA2, MICROSIP_HAS_SHA2)
        | bit(features::REDIRECT, MICROSIP_HAS_REDIRECT)
        | bit(features::RTCP, MICROSIP_HAS_RTCP)
        | bit(features::STREAM, MICROSIP_HAS_STREAM)
        | bit(features::TRACE, MICROSIP_HAS_TRACE)
        | bit(features::RESAMPLE, MICROSIP_HAS_RESAMPLE)
        | bit(features::CONCEAL, MICROSIP_HAS_CONCEAL)
        | bit(features::TONES, MICROSIP_HAS_TONES)
        | bit(features::SDP_HOSTS, MICROSIP_HAS_SDP_HOSTS)
        | bit(features::REOFFER, MICROSIP_HAS_REOFFER)
        | bit(features::CONFERENCE, MICROSIP_HAS_CONFERENCE)
        | bit(features::NUMBERS, MICROSIP_HAS_NUMBERS)
        | bit(features::INFO, MICROSIP_HAS_INFO)
        | bit(features::HEAR_KEYS, MICROSIP_HAS_HEAR_KEYS)
        | bit(features::QUALITY, MICROSIP_HAS_QUALITY)
        | bit(features::RULES, MICROSIP_HAS_RULES)
        | bit(features::IDENTITY, MICROSIP_HAS_IDENTITY)
        | bit(features::TIMERS, MICROSIP_HAS_TIMERS)
        | bit(features::RELIABLE, MICROSIP_HAS_RELIABLE)
        | bit(features::MESSAGE, MICROSIP_HAS_MESSAGE)
        | bit(features::SUBSCRIBE, MICROSIP_HAS_SUBSCRIBE)
        | bit(features::LISTS, MICROSIP_HAS_LISTS)
        | bit(features::REFER, MICROSIP_HAS_REFER)
        | bit(features::NOTIFY, MICROSIP_HAS_NOTIFY)
        | bit(features::IMDN, MICROSIP_HAS_IMDN)
        | bit(features::PUBLISH, MICROSIP_HAS_PUBLISH)
        | bit(cfg!(feature = "sentences"), MICROSIP_HAS_SENTENCES)
        | bit(cfg!(feature = "device"), MICROSIP_HAS_DEVICES)
        | bit(features::G722, MICROSIP_HAS_G722)
        | bit(features::L16, MICROSIP_HAS_L16)
        | bit(features::CODECS, MICROSIP_HAS_CODECS)
}

/// The library's ABI version: the first argument of `microsip_create` and `microsip_engine_init`.
#[unsafe(no_mangle)]
pub const extern "C" fn microsip_abi_version() -> u32 {
    MICROSIP_ABI_VERSION
}
