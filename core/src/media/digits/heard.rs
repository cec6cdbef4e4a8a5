//! Digits that came, by whichever method, until they are fetched.

use super::DigitMethod;
use crate::base::limits;
use crate::base::time::Instant;

/// Milliseconds within which a digit that comes by another way is the same press: an INFO may be sent again, after
/// 500 ms and a second more, before it arrives.
#[cfg(any(feature = "info", feature = "hear-keys"))]
const ONE_PRESS_MS: u32 = 2000;

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
    begun_by: DigitMethod,
    begun_at: u32,
    /// A bit for each entry whose press came by a second way, too.
    #[cfg(any(feature = "info", feature = "hear-keys"))]
    twice: u8,
}

impl HeardDigits {
    /// None came.
    pub const EMPTY: Self = Self {
        digits: [HeardDigit { digit: 0, method: DigitMethod::Auto, ms: 0, over: 0 }; limits::DIGITS_RECEIVED],
        head: 0,
        len: 0,
        lost: 0,
        begun: 0,
        begun_by: DigitMethod::Auto,
        begun_at: 0,
        #[cfg(any(feature = "info", feature = "hear-keys"))]
        twice: 0,
    };

    /// A digit has begun.
    pub fn begin(&mut self, now: Instant, digit: u8, method: DigitMethod) {
        #[cfg(any(feature = "info", feature = "hear-keys"))]
        if self.told(now, digit, method).is_some() {
            return;
        }
        (self.begun, self.begun_by) = (digit, method);
        self.begun_at = now.stamp();
    }

    /// A digit is over; it need not have begun.
    pub fn end(&mut self, now: Instant, digit: u8, ms: u16, method: DigitMethod) {
        #[cfg(any(feature = "info", feature = "hear-keys"))]
        if let Some(place) = self.told(now, digit, method) {
            self.twice |= 1 << place;
            return;
        }
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
            #[cfg(any(feature = "info", feature = "hear-keys"))]
            (self.twice &= !(1 << place));
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

    /// The digit that is on, once, with its method and its beginning. One that is over before it is asked for is not
    /// told as begun.
    pub fn poll_begun(&mut self, now: Instant) -> Option<(u8, DigitMethod, Instant)> {
        let digit = core::mem::replace(&mut self.begun, 0);
        (digit != 0).then(|| (digit, self.begun_by, now.back_to(self.begun_at)))
    }
}

/// Far ends that send one press by two ways: events and INFO, or INFO and tones.
#[cfg(any(feature = "info", feature = "hear-keys"))]
impl HeardDigits {
    /// The entry, fetched or not, that has this press by another way; each has one.
    fn told(&self, now: Instant, digit: u8, method: DigitMethod) -> Option<usize> {
        const _: () = assert!(limits::DIGITS_RECEIVED <= u8::BITS as usize);
        let same = |entry: &HeardDigit| {
            entry.digit == digit
                && entry.method.way() != method.way()
                && now.stamp().wrapping_sub(entry.over) <= ONE_PRESS_MS
        };
        // the oldest first: two presses of a key come in their order by each way
        (0..limits::DIGITS_RECEIVED)
            .map(|nth| (usize::from(self.head) + usize::from(self.len) + nth) % limits::DIGITS_RECEIVED)
            .find(|place| self.twice >> place & 1 == 0 && self.digits.get(*place).is_some_and(same))
    }
}
