//! A line's digits: those that it is to send, and those that came.

use super::Media;
use crate::base::features;
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "info")]
use crate::media::digits::DigitSettings;
#[cfg(feature = "info")]
use crate::media::digits::Out;
use crate::media::digits::{DigitMethod, HeardDigit};
use crate::phone::context::Context;
#[cfg(feature = "info")]
use crate::phone::media::news::News;
use crate::phone::{CommandError, EventKind};

/// The way of digits that are queued.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct DigitsBy {
    /// The settings that were chosen.
    #[cfg(feature = "info")]
    pub(in crate::phone) settings: DigitSettings,
    /// The method of the account: it says what "as negotiated" means without events.
    #[cfg(feature = "info")]
    pub(in crate::phone) account: DigitMethod,
    /// It is one, and lasts until its key is let go.
    #[cfg(feature = "info")]
    pub(in crate::phone) held: bool,
}

/// The pause, in milliseconds, that a character of a script stands for: a second, or with `w` half of one, as in the
/// scripts of exchanges. `None`: it is no pause; without the feature `info` the comma alone is one.
const fn pause_of(character: u8) -> Option<u16> {
    match character {
        b',' => Some(1000),
        b'p' | b'P' | b'W' if features::INFO => Some(1000),
        b'w' if features::INFO => Some(500),
        _ => None,
    }
}

/// The character may stand in a script of digits.
pub(in crate::phone) const fn is_of_script(character: u8) -> bool {
    matches!(character, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D' | b'a'..=b'd') || pause_of(character).is_some()
}

impl Media<'_> {
    /// Queues digits to be sent. `joins`: they belong to those that are under way.
    /// `room`: their end could be kept.
    pub(in crate::phone) fn queue_digits(
        &mut self,
        call: Handle,
        digits: &str,
        by: DigitsBy,
        joins: bool,
        room: bool,
    ) -> Result<(), CommandError> {
        let line = self.line(call).ok_or(CommandError::Stale)?;
        if !digits.bytes().all(is_of_script) || digits.is_empty() {
            return Err(CommandError::Range);
        }
        let running = line.media;
        let sends = running && self.agreed(call).is_some_and(|agreed| agreed.send);
        let stream = self.streams.get_mut(call.index as usize).ok_or(CommandError::Stale)?;
        let events = stream.config().dtmf_send.is_some();
        #[cfg(feature = "info")]
        let (method, ms) = (by.settings.method.unwrap_or_default().meant(events, by.account), by.settings.ms);
        // only what is negotiated is there to choose from
        #[cfg(not(feature = "info"))]
        let (DigitsBy {}, method, ms) = (by, if events { DigitMethod::Events } else { DigitMethod::Tones }, 0);
        // the clock of the digits is the media's, also of those that go beside it. rfc3264#5.1: a side that may not
        // send sends no digits either, and once it may again, what they were to answer is over
        let heard = sends || features::INFO && method.is_info();
        if !running || !heard {
            return Err(CommandError::State);
        }
        let possible = match method {
            DigitMethod::Events => events,
            DigitMethod::Info | DigitMethod::InfoPlain => features::INFO,
            _ => features::TONES,
        };
        if !possible {
            return Err(CommandError::Unsupported);
        }
        if digits.len() > stream.digits_room() || !room {
            return Err(CommandError::Full);
        }
        #[cfg(feature = "info")]
        if by.held && stream.holds_digit() {
            return Err(CommandError::Full);
        }
        if joins {
            stream.join_digits();
        }
        #[cfg(feature = "info")]
        stream.choose_digits(&DigitSettings { method: Some(method), ..by.settings });
        for digit in digits.bytes() {
            let _ = match pause_of(digit) {
                Some(ms) => stream.pause(ms),
                #[cfg(feature = "info")]
                None if by.held => stream.hold_digit(digit.to_ascii_uppercase(), ms),
                None => stream.send_digit(digit.to_ascii_uppercase(), ms),
            };
        }
        stream.end_digits();
        Ok(())
    }

    /// The next event about a digit that a line receives, and its time: those that are over, then the one that is on.
    pub(in crate::phone) fn poll_digit(&mut self, cx: &Context<'_>, call: Handle) -> Option<(EventKind, Instant)> {
        self.line(call)?;
        let stream = self.streams.get_mut(call.index as usize)?;
        if let Some((HeardDigit { digit, method, ms, .. }, at)) = stream.poll_digit(cx.latest) {
            return Some((EventKind::Digit { digit, ms, method }, at));
        }
        let (digit, method, at) = stream.poll_digit_begun(cx.latest)?;
        Some((EventKind::DigitBegun { digit, method }, at))
    }
}

/// SIP INFO.
#[cfg(feature = "info")]
impl Media<'_> {
    /// The key that is held is let go. False: none is held.
    pub(in crate::phone) fn let_go(&mut self, call: Handle) -> bool {
        self.line(call).is_some() && self.streams.get_mut(call.index as usize).is_some_and(crate::media::Stream::let_go)
    }

    /// A digit came for a line beside its media. False: no media runs, and nobody could be told in its order.
    pub(in crate::phone) fn take_digit(
        &mut self,
        now: Instant,
        call: Handle,
        digit: u8,
        ms: u16,
        method: DigitMethod,
    ) -> bool {
        if !self.line(call).is_some_and(|line| line.media) {
            return false;
        }
        let Some(stream) = self.streams.get_mut(call.index as usize) else { return false };
        stream.take_digit(now, digit, ms, method);
        true
    }

    /// The digit that is to leave as an INFO now, with its length in milliseconds.
    pub(in crate::phone) fn take_info(&mut self, call: Handle) -> Option<(u8, u16, DigitMethod)> {
        self.line(call).filter(|line| line.media)?;
        self.streams.get_mut(call.index as usize)?.take_info()
    }

    /// The INFO could not leave. False: it was tried often enough.
    pub(in crate::phone) fn put_info_back(&mut self, call: Handle) -> bool {
        self.line(call).is_none()
            || self.streams.get_mut(call.index as usize).is_none_or(crate::media::Stream::put_info_back)
    }

    /// The INFO has come to its end. The news are those of the digits before it.
    pub(in crate::phone) fn info_over(&mut self, call: Handle, taken: bool) -> News {
        if self.line(call).is_some_and(|line| line.media)
            && let Some(stream) = self.streams.get_mut(call.index as usize)
        {
            if taken {
                stream.info_answered();
            } else {
                let sent = stream.take_digits_sent();
                stream.info_refused();
                return News { sent, ..News::NOTHING };
            }
        }
        News::NOTHING
    }

    /// The digit that has left last, and was not told.
    pub(in crate::phone) fn take_digit_out(&mut self, call: Handle) -> Option<(Out, u8)> {
        self.line(call)?;
        self.streams.get_mut(call.index as usize)?.take_digit_out()
    }
}
