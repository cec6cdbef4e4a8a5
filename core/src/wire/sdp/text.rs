//! Lines, words and numbers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The next line that is not empty, without its end, and what follows it.
pub(super) fn line(mut text: &[u8]) -> Option<(&[u8], &[u8])> {
    loop {
        let (line, rest) = match memchr::memchr(b'\n', text) {
            // rfc8866#5: CRLF ends a line, and a bare LF is to be accepted.
            Some(end) => (text.get(..end)?, text.get(end + 1..)?),
            None if text.is_empty() => return None,
            None => (text, &[] as &[u8]),
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            return Some((line, rest));
        }
        text = rest;
    }
}

/// The first word and what follows it.
pub(super) fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let (first, rest) = text.split_at_checked(end)?;
    (!first.is_empty()).then_some((first, rest))
}

/// The words between spaces.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// A decimal number of 32 bits, digits only.
pub(super) fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

/// A decimal number that stays at the largest when it is larger, digits only.
pub(super) fn long(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, byte| match byte {
        b'0'..=b'9' => Some(sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
        _ => None,
    })
}

/// An address of either family.
pub(super) fn ip(text: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(text).ok()?;
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Some(IpAddr::V4(address)),
        Err(_) => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}
