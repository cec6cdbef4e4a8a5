//! Searches that both grammars need: the index of a byte, the class of bytes, the address that they spell.
//!
//! Words, lines and names are short: these look at eight bytes at a time and start at once, where a vectorised search
//! sets itself up first.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The lowest bit of each byte.
pub(super) const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// The next eight bytes, where speed counts for more than a board's flash; else all are taken one by one.
#[inline(always)]
pub(super) fn eight_of(bytes: &[u8]) -> Option<(&[u8; 8], &[u8])> {
    bytes.split_first_chunk::<8>().filter(|_| cfg!(feature = "tables"))
}

/// The first index of a byte that is expected soon.
#[inline]
pub(super) fn near(bytes: &[u8], byte: u8) -> Option<usize> {
    let mut rest = bytes;
    while let Some((eight, after)) = eight_of(rest) {
        let found = zeros(u64::from_le_bytes(*eight) ^ (ONES * u64::from(byte)));
        if found != 0 {
            return Some(bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize);
        }
        rest = after;
    }
    while let [first, after @ ..] = rest {
        if *first == byte {
            return Some(bytes.len() - rest.len());
        }
        rest = after;
    }
    None
}

/// The first index of a byte below 14: a line end, or a tab, or another control that is handled in the same place.
#[inline]
pub(super) fn control(bytes: &[u8]) -> Option<usize> {
    let marks = |word: u64| word.wrapping_sub(ONES * 14) & !word & TOPS;
    let (chunks, rest) = if cfg!(feature = "tables") { bytes.as_chunks::<16>() } else { (&[][..], bytes) };
    for (nth, chunk) in chunks.iter().enumerate() {
        let whole = u128::from_le_bytes(*chunk);
        let (low, high) = (marks(whole as u64), marks((whole >> 64) as u64));
        if low | high != 0 {
            let at = if low == 0 { 64 + high.trailing_zeros() } else { low.trailing_zeros() };
            return Some(nth * 16 + (at / 8) as usize);
        }
    }
    rest.iter().position(|byte| *byte < 14).map(|at| bytes.len() - rest.len() + at)
}

/// A byte is zero where a borrow reaches its top bit: the lowest mark is exact, those above it may be too many.
#[inline(always)]
pub(super) const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & TOPS
}

