//! Keys in the voice of a far end that has no events. The detector is lent; what must outlast it is here.

use super::Stream;
use crate::base::time::Instant;
use crate::media::detect::{Key, KeyDetector};
use crate::media::digits::{DigitMethod, HeardDigits};

/// A stream's listening.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    /// No events were agreed on, and the far end is heard.
    listens: bool,
    /// The detector is to begin anew.
    fresh: bool,
    /// The far end has another way for its digits, whatever is agreed.
    left: bool,
    /// The key that is on; 0: none.
    on: u8,
    /// The low bits of the milliseconds of its beginning.
    since: u32,
}

impl Keys {
    pub(super) const EMPTY: Self = Self { listens: false, fresh: true, left: false, on: 0, since: 0 };

    /// A digit came by a way of its own: what is in the voice beside it is the same digit, or none. A key that is on is
    /// told by that way.
    pub(super) const fn leave(&mut self) {
        (self.left, self.on) = (true, 0);
    }

    fn begins(&mut self, now: Instant, digit: u8, heard: &mut HeardDigits) {
        (self.on, self.since) = (digit, now.stamp());
        heard.begin(now, digit, DigitMethod::Tones);
    }

    /// The key that is on is over. `ms`: its length, where it is known better than by its beginning.
    fn ends(&mut self, now: Instant, ms: Option<u16>, heard: &mut HeardDigits) {
        let digit = core::mem::take(&mut self.on);
        if digit != 0 {
            let since = now.stamp().wrapping_sub(self.since).min(u16::MAX.into()) as u16;
            heard.end(now, digit, ms.unwrap_or(since), DigitMethod::Tones);
        }
    }
}

impl Stream {
    /// After an agreement: keys are listened for where no events were agreed on.
    pub(super) fn listen_for_keys(&mut self, now: Instant) {
        let listens = self.config.receive_audio && self.config.receive.events().next().is_none();
        if !listens {
            self.end_key(now);
        }
        if listens != self.keys.listens {
            self.keys = Keys { listens, ..Keys::EMPTY };
        }
    }

    /// 10 ms of the far end's sound, and the memory that is lent for it; without any, nothing is heard.
    pub(super) fn hear_keys(&mut self, now: Instant, pcm: &[i16], memory: &mut [KeyDetector]) {
        // before the far end's first packet there is nothing to hear: a call that is over by then takes no page of the
        // detectors
        if !self.keys.listens || self.keys.left || (self.keys.fresh && !self.playout.begun()) {
            return;
        }
        let Some(detector) = memory.first_mut() else { return };
        if core::mem::take(&mut self.keys.fresh) || !detector.is_at(self.config.rate) {
            *detector = KeyDetector::new(self.config.rate);
        }
        match detector.feed(pcm) {
            Some(Key::Begun(digit)) => self.keys.begins(now, digit, &mut self.heard_digits),
            Some(Key::Over(_, ms)) => self.keys.ends(now, Some(ms), &mut self.heard_digits),
            None => {}
        }
    }

    /// The key that is on is over.
    pub(super) fn end_key(&mut self, now: Instant) {
        self.keys.ends(now, None, &mut self.heard_digits);
    }
}
