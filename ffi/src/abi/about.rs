//! The library about itself: its versions, its compiled features, and its results in words.

use super::code::describe;
use super::types::*;
use core::ffi::c_char;

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
    let host = if cfg!(feature = "host") { MICROSIP_HAS_HOST } else { 0 };
    let devices = if cfg!(feature = "device") { MICROSIP_HAS_DEVICES } else { 0 };
    host | devices
}

/// The library's ABI version: the first argument of `microsip_create` and `microsip_engine_init`.
#[unsafe(no_mangle)]
pub const extern "C" fn microsip_abi_version() -> u32 {
    MICROSIP_ABI_VERSION
}
