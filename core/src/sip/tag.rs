//! Our tags and branches: slot, generation and 64 random bits, so that a response finds its slot without a search and
//! none can be guessed.

use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::text::after_start;

/// The beginning of every branch of RFC 3261.
pub const COOKIE: &[u8] = b"z9hG4bK";
/// Hexadecimal digits of a tag: 5 of the slot, 7 of the generation, 16 random.
pub const LEN: usize = 28;

/// A tag or the part of a branch behind the cookie.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tag {
    /// The slot it names.
    pub handle: Handle,
    /// The random bits that make it hard to guess.
    pub secret: u64,
}

impl Tag {
    /// Writes its 28 digits.
    pub fn write(self, out: &mut Cursor<'_>) {
        out.put_hex(u64::from(self.handle.index), 5);
        out.put_hex(u64::from(self.handle.generation), 7);
        out.put_hex(self.secret, 16);
    }

    /// Its 28 digits.
    #[must_use]
    pub fn digits(self) -> [u8; LEN] {
        let mut digits = [0; LEN];
        self.write(&mut Cursor::new(&mut digits));
        digits
    }

    /// Reads 28 lower-case digits; anything else is not ours.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        if text.len() != LEN {
            return None;
        }
        let index = hex(text.get(..5)?)? as u32;
        let generation = hex(text.get(5..12)?)? as u32;
        Some(Self { handle: Handle { index, generation }, secret: hex(text.get(12..)?)? })
    }

    /// Reads a branch: the cookie, then the digits.
    #[must_use]
    pub fn read_branch(text: &[u8]) -> Option<Self> {
        Self::read(after_start(text, COOKIE)?)
    }

    /// Writes a branch.
    pub fn write_branch(self, out: &mut Cursor<'_>) {
        out.put(COOKIE);
        self.write(out);
    }
}

/// Reads up to 16 lower-case hexadecimal digits.
#[must_use]
pub fn hex(digits: &[u8]) -> Option<u64> {
    if digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0u64, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some((number << 4) | u64::from(value))
    })
}

#[cfg(test)]
mod tests;
