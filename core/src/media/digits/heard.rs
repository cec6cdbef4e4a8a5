//! Digits that came, by whichever method, until they are fetched.

use super::DigitMethod;
use crate::base::limits;
use crate::base::time::Instant;

/// A digit that came, and is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeardDigit {
    /// Its character.
    pub digit: u8,
    /// The method by which it came.
    pub method: DigitMethod,
    /// The milliseconds that it lasted.
    pub ms: u16,
    /// The low bits of the milliseconds of its end, for [`Instant::back_to`].
    over: u32,
}

/// The digits of a call that wait to be fetched, and the one that is on. When full, the oldest gives way.
#[derive(Clone, Copy, Debug)]
pub struct HeardDigits {
    digits: [HeardDigit; limits::DIGITS_RECEIVED],
    head: u8,
    len: u8,
    /// Digits that gave way, not fetched in time, and were not reported yet.
    lost: u8,
    /// The digit that has begun, is not over and was not fetched as begun; 0: none.
    begun: u8,
    begun_at: u32,
}

impl HeardDigits {
    /// None came.
    pub const EMPTY: Self = Self {
        digits: [HeardDigit { digit: 0, method: DigitMethod::Auto, ms: 0, over: 0 }; limits::DIGITS_RECEIVED],
        head: 0,
        len: 0,
        lost: 0,
        begun: 0,
        begun_at: 0,
    };

    /// A digit has begun.
    pub const fn begin(&mut self, now: Instant, digit: u8) {
        self.begun = digit;
        self.begun_at = now.stamp();
    }

    /// A digit is over; it need not have begun.
    pub fn end(&mut self, now: Instant, digit: u8, ms: u16, method: DigitMethod) {
        self.begun = 0;
        let capacity = limits::DIGITS_RECEIVED;
        if usize::from(self.len) >= capacity {
            self.head = ((usize::from(self.head) + 1) % capacity) as u8;
            self.len -= 1;
            self.lost = self.lost.saturating_add(1);
        }
        let place = (usize::from(self.head) + usize::from(self.len)) % capacity;
        if let Some(entry) = self.digits.get_mut(place) {
            *entry = HeardDigit { digit, method, ms, over: now.stamp() };
        }
        self.len += 1;
    }

    /// The number of digits that gave way since the last call.
    pub const fn take_lost(&mut self) -> u8 {
        core::mem::replace(&mut self.lost, 0)
    }

    /// A digit, or the beginning of one, waits.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.len > 0 || self.begun != 0
    }

    /// The next digit that is over, and its end; `now` is the latest time that is known.
    pub fn poll(&mut self, now: Instant) -> Option<(HeardDigit, Instant)> {
        let digit = *self.digits.get(usize::from(self.head)).filter(|_| self.len > 0)?;
        self.head = ((usize::from(self.head) + 1) % limits::DIGITS_RECEIVED) as u8;
        self.len -= 1;
        Some((digit, now.back_to(digit.over)))
    }

    /// The digit that is on, once, and its beginning. One that is over before it is asked for is not told as begun.
    pub fn poll_begun(&mut self, now: Instant) -> Option<(u8, Instant)> {
        let digit = core::mem::replace(&mut self.begun, 0);
        (digit != 0).then(|| (digit, now.back_to(self.begun_at)))
    }
}
