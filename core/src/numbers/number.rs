//! Telephone numbers as they are written.

use crate::wire::sip::Host;

/// rfc3966#5.1.1: visual separators, and the space and the stroke that people write, too; then the bytes of what a
/// number copied from a page has in it or around it: spaces that do not break a line (U+A0, U+202F), and marks without
/// width (U+200B, U+200E, U+200F, U+202A, U+202C, U+202D, U+FEFF). No digit of any script is made of them.
const SEPARATORS: &[u8] = b" -.()/\xc2\xa0\xe2\x80\xaf\x8b\x8e\x8f\xaa\xac\xad\xef\xbb\xbf";

/// Digits, `+`, `*`, `#` and separators alone are a number; an address is none.
#[must_use]
pub fn is_number(text: &[u8]) -> bool {
    let key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
    text.iter().any(|byte| key(*byte))
        && text.iter().all(|byte| key(*byte) || *byte == b'+' || is_separator(*byte))
        && Host::parse(text).is_none_or(|host| host.ip().is_none())
}

/// The first entry of a list of numbers for help that is none: digits, `*` and `#` behind a `+` or none, as they are
/// dialled. One with separators would never be met, and a list between spaces would be one number. Empty: no number.
#[must_use]
pub fn wrong_entry(list: &str) -> Option<&str> {
    let key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
    let is_one = |entry: &str| {
        let keys = entry.strip_prefix('+').unwrap_or(entry);
        !keys.is_empty() && keys.bytes().all(key)
    };
    list.split(',').map(str::trim_ascii).find(|entry| !list.is_empty() && !is_one(entry))
}

/// It stands in a number for the eye alone.
#[must_use]
pub fn is_separator(byte: u8) -> bool {
    SEPARATORS.contains(&byte)
}
