//! Recognises tones by Goertzel's filter: a far end's keys in the voice, and for tests which sound has arrived.

use super::sine::cosine;
use super::tones::{COLUMNS, KEYS, ROWS};

#[cfg(feature = "hear-keys")]
mod keys;
#[cfg(test)]
mod tests;

#[cfg(feature = "hear-keys")]
pub use keys::{Key, KeyDetector};

/// Below this mean square there is silence, not a tone (about -50 dBFS).
const QUIET: f32 = 10_000.0;

/// Listens for one frequency, in blocks of 20 ms.
#[derive(Clone, Copy, Debug)]
pub struct Detector {
    coefficient: f32,
    block: u32,
    s1: f32,
    s2: f32,
    energy: f32,
    filled: u32,
    blocks: u32,
    heard: u32,
    run: u32,
    longest: u32,
    last: bool,
}

impl Detector {
    /// For a frequency below half of the rate.
    #[must_use]
    pub fn new(frequency: u32, rate: u32) -> Self {
        let turn = f64::from(frequency) / f64::from(rate.max(1));
        Self {
            coefficient: (2.0 * cosine(2.0 * core::f64::consts::PI * turn)) as f32,
            block: (rate / 50).max(1),
            s1: 0.0,
            s2: 0.0,
            energy: 0.0,
            filled: 0,
            blocks: 0,
            heard: 0,
            run: 0,
            longest: 0,
            last: false,
        }
    }

    /// Listens.
    pub fn feed(&mut self, pcm: &[i16]) {
        for sample in pcm {
            let value = f32::from(*sample);
            let next = value + self.coefficient * self.s1 - self.s2;
            self.s2 = self.s1;
            self.s1 = next;
            self.energy += value * value;
            self.filled += 1;
            if self.filled >= self.block {
                self.judge();
            }
        }
    }

    fn judge(&mut self) {
        let count = self.block as f32;
        let power = self.s1 * self.s1 + self.s2 * self.s2 - self.coefficient * self.s1 * self.s2;
        // a pure tone puts all energy into its bin: power = energy · n / 2; three quarters of that is a tone
        self.last = self.energy / count > QUIET && power > self.energy * count * 0.375;
        self.blocks = self.blocks.saturating_add(1);
        if self.last {
            self.heard = self.heard.saturating_add(1);
            self.run = self.run.saturating_add(1);
            self.longest = self.longest.max(self.run);
        } else {
            self.run = 0;
        }
        self.s1 = 0.0;
        self.s2 = 0.0;
        self.energy = 0.0;
        self.filled = 0;
    }

    /// The last whole block was the tone.
    #[must_use]
    pub const fn present(&self) -> bool {
        self.last
    }

    /// Milliseconds in which it was heard.
    #[must_use]
    pub const fn heard_ms(&self) -> u32 {
        self.heard.saturating_mul(20)
    }

    /// The longest stretch without a break, in milliseconds.
    #[must_use]
    pub const fn longest_ms(&self) -> u32 {
        self.longest.saturating_mul(20)
    }

    /// Milliseconds listened to.
    #[must_use]
    pub const fn listened_ms(&self) -> u32 {
        self.blocks.saturating_mul(20)
    }
}

/// The key whose tone fills these samples (30 to 100 ms are a good length).
#[must_use]
pub fn key(pcm: &[i16], rate: u32) -> Option<u8> {
    let energy: f32 = pcm.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum();
    let count = pcm.len() as f32;
    if count < 1.0 || energy / count < QUIET {
        return None;
    }
    let strongest = |frequencies: [u16; 4]| {
        let mut best = (0, 0.0f32);
        for (nth, frequency) in frequencies.into_iter().enumerate() {
            let coefficient =
                (2.0 * cosine(2.0 * core::f64::consts::PI * f64::from(frequency) / f64::from(rate.max(1)))) as f32;
            let (mut s1, mut s2) = (0.0f32, 0.0f32);
            for sample in pcm {
                let next = f32::from(*sample) + coefficient * s1 - s2;
                s2 = s1;
                s1 = next;
            }
            let power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
            if power > best.1 {
                best = (nth, power);
            }
        }
        best
    };
    let (row, low) = strongest(ROWS);
    let (column, high) = strongest(COLUMNS);
    // two equal tones have a quarter of n · energy each; together most of it, and neither may be missing
    if low + high < energy * count * 0.3 || low * 8.0 < high || high * 8.0 < low {
        return None;
    }
    KEYS.get(row * 4 + column).copied()
}