/// Before the first such byte, and after it if there is one.
#[inline]
pub(super) fn cut(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match near(text, byte).and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// No byte below `least` (33 at most), none beyond `~`.
#[inline]
pub(super) fn printable(bytes: &[u8], least: u8) -> bool {
    let mut rest = bytes;
    while let Some((eight, after)) = eight_of(rest) {
        if odd(u64::from_le_bytes(*eight), least) != 0 {
            return false;
        }
        rest = after;
    }
    match if cfg!(feature = "tables") { bytes.last_chunk::<8>() } else { None } {
        Some(eight) => odd(u64::from_le_bytes(*eight), least) == 0,
        None => rest.iter().all(|byte| (least..=b'~').contains(byte)),
    }
}

/// The first index of a byte that nothing but `#` to `~` stands before: visible ASCII, but no quote, and no `!`, which
/// is too rare to be told from it.
#[inline]
pub(super) fn visible_until(bytes: &[u8], end: u8) -> Option<usize> {
    let mut rest = bytes;
    while let Some((eight, after)) = eight_of(rest) {
        let word = u64::from_le_bytes(*eight);
        let found = odd(word, b'#') | zeros(word ^ (ONES * u64::from(end)));
        if found != 0 {
            let at = bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
            return (bytes.get(at) == Some(&end)).then_some(at);
        }
        rest = after;
    }
    let at = rest.iter().position(|byte| *byte == end || !matches!(byte, b'#'..=b'~'))?;
    (rest.get(at) == Some(&end)).then_some(bytes.len() - rest.len() + at)
}

/// Marks bytes below `least` (128 at most) or beyond `~`: a borrow or a sum reaches their top bit, or they have it. The
/// lowest mark is exact.
#[inline(always)]
const fn odd(word: u64, least: u8) -> u64 {
    (word.wrapping_sub(ONES * least as u64) | word.wrapping_add(ONES) | word) & TOPS
}

/// An IPv4 address at the front and the text behind it; leading zeros are read as decimal.
pub(super) fn v4(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let mut octets = [0u8; 4];
    let mut rest = text;
    for (nth, octet) in octets.iter_mut().enumerate() {
        if nth > 0 {
            let [b'.', digits @ ..] = rest else { return None };
            rest = digits;
        }
        (*octet, rest) = octet_at(rest)?;
    }
    // a fourth digit ends no address
    if matches!(rest, [b'0'..=b'9', ..]) {
        return None;
    }
    Some((Ipv4Addr::from(octets), rest))
}

/// One to three digits, at most 255.
#[cfg_attr(not(target_os = "none"), inline(always))] // on a board flash is dearer
fn octet_at(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    // mostly more text follows: one look at its length
    let (value, rest) = match text {
        [a, b, c, ..] if digit(*a) < 10 => {
            let (a, b, c) = (digit(*a), digit(*b), digit(*c));
            if b > 9 {
                (a, text.get(1..)?)
            } else if c > 9 {
                (a * 10 + b, text.get(2..)?)
            } else {
                (a * 100 + b * 10 + c, text.get(3..)?)
            }
        }
        [a, b] if digit(*a) < 10 && digit(*b) < 10 => (digit(*a) * 10 + digit(*b), text.get(2..)?),
        [a, ..] if digit(*a) < 10 => (digit(*a), text.get(1..)?),
        _ => return None,
    };
    Some((u8::try_from(value).ok()?, rest))
}

/// An IPv4 address at the front and the text behind it; with leading zeros, which are octal to some, it is none.
pub(super) fn plain_v4(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let (address, rest) = v4(text)?;
    let spelt: usize =
        address.octets().iter().map(|octet| 1 + usize::from(*octet > 9) + usize::from(*octet > 99)).sum();
    (text.len() - rest.len() == spelt + 3).then_some((address, rest))
}

/// A whole text that is an IPv6 address (rfc4291#2.2): groups of hexadecimal digits, one run of zeros left out, the end
/// perhaps as IPv4.
pub(super) fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let mut groups = [0u16; 8];
    let mut count = 0;
    let mut gap = None;
    let mut rest = text;
    if let [b':', b':', after @ ..] = rest {
        gap = Some(0);
        rest = after;
    }
    while !rest.is_empty() {
        if let Some((address, [])) = plain_v4(rest) {
            let [a, b, c, d] = address.octets();
            for group in [[a, b], [c, d]] {
                *groups.get_mut(count)? = u16::from_be_bytes(group);
                count += 1;
            }
            break;
        }
        let (group, after) = group_at(rest)?;
        *groups.get_mut(count)? = group;
        count += 1;
        rest = match after {
            [b':', b':', after @ ..] if gap.is_none() => {
                gap = Some(count);
                after
            }
            [] | [b':', _, ..] => after.get(1..).unwrap_or_default(),
            _ => return None,
        };
    }
    match gap {
        None if count == 8 => {}
        // the gap is one group at least
        Some(gap) if count < 8 => {
            for nth in 1..=count - gap {
                let group = core::mem::take(groups.get_mut(count - nth)?);
                *groups.get_mut(8 - nth)? = group;
            }
        }
        _ => return None,
    }
    Some(Ipv6Addr::from(groups))
}

/// One to four hexadecimal digits.
fn group_at(text: &[u8]) -> Option<(u16, &[u8])> {
    let mut value = 0;
    let mut rest = text;
    while let [digit, after @ ..] = rest
        && let Some(digit) = (*digit as char).to_digit(16)
        && text.len() - after.len() <= 4
    {
        value = (value << 4) | digit as u16;
        rest = after;
    }
    (rest.len() < text.len()).then_some((value, rest))
}

/// A whole text that is an address of either family, as RFC 4291 and the usual four decimals write it.
#[must_use]
pub fn ip(text: &[u8]) -> Option<IpAddr> {
    match plain_v4(text) {
        Some((address, [])) => Some(IpAddr::V4(address)),
        _ => v6(text).map(IpAddr::V6),
    }
}

#[cfg(test)]
mod tests;
