//! Tones made, and recognised by Goertzel's filter: the proof that voice went all the way.

use std::f64::consts::TAU;

/// Samples of one look: 100 ms at 8 kHz, so filters stand 10 Hz apart and tones at multiples of 10 Hz do not leak.
pub(crate) const WINDOW: usize = 800;
/// Least mean square amplitude of a window that counts as sound.
const QUIET: f64 = 300.0;
/// Least share of a window's power that the two frequencies must hold together.
const SHARE: f64 = 0.75;
/// Least share of each alone: one of the two is not the tone.
const EACH: f64 = 0.2;

/// Two frequencies in Hz at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Tone(pub(crate) u32, pub(crate) u32);

/// Makes a tone, sample after sample.
#[derive(Debug)]
pub(crate) struct Generator {
    tone: Tone,
    rate: u32,
    position: u64,
}

impl Generator {
    pub(crate) fn new(tone: Tone, rate: u32) -> Self {
        Self { tone, rate, position: 0 }
    }

    pub(crate) fn fill(&mut self, pcm: &mut [i16]) {
        for sample in pcm {
            let turn =
                |hz: u32| TAU * ((self.position * u64::from(hz)) % u64::from(self.rate)) as f64 / f64::from(self.rate);
            *sample = (6000.0 * (turn(self.tone.0).sin() + turn(self.tone.1).sin())) as i16;
            self.position += 1;
        }
    }
}

/// Listens for one tone.
#[derive(Debug)]
pub(crate) struct Listener {
    tone: Tone,
    rate: u32,
    window: Vec<i16>,
    /// Windows in which the tone was recognised.
    hits: u32,
}

impl Listener {
    pub(crate) fn new(tone: Tone, rate: u32) -> Self {
        Self { tone, rate, window: Vec::with_capacity(WINDOW), hits: 0 }
    }

    /// Takes the sound heard; true when the tone has just been recognised for the first time.
    pub(crate) fn hear(&mut self, pcm: &[i16]) -> bool {
        let before = self.hits;
        for sample in pcm {
            self.window.push(*sample);
            if self.window.len() == WINDOW {
                self.hits += u32::from(contains(&self.window, self.tone, self.rate));
                self.window.clear();
            }
        }
        before == 0 && self.hits > 0
    }

    /// Milliseconds in which the tone was recognised.
    pub(crate) fn heard_ms(&self) -> u32 {
        self.hits * (WINDOW as u32 * 1000 / self.rate)
    }
}

fn contains(window: &[i16], tone: Tone, rate: u32) -> bool {
    let total: f64 = window.iter().map(|s| f64::from(*s).powi(2)).sum();
    if (total / window.len() as f64).sqrt() < QUIET {
        return false;
    }
    let (first, second) = (power(window, tone.0, rate) / total, power(window, tone.1, rate) / total);
    first > EACH && second > EACH && first + second > SHARE
}

/// The energy at one frequency, in the unit of the samples' sum of squares.
fn power(window: &[i16], hz: u32, rate: u32) -> f64 {
    let coefficient = 2.0 * (TAU * f64::from(hz) / f64::from(rate)).cos();
    let (one, two) = window.iter().fold((0.0, 0.0), |(one, two), s| (f64::from(*s) + coefficient * one - two, one));
    (one * one + two * two - coefficient * one * two) * 2.0 / window.len() as f64
}

#[cfg(test)]
#[path = "tone/tests.rs"]
mod tests;
