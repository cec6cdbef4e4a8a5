//! A signal: a tone with a rhythm, as exchanges give it, sample by sample and without a click.

use super::{Generator, Tone};
use crate::media::sine;

#[cfg(test)]
mod tests;

/// Parts of a rhythm: four bursts with their pauses, as the longest signal has (Turkey's congestion).
pub const PARTS: usize = 8;
/// A burst fades in and out over a 250th of a second: short beside the shortest burst (40 ms), and long enough for a
/// sound without a click.
const RAMPS_A_SECOND: u32 = 250;
/// The phase at which a sine is lowest, so that a modulated tone begins in silence.
const LOWEST: u32 = 3 << 30;

/// A tone with a rhythm.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Signal {
    /// The tone.
    pub tone: Tone,
    /// Times a second that its loudness swings between nothing and all of its level; 0: it does not.
    pub modulation: u16,
    /// Milliseconds of sound, silence, sound, silence, and again; all 0 is always on. A 0 ends a round.
    pub cadence: [u16; PARTS],
    /// The number of rounds; 0: it goes on for ever.
    pub rounds: u8,
}

impl Signal {
    /// The length of a round in milliseconds; 0: it is always on.
    #[must_use]
    pub fn round_ms(&self) -> u32 {
        self.cadence.iter().map(|ms| u32::from(*ms)).sum()
    }
}

/// A signal being made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Player {
    signal: Signal,
    rate: u32,
    generator: Generator,
    /// Phase of the modulation, and its gain with each sample.
    swing: [u32; 2],
    /// The part of the rhythm, and samples into it.
    part: u8,
    at: u32,
    /// Rounds that are over.
    rounds: u8,
    /// It was told to end: samples of its fading that are left.
    ending: Option<u32>,
    over: bool,
}

impl Player {
    /// One that is over.
    pub(crate) const SILENT: Self = Self {
        signal: Signal { tone: Tone { frequencies: [0; 2], level: 0 }, modulation: 0, cadence: [0; PARTS], rounds: 0 },
        rate: 0,
        generator: Generator::SILENT,
        swing: [0; 2],
        part: 0,
        at: 0,
        rounds: 0,
        ending: None,
        over: false,
    };

    /// Makes a signal at so many samples a second. [`Player::default`] is one that is over.
    #[must_use]
    pub fn new(signal: Signal, rate: u32) -> Self {
        let mut player = Self { signal, rate, ..Self::default() };
        player.begin();
        player
    }

    /// A burst begins: its tone begins at zero, so each burst is the same to the sample.
    fn begin(&mut self) {
        self.generator = Generator::new(self.signal.tone, self.rate);
        self.swing = [LOWEST, sine::advance(u32::from(self.signal.modulation), self.rate)];
    }

    /// Nothing comes any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over || self.rate == 0
    }

    /// A burst sounds now: to end it takes a few samples more.
    #[must_use]
    pub fn is_audible(&self) -> bool {
        !self.is_over() && self.part.is_multiple_of(2) && self.at > 0
    }

    /// Ends it: a burst that sounds fades, else it is over at once.
    pub fn end(&mut self) {
        if !self.is_audible() {
            self.over = true;
        } else if self.ending.is_none() {
            self.ending = Some(self.gain());
        }
    }

    /// Adds the next samples to a sound. Returns the number until it was over.
    pub fn mix(&mut self, out: &mut [i16]) -> usize {
        let mut done = 0;
        while done < out.len() && !self.is_over() {
            let left = self.length().saturating_sub(self.at);
            let rest = out.get_mut(done..).unwrap_or_default();
            let count = rest.len().min(left as usize);
            if self.part.is_multiple_of(2) {
                for sample in rest.iter_mut().take(count) {
                    *sample = sample.saturating_add(self.sample());
                    done += 1;
                    if self.over {
                        return done;
                    }
                }
            } else {
                done += count;
                self.at += count as u32;
            }
            if self.at >= self.length() {
                self.advance();
            }
        }
        done
    }

    fn sample(&mut self) -> i16 {
        let mut value = i32::from(self.generator.next());
        let [phase, step] = &mut self.swing;
        if *step > 0 {
            value = (value * ((0x7fff + sine::wave(*phase)) >> 1)) >> 15;
            *phase = phase.wrapping_add(*step);
        }
        let (gain, ramp) = (self.gain(), self.ramp());
        if gain < ramp {
            value = value * gain as i32 / ramp as i32;
        }
        // a tone that is always on may run for days, and its beginning is over
        self.at = if self.is_steady() { (self.at + 1).min(ramp) } else { self.at + 1 };
        if let Some(left) = &mut self.ending {
            *left = left.saturating_sub(1);
            self.over |= *left == 0;
        }
        value as i16
    }

    /// Samples of a fade.
    const fn ramp(&self) -> u32 {
        let ramp = self.rate / RAMPS_A_SECOND;
        if ramp == 0 { 1 } else { ramp }
    }

    /// The gain of the next sample, of as many steps as a fade has samples.
    fn gain(&self) -> u32 {
        let left = self.length().saturating_sub(self.at);
        self.at.min(left).min(self.ramp()).min(self.ending.unwrap_or(u32::MAX))
    }

    fn is_steady(&self) -> bool {
        self.signal.round_ms() == 0
    }

    /// Samples of the part that is on.
    fn length(&self) -> u32 {
        if self.is_steady() {
            return u32::MAX;
        }
        let ms = self.signal.cadence.get(usize::from(self.part)).copied().unwrap_or_default();
        u32::from(ms) * (self.rate / 1000)
    }

    /// The part is over: the next one, or a new round.
    fn advance(&mut self) {
        self.at = 0;
        self.part += 1;
        let rest = self.signal.cadence.get(usize::from(self.part)..).unwrap_or_default();
        if rest.iter().all(|ms| *ms == 0) {
            self.part = 0;
            self.rounds = self.rounds.saturating_add(1);
            self.over |= self.signal.rounds != 0 && self.rounds >= self.signal.rounds;
        }
        if self.part.is_multiple_of(2) {
            self.begin();
        }
    }
}
