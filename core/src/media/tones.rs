//! Tones of a telephone: the pairs of the key pad, and the signals that exchanges give.

use super::sine;
use crate::base::features;
use crate::wire::dtmf;

#[cfg(feature = "tones")]
pub mod country;
#[cfg(feature = "tones")]
pub mod signal;
#[cfg(test)]
mod tests;

/// Tones are heard; without the feature there is silence for them.
pub(crate) const ARE_HEARD: bool = features::TONES;

/// One or two frequencies.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tone {
    /// In Hz; 0 is none.
    pub frequencies: [u16; 2],
    /// Peak of each, 0 to 32767.
    pub level: u16,
}

/// Peak of a frequency at -3 dBm0: two of them fill the range of the samples, and there is no room for more.
const LOUDEST: u32 = 16_343;
/// The level of that, in dB below 0 dBm0.
const LOUDEST_DB: u8 = 3;
/// A decibel less, in 65,536ths.
const DECIBEL: u64 = 58_409;

/// Frequencies of the key pad's rows.
pub const ROWS: [u16; 4] = [697, 770, 852, 941];
/// Frequencies of its columns.
pub const COLUMNS: [u16; 4] = [1209, 1336, 1477, 1633];
/// The keys, row by row.
pub const KEYS: [u8; 16] = *b"123A456B789C*0#D";

/// Peak of a frequency at so many dB below 0 dBm0. Levels above -3 dBm0 are -3 dBm0.
const fn peak(level: u8) -> u16 {
    let (mut value, mut left) = ((LOUDEST as u64) << 16, level.saturating_sub(LOUDEST_DB));
    while left > 0 {
        value = (value * DECIBEL) >> 16;
        left -= 1;
    }
    ((value + (1 << 15)) >> 16) as u16
}

/// The tone of a key (ITU-T Q.23), each of its two frequencies at so many dB below 0 dBm0; `None` when it is none.
#[must_use]
pub fn key(digit: u8, level: u8) -> Option<Tone> {
    let digit = dtmf::event_of(digit).and_then(dtmf::digit_of)?;
    let place = KEYS.iter().position(|key| *key == digit)?;
    let frequencies = [*ROWS.get(place / 4)?, *COLUMNS.get(place % 4)?];
    Some(Tone { frequencies, level: peak(level) })
}

/// A tone being made. It begins at zero, so that it begins without a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Generator {
    steps: [u32; 2],
    phases: [u32; 2],
    level: u16,
}

impl Generator {
    /// One that makes nothing.
    #[cfg(feature = "tones")]
    pub(crate) const SILENT: Self = Self { steps: [0; 2], phases: [0; 2], level: 0 };

    /// Makes a tone at so many samples a second.
    #[must_use]
    pub fn new(tone: Tone, rate: u32) -> Self {
        let steps = tone.frequencies.map(|frequency| sine::advance(u32::from(frequency), rate));
        Self { steps, phases: [0; 2], level: tone.level }
    }

    /// The next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        out.iter_mut().for_each(|sample| *sample = self.next());
    }

    fn next(&mut self) -> i16 {
        let mut value = 0;
        for (phase, step) in self.phases.iter_mut().zip(self.steps) {
            if step > 0 {
                value += (sine::wave(*phase) * i32::from(self.level)) >> 15;
                *phase = phase.wrapping_add(step);
            }
        }
        value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }
}
