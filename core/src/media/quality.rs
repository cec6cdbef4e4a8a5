//! The quality of what is heard, by the E-model (ITU-T G.107): from losses, their bursts, delay and codec to a mean
//! opinion score (MOS), in whole numbers.
//!
//! All of the model's values that a telephone cannot know (loudness, echo, noise) are its defaults. A loss is a packet
//! that was not there when its time came, whether the network lost it or it came too late. The model's scale is that of
//! narrowband telephony: a wideband codec gets no more than G.711.

mod history;
mod model;
#[cfg(test)]
mod tests;

pub use history::History;
pub use model::{Heard, mos_x100};

use super::codec::Codec;

/// Quanta of a second.
const SECOND: u8 = 100;
/// The seconds that the present value weighs, the last ones most: as a listener remembers.
const RECENT: u32 = 8;
/// Fractions of a packet or millisecond in the sums over those.
const FINE: u32 = 256;

/// The quality of a stream: each second, lately, and in all.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    quanta: u8,
    /// The counts at the end of the last second.
    before: Heard,
    /// Those of the last seconds, in [`FINE`] parts.
    recent: Heard,
    recent_delay: u32,
    /// Seconds in which something was heard or missed, and their delays in milliseconds.
    seconds: u32,
    delays: u32,
    history: History,
}

impl Quality {
    /// Nothing was heard.
    pub const EMPTY: Self = Self {
        quanta: 0,
        before: Heard::NOTHING,
        recent: Heard::NOTHING,
        recent_delay: 0,
        seconds: 0,
        delays: 0,
        history: History::EMPTY,
    };

    /// 10 ms have passed. `heard`: in all; `delay_ms`: one way; `kept`: the memory of the
    /// seconds.
    pub fn quantum(&mut self, codec: Codec, heard: Heard, delay_ms: u32, kept: &mut [u16]) {
        self.quanta += 1;
        if self.quanta >= SECOND {
            self.quanta = 0;
            self.second(codec, heard, delay_ms, kept);
        }
    }

    fn second(&mut self, codec: Codec, heard: Heard, delay_ms: u32, kept: &mut [u16]) {
        let second = heard.since(self.before);
        self.before = heard;
        self.history.push(kept, mos_x100(codec, second, delay_ms));
        if second.is_nothing() {
            return; // the far end was silent: the last value stands
        }
        let delay = if self.seconds == 0 { delay_ms * FINE } else { blend(self.recent_delay, delay_ms) };
        self.recent_delay = delay;
        self.recent = self.recent.blended(second);
        self.seconds = self.seconds.saturating_add(1);
        self.delays = self.delays.saturating_add(delay_ms);
    }

    /// MOS of the last seconds in which something was to be heard, in hundredths; 0 is unknown.
    #[must_use]
    pub fn lately_x100(&self, codec: Codec) -> u16 {
        mos_x100(codec, self.recent, self.recent_delay / FINE)
    }

    /// MOS of all that was heard, in hundredths; 0 is unknown.
    #[must_use]
    pub fn whole_x100(&self, codec: Codec) -> u16 {
        mos_x100(codec, self.before, self.delays.checked_div(self.seconds).unwrap_or(0))
    }

    /// The values kept of the seconds.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }
}

impl Heard {
    fn blended(self, second: Self) -> Self {
        Self {
            played: blend(self.played, second.played),
            missed: blend(self.missed, second.missed),
            holes: blend(self.holes, second.holes),
        }
    }
}

/// A mean that forgets: of values in [`FINE`] parts, and one more in whole ones.
const fn blend(mean: u32, value: u32) -> u32 {
    (mean - mean / RECENT).saturating_add(value.saturating_mul(FINE / RECENT))
}
