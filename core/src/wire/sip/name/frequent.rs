//! Names that many messages carry: found by one word of eight bytes, or two.

use super::Name;
use crate::wire::bytes::{ONES, zeros};

/// Names of up to seven letters that many messages carry: with the colon they lie in one word.
const SHORT: [Name; 22] = [
    Name::Via,
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::Contact,
    Name::Route,
    Name::Allow,
    Name::Expires,
    Name::Server,
    Name::Event,
    Name::Require,
    Name::Accept,
    Name::Subject,
    Name::Reason,
    Name::RSeq,
    Name::MinSe,
    Name::Path,
    Name::Privacy,
    Name::RAck,
    Name::Date,
    Name::Warning,
];

/// Names of 8 to 15 letters that many messages carry: with the colon they lie in two words.
const LONG: [Name; 16] = [
    Name::MaxForwards,
    Name::ContentType,
    Name::ContentLength,
    Name::RecordRoute,
    Name::UserAgent,
    Name::Supported,
    Name::SessionExpires,
    Name::AllowEvents,
    Name::Authorization,
    Name::MinExpires,
    Name::Diversion,
    Name::CallInfo,
    Name::ReferTo,
    Name::ServiceRoute,
    Name::Unsupported,
    Name::RetryAfter,
];

/// The bucket of a short name: one for each, as the compiler checks below.
#[inline(always)]
const fn short_bucket(word: u64) -> usize {
    (((word ^ (word >> 32)) as u32).wrapping_mul(0x34fc_064d) >> 27) as usize
}

/// The bucket of a long name: one for each, as the compiler checks below.
#[inline(always)]
const fn long_bucket(words: [u64; 2]) -> usize {
    let [first, second] = words;
    let word = first ^ second.wrapping_mul(3);
    (((word ^ (word >> 32)) as u32).wrapping_mul(0x46e8_ba71) >> 28) as usize
}

/// Capital letters in lower case. No other byte becomes one that a name holds.
#[inline(always)]
const fn lower(word: u64) -> u64 {
    word | ((word & (ONES << 6)) >> 1)
}

/// A name and its colon in lower case, as two words.
#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn words_of(name: Name) -> [u64; 2] {
    let text = name.text().as_bytes();
    assert!(text.len() < 16, "the name is too long for two words");
    let mut words = [0; 2];
    let mut at = 0;
    while at <= text.len() {
        let byte = if at < text.len() { text[at] } else { b':' };
        words[at / 8] |= (byte as u64) << (at % 8 * 8);
        at += 1;
    }
    [lower(words[0]), lower(words[1])]
}

static SHORT_TABLE: ([u64; 32], [Name; 32]) = short_table();

#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn short_table() -> ([u64; 32], [Name; 32]) {
    let (mut words, mut names) = ([0; 32], [Name::Other; 32]);
    let mut at = 0;
    while at < SHORT.len() {
        let [word, rest] = words_of(SHORT[at]);
        let bucket = short_bucket(word);
        assert!(rest == 0 && words[bucket] == 0, "two names share a bucket: choose another factor");
        (words[bucket], names[bucket]) = (word, SHORT[at]);
        at += 1;
    }
    (words, names)
}

static LONG_TABLE: ([[u64; 2]; 16], [Name; 16]) = long_table();

#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn long_table() -> ([[u64; 2]; 16], [Name; 16]) {
    let (mut words, mut names) = ([[0; 2]; 16], [Name::Other; 16]);
    let mut at = 0;
    while at < LONG.len() {
        let both = words_of(LONG[at]);
        let bucket = long_bucket(both);
        assert!(both[1] != 0 && words[bucket][0] == 0, "two names share a bucket: choose another factor");
        (words[bucket], names[bucket]) = (both, LONG[at]);
        at += 1;
    }
    (words, names)
}

/// A word up to its first colon in lower case, and the length of the text before the colon.
#[inline(always)]
const fn up_to_colon(word: u64) -> Option<(u64, usize)> {
    let colon = zeros(word ^ (ONES * b':' as u64));
    if colon == 0 {
        return None;
    }
    Some((lower(word & (colon ^ colon.wrapping_sub(1))), (colon.trailing_zeros() / 8) as usize))
}

impl Name {
    /// One of the names that many messages carry, right at the front and with its colon; and the text behind it.
    #[inline(always)]
    pub(in crate::wire::sip) fn frequent(line: &[u8]) -> Option<(Self, &[u8])> {
        let (front, rest) = line.split_first_chunk::<8>().filter(|_| cfg!(feature = "tables"))?;
        let front = u64::from_le_bytes(*front);
        if let Some((word, len)) = up_to_colon(front) {
            let bucket = short_bucket(word);
            if SHORT_TABLE.0.get(bucket) != Some(&word) {
                return None;
            }
            return Some((*SHORT_TABLE.1.get(bucket)?, line.get(len + 1..)?));
        }
        let (word, len) = up_to_colon(u64::from_le_bytes(*rest.first_chunk::<8>()?))?;
        let words = [lower(front), word];
        let bucket = long_bucket(words);
        if LONG_TABLE.0.get(bucket) != Some(&words) {
            return None;
        }
        Some((*LONG_TABLE.1.get(bucket)?, rest.get(len + 1..)?))
    }
}

#[cfg(all(test, feature = "tables"))]
mod tests;
