//! Tones of a telephone: call progress in two traditions, and the pairs of the key pad.

use super::sine;
use crate::base::features;
use crate::wire::dtmf;

#[cfg(test)]
mod tests;

/// Tones are heard; without the feature there is silence for them.
pub(crate) const ARE_HEARD: bool = features::TONES;

/// One or two frequencies and a rhythm.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tone {
    /// In Hz; 0 is none.
    pub frequencies: [u16; 2],
    /// Peak of each, 0 to 32767.
    pub level: u16,
    /// Milliseconds on, off, on, off, and again; all 0 is always on.
    pub cadence: [u16; 4],
}

/// The tone plan.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Region {
    /// 425 Hz (ETSI TR 101 041-2: most of Europe).
    #[default]
    Europe,
    /// The precise tone plan of North America.
    NorthAmerica,
}

/// Their meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// Dial tone.
    Dial,
    /// Ringback.
    Ringback,
    /// Busy.
    Busy,
    /// Congestion.
    Congestion,
}

/// -16 dBFS for each of two, comfortable beside a voice.
const PROGRESS_LEVEL: u16 = 5000;
/// -10 dBm0 for each of a key's two frequencies (RFC 4733's example volume).
const KEY_LEVEL: u16 = 7300;

/// The tone for a state of a call.
#[must_use]
pub const fn progress(region: Region, what: Progress) -> Tone {
    let (frequencies, cadence) = match (region, what) {
        (Region::Europe, Progress::Dial) => ([425, 0], [0; 4]),
        (Region::Europe, Progress::Ringback) => ([425, 0], [1000, 4000, 1000, 4000]),
        (Region::Europe, Progress::Busy) => ([425, 0], [500, 500, 500, 500]),
        (Region::Europe, Progress::Congestion) => ([425, 0], [250, 250, 250, 250]),
        (Region::NorthAmerica, Progress::Dial) => ([350, 440], [0; 4]),
        (Region::NorthAmerica, Progress::Ringback) => ([440, 480], [2000, 4000, 2000, 4000]),
        (Region::NorthAmerica, Progress::Busy) => ([480, 620], [500, 500, 500, 500]),
        (Region::NorthAmerica, Progress::Congestion) => ([480, 620], [250, 250, 250, 250]),
    };
    Tone { frequencies, level: PROGRESS_LEVEL, cadence }
}

/// Frequencies of the key pad's rows.
pub const ROWS: [u16; 4] = [697, 770, 852, 941];
/// Frequencies of its columns.
pub const COLUMNS: [u16; 4] = [1209, 1336, 1477, 1633];
/// The keys, row by row.
pub const KEYS: [u8; 16] = *b"123A456B789C*0#D";

/// The tone of a key (ITU-T Q.23); `None` when it is none.
#[must_use]
pub fn key(digit: u8) -> Option<Tone> {
    let digit = dtmf::event_of(digit).and_then(dtmf::digit_of)?;
    let place = KEYS.iter().position(|key| *key == digit)?;
    let frequencies = [*ROWS.get(place / 4)?, *COLUMNS.get(place % 4)?];
    Some(Tone { frequencies, level: KEY_LEVEL, cadence: [0; 4] })
}

/// A tone being made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Generator {
    tone: Tone,
    rate: u32,
    phases: [u32; 2],
    /// Samples into the rhythm.
    at: u32,
}

impl Generator {
    /// Makes a tone at so many samples a second.
    #[must_use]
    pub const fn new(tone: Tone, rate: u32) -> Self {
        Self { tone, rate, phases: [0; 2], at: 0 }
    }

    /// The next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        let [first, second] = self.tone.frequencies;
        let steps = [sine::advance(u32::from(first), self.rate), sine::advance(u32::from(second), self.rate)];
        let per_ms = self.rate / 1000;
        let period: u32 = self.tone.cadence.iter().map(|ms| u32::from(*ms) * per_ms).sum();
        let level = i32::from(self.tone.level);
        for sample in out {
            let mut value = 0;
            for (phase, step) in self.phases.iter_mut().zip(steps) {
                if step > 0 {
                    value += (sine::wave(*phase) * level) >> 15;
                    *phase = phase.wrapping_add(step);
                }
            }
            *sample = if self.sounds(per_ms) { value.clamp(-32768, 32767) as i16 } else { 0 };
            if period > 0 {
                self.at = (self.at + 1) % period;
            }
        }
    }

    fn sounds(&self, per_ms: u32) -> bool {
        let mut left = self.at;
        let mut on = true;
        if self.tone.cadence == [0; 4] {
            return true;
        }
        for ms in self.tone.cadence {
            let length = u32::from(ms) * per_ms;
            if left < length {
                return on;
            }
            left -= length;
            on = !on;
        }
        true
    }
}
