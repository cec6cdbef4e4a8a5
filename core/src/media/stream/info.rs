//! Digits that go as SIP INFO: they wait in the stream's queue with the others, for its clock and its order. And a digit
//! whose key is held.

use super::Stream;
use crate::media::digits::{DigitMethod, DigitSettings, Out};

impl Stream {
    /// The method of digits that are queued from now on (as agreed, tones, or INFO), the gap behind each, and the level.
    pub fn choose_digits(&mut self, settings: &DigitSettings) {
        self.digits.choose(settings);
    }

    /// As [`Stream::send_digit`], until [`Stream::let_go`], ten minutes at most (by INFO one); one at a time. `ms`:
    /// its length, if it is let go before its turn.
    pub fn hold_digit(&mut self, digit: u8, ms: u16) -> bool {
        self.running && self.hears_chosen() && self.digits.hold(digit, ms)
    }

    /// A digit is held.
    #[must_use]
    pub fn holds_digit(&self) -> bool {
        self.digits.holds()
    }

    /// The digit that is held ends now, or has the length that it was pressed with if its turn has not come. False:
    /// none is held.
    pub fn let_go(&mut self) -> bool {
        self.digits.let_go()
    }

    /// A digit is to leave as an INFO now.
    #[must_use]
    pub const fn owes_info(&self) -> bool {
        self.digits.owes_info()
    }

    /// That digit, with its length in milliseconds. Its end is told by [`Stream::info_answered`] or
    /// [`Stream::info_refused`].
    pub fn take_info(&mut self) -> Option<(u8, u16, DigitMethod)> {
        self.digits.take_info()
    }

    /// The INFO could not leave: it is owed again later. False: it was tried often enough.
    pub const fn put_info_back(&mut self) -> bool {
        self.digits.put_back()
    }

    /// The peer has taken the INFO.
    pub const fn info_answered(&mut self) {
        self.digits.answered();
    }

    /// It has not: the digits of the same command behind it are dropped.
    pub fn info_refused(&mut self) {
        self.digits.refused();
    }

    /// The digit that has left last, since the last call, and the number of entries that wait.
    pub const fn take_digit_out(&mut self) -> Option<(Out, u8)> {
        self.digits.take_out()
    }

    /// There is one.
    #[must_use]
    pub const fn has_digit_out(&self) -> bool {
        self.digits.has_out()
    }
}
