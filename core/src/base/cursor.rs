//! A bounded writer: text goes into a caller's buffer, and bytes that do not fit are counted, so the caller learns the
//! needed length.

use super::copying::copy;
use super::divide::divide;
use core::fmt;

/// Writes into a slice; never past its end.
#[derive(Debug)]
pub struct Cursor<'a> {
    buffer: &'a mut [u8],
    needed: usize,
}

/// The buffer was too small; this many bytes are needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Needed(pub usize);

impl<'a> Cursor<'a> {
    /// Writes from the start of `buffer`.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, needed: 0 }
    }

    /// Writes bytes; past the end they are only counted.
    pub fn put(&mut self, bytes: &[u8]) {
        let end = self.needed.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.needed..end) {
            copy(bytes, room);
        }
        self.needed = end;
    }

    /// Writes bytes that may be left out: only where so many more find room behind them.
    pub fn put_with_room(&mut self, bytes: &[u8], behind: usize) {
        if self.needed + bytes.len() + behind <= self.buffer.len() {
            self.put(bytes);
        }
    }

    /// Writes text.
    pub fn put_str(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    /// Writes a number in decimal.
    pub fn put_number(&mut self, mut number: u64) {
        let mut digits = [0u8; 20];
        let mut from = digits.len();
        loop {
            from -= 1;
            let (tens, one) = divide(number, 10);
            if let Some(digit) = digits.get_mut(from) {
                *digit = b'0' + one as u8;
            }
            number = tens;
            if number == 0 {
                break;
            }
        }
        self.put(digits.get(from..).unwrap_or_default());
    }

    /// Writes the low `digits` hexadecimal digits of a number, in lower case.
    pub fn put_hex(&mut self, number: u64, digits: u32) {
        let mut text = [0u8; 16];
        let mut rest = number;
        for cell in text.iter_mut().rev().take(digits as usize) {
            let digit = (rest & 15) as u8;
            *cell = digit + if digit < 10 { b'0' } else { b'a' - 10 };
            rest >>= 4;
        }
        self.put(text.get(16usize.saturating_sub(digits as usize)..).unwrap_or_default());
    }

    /// The number of bytes written so far, whether they fitted or not.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// The bytes written so far (nothing if they did not fit).
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.needed).unwrap_or_default()
    }

    /// Overwrites bytes already written at `at` (a length that is known only later).
    pub fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(room) = self.buffer.get_mut(at..at.saturating_add(bytes.len())) {
            copy(bytes, room);
        }
    }

    /// The length written, or the length that would have been needed.
    ///
    /// # Errors
    /// [`Needed`] when the buffer was too small; its contents are then not valid.
    pub const fn finish(self) -> Result<usize, Needed> {
        if self.needed <= self.buffer.len() { Ok(self.needed) } else { Err(Needed(self.needed)) }
    }
}

impl fmt::Write for Cursor<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put_str(text);
        Ok(())
    }
}
