//! Lines, words and numbers.

use crate::wire::bytes::{cut, near};

/// The next line that is not empty, without its end and the white space before that, and the text behind it.
#[inline]
pub(super) fn line(mut text: &[u8]) -> Option<(&[u8], &[u8])> {
    loop {
        // rfc8866#5: CRLF ends a line, and a bare LF is to be accepted.
        let (line, rest) = match near(text, b'\n') {
            Some(end) => (text.get(..end)?, text.get(end + 1..)?),
            None if text.is_empty() => return None,
            None => (text, &[] as &[u8]),
        };
        match line {
            [line @ .., b'\r'] if matches!(line, [.., b'!'..=255]) => return Some((line, rest)),
            // the grammar has no white space there, but peers write it, and it means nothing
            line => match trim_end(line) {
                [] => text = rest,
                line => return Some((line, rest)),
            },
        }
    }
}

/// The first word and the text behind it.
#[inline]
pub(super) fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = trim_start(text);
    let end = near(text, b' ').unwrap_or(text.len());
    let (first, rest) = text.split_at_checked(end)?;
    (!first.is_empty()).then_some((first, rest))
}

/// The words between spaces.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        loop {
            let (word, after) = cut(rest?, b' ');
            rest = after;
            if !word.is_empty() {
                return Some(word);
            }
        }
    })
}

/// A decimal number of 32 bits, digits only.
pub(crate) fn number(text: &[u8]) -> Option<u32> {
    match digits(text)? {
        (number, []) => u32::try_from(number).ok(),
        _ => None,
    }
}

/// The decimal number at the front, which stays at the largest when it is larger, and the text behind its digits.
#[inline]
pub(super) fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut sum = 0u64;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        sum = sum.wrapping_mul(10).wrapping_add(u64::from(*digit - b'0'));
        rest = after;
    }
    match text.len() - rest.len() {
        0 => None,
        1..=19 => Some((sum, rest)),
        // so many may have gone round
        many => Some((saturating(text.get(..many)?), rest)),
    }
}

#[cold]
fn saturating(digits: &[u8]) -> u64 {
    digits.iter().fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0'))))
}

/// Cuts white space off the front.
#[inline]
pub(super) fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [first @ 0..=b' ', rest @ ..] = text
        && first.is_ascii_whitespace()
    {
        text = rest;
    }
    text
}

/// Cuts white space off both ends.
#[inline]
pub(super) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// Cuts white space off the end.
#[inline]
fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last @ 0..=b' '] = text
        && last.is_ascii_whitespace()
    {
        text = rest;
    }
    text
}
