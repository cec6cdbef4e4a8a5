//! Texts, addresses and results as C has them.

use std::ffi::{CStr, CString, c_char};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ptr::null;

use super::c;
use crate::output::harmless;
use crate::words;

/// A refusal of a C function: its code, and the last error's text.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The library's words for a result code.
pub(crate) fn strerror(code: i32) -> String {
    static_text(c::microsip_strerror(code))
}

pub(super) fn check(code: i32) -> Result<(), Failure> {
    if code >= 0 {
        return Ok(());
    }
    // SAFETY: the library writes at most `cap` bytes to `buf`.
    let last = read_text(|buf, cap, needed| unsafe { c::microsip_last_error(buf, cap, needed) });
    let text = last.ok().filter(|text| !text.is_empty()).map_or_else(|| strerror(code), |text| words::spoken(&text));
    Err(Failure { code, text })
}

/// Reads a text the way C does: once for its length where a first buffer is too small. Texts of calls are the far end's.
pub(super) fn read_text(mut get: impl FnMut(*mut c_char, u32, *mut u32) -> i32) -> Result<String, Failure> {
    let (mut small, mut large, mut needed) = ([0u8; 256], Vec::new(), 0u32);
    let mut buffer = &mut small[..];
    let mut code = get(buffer.as_mut_ptr().cast(), buffer.len() as u32, &raw mut needed);
    if code == c::MICROSIP_E_BUFFER {
        large.resize(needed as usize, 0);
        buffer = &mut large;
        code = get(buffer.as_mut_ptr().cast(), buffer.len() as u32, &raw mut needed);
    }
    match code {
        c::MICROSIP_OK => {
            let text = CStr::from_bytes_until_nul(buffer).unwrap_or_default();
            Ok(harmless(&text.to_string_lossy()))
        }
        // there is none, which needs no words
        c::MICROSIP_NOTHING => Err(Failure { code, text: String::new() }),
        _ => Err(Failure { code, text: strerror(code) }),
    }
}

pub(super) fn text(text: &str) -> Result<CString, Failure> {
    CString::new(text)
        .map_err(|_| Failure { code: c::MICROSIP_E_TEXT, text: "a text contains a NUL byte; remove it".to_owned() })
}

pub(super) fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(null(), |text| text.as_ptr())
}

pub(super) fn static_text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and the library's static texts end with NUL.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

pub(super) fn socket_address(address: &c::microsip_addr) -> SocketAddr {
    match (address.family, address.ip) {
        // a link-local address means nothing without its scope
        (6, bytes) => SocketAddrV6::new(Ipv6Addr::from(bytes), address.port, 0, address.scope).into(),
        (_, [a, b, c, d, ..]) => SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), address.port).into(),
    }
}

#[cfg(test)]
#[path = "texts/tests.rs"]
mod tests;
