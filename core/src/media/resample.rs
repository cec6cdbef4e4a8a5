//! 8, 16 and 48 kHz into each other, and 44.1 kHz by way of 48: polyphase filters of 16 taps a phase, tables made at
//! compile time.

use super::sine::{cosine, sine};
use crate::base::limits;

#[cfg(feature = "l16")]
mod fraction;
#[cfg(all(test, feature = "resample"))]
mod tests;

/// Taps of one phase; delay is half of it in samples of the lower rate (1 ms at 8 kHz).
const TAPS: usize = 16;
/// The largest ratio.
const LARGEST: usize = 6;

const BY_2: [i16; 2 * TAPS] = low_pass();
const BY_3: [i16; 3 * TAPS] = low_pass();
const BY_6: [i16; 6 * TAPS] = low_pass();
const PHASES_2: [[i16; TAPS]; 2] = phases(&BY_2);
const PHASES_3: [[i16; TAPS]; 3] = phases(&BY_3);
const PHASES_6: [[i16; TAPS]; 6] = phases(&BY_6);

/// A sinc in a Hamming window, cut at 0.93 of the lower rate's half; its sum is 2^15.
#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn low_pass<const N: usize>() -> [i16; N] {
    let pi = core::f64::consts::PI;
    let ratio = (N / TAPS) as f64;
    let mut raw = [0.0f64; N];
    let mut sum = 0.0;
    let mut n = 0;
    while n < N {
        let from_middle = n as f64 - (N - 1) as f64 / 2.0;
        let angle = pi * 0.93 * from_middle / ratio;
        // sine() wants less than a turn
        let turns = (angle / (2.0 * pi)) as i32 as f64;
        let mut folded = angle - turns * 2.0 * pi;
        if folded > pi {
            folded -= 2.0 * pi;
        } else if folded < -pi {
            folded += 2.0 * pi;
        }
        let sinc = if angle == 0.0 { 1.0 } else { sine(folded) / angle };
        let place = (n as f64 + 0.5) / N as f64; // 0 to 1 over the window
        raw[n] = sinc * (0.54 - 0.46 * cosine_of_turn(place));
        sum += raw[n];
        n += 1;
    }
    let mut table = [0; N];
    n = 0;
    while n < N {
        let value = raw[n] / sum * 32768.0;
        table[n] = if value < 0.0 { (value - 0.5) as i16 } else { (value + 0.5) as i16 };
        n += 1;
    }
    table
}

/// Cosine of 0 to 1 turns.
const fn cosine_of_turn(turn: f64) -> f64 {
    let pi = core::f64::consts::PI;
    cosine(if turn > 0.5 { (1.0 - turn) * 2.0 * pi } else { turn * 2.0 * pi })
}

/// The filter's taps by phase, last input first.
#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn phases<const N: usize, const L: usize>(filter: &[i16; N]) -> [[i16; TAPS]; L] {
    let mut table = [[0; TAPS]; L];
    let mut phase = 0;
    while phase < L {
        let mut tap = 0;
        while tap < TAPS {
            table[phase][TAPS - 1 - tap] = filter[tap * L + phase];
            tap += 1;
        }
        phase += 1;
    }
    table
}

/// PCM of that rate can be had from any other that is made.
#[must_use]
pub const fn is_made(rate: u32) -> bool {
    rate == 8000
        || cfg!(feature = "resample") && matches!(rate, 16_000 | 48_000)
        || cfg!(feature = "l16") && rate == 44_100
}

/// Other rates are made; without the feature they are silence.
const IS_MADE: bool = cfg!(feature = "resample");

/// Turns PCM of one rate into another, one way up and the other way down. Without the feature it remembers nothing.
#[derive(Clone, Copy, Debug)]
pub struct Resampler([Memory; IS_MADE as usize]);

/// Memory of one direction of going up and one of going down; a stream needs just that, as it goes up one way and
/// down the other.
#[derive(Clone, Copy, Debug)]
struct Memory {
    high: [i16; LARGEST * TAPS],
    low: [i16; TAPS],
    #[cfg(feature = "l16")]
    fraction: fraction::Fraction,
}

impl Resampler {
    /// Silence before.
    pub const EMPTY: Self = Self([Memory::EMPTY; IS_MADE as usize]);

    /// Turns 10 ms (or less) at one rate into the same time at another. Returns the samples of `out` that were written.
    /// Rates are 8000, 16000 and 48000; of 44100 it is always 10 ms.
    pub fn run(&mut self, from: u32, to: u32, input: &[i16], out: &mut [i16]) -> usize {
        if from == to {
            let count = input.len().min(out.len());
            out.iter_mut().zip(input).for_each(|(out, sample)| *out = *sample);
            return count;
        }
        let Some(memory) = self.0.first_mut() else {
            out.fill(0);
            return 0;
        };
        #[cfg(feature = "l16")]
        if from == 44_100 || to == 44_100 {
            return memory.by_fraction(from, to, input, out);
        }
        memory.by_whole(from, to, input, out)
    }
}

impl Memory {
    const EMPTY: Self = Self {
        high: [0; LARGEST * TAPS],
        low: [0; TAPS],
        #[cfg(feature = "l16")]
        fraction: fraction::Fraction::EMPTY,
    };

    /// Rates of which one is a multiple of the other.
    fn by_whole(&mut self, from: u32, to: u32, input: &[i16], out: &mut [i16]) -> usize {
        match (from > to, from.max(to).checked_div(from.min(to))) {
            (true, Some(2)) => self.down(&BY_2, 2, input, out),
            (true, Some(3)) => self.down(&BY_3, 3, input, out),
            (true, Some(6)) => self.down(&BY_6, 6, input, out),
            (false, Some(2)) => self.up(&PHASES_2, input, out),
            (false, Some(3)) => self.up(&PHASES_3, input, out),
            (false, Some(6)) => self.up(&PHASES_6, input, out),
            _ => {
                out.fill(0);
                0
            }
        }
    }

    /// 44.1 kHz, by way of 48.
    #[cfg(feature = "l16")]
    #[inline(never)]
    fn by_fraction(&mut self, from: u32, to: u32, input: &[i16], out: &mut [i16]) -> usize {
        let mut between = [0i16; limits::QUANTUM];
        match (from, to) {
            (44_100, 48_000) => self.fraction.up(input, out),
            (48_000, 44_100) => self.fraction.down(input, out),
            (44_100, _) => {
                let count = self.fraction.up(input, &mut between);
                self.by_whole(48_000, to, between.get(..count).unwrap_or_default(), out)
            }
            _ => {
                let count = self.by_whole(from, 48_000, input, &mut between);
                self.fraction.down(between.get(..count).unwrap_or_default(), out)
            }
        }
    }

    #[inline(never)]
    fn down<const N: usize>(&mut self, filter: &[i16; N], ratio: usize, input: &[i16], out: &mut [i16]) -> usize {
        const KEPT: usize = LARGEST * TAPS;
        let mut line = [0i16; KEPT + limits::QUANTUM];
        let input = input.get(..limits::QUANTUM).unwrap_or(input);
        let Some((before, now)) = line.split_first_chunk_mut::<KEPT>() else { return 0 };
        *before = self.high;
        now.iter_mut().zip(input).for_each(|(line, sample)| *line = *sample);
        let count = (input.len() / ratio).min(out.len());
        // the filter ends at each output's last input
        let first = KEPT + ratio - filter.len();
        for (nth, out) in out.iter_mut().take(count).enumerate() {
            let Some(window) = line.get(first + nth * ratio..).and_then(|line| line.first_chunk::<N>()) else { break };
            *out = narrow(i64::from(dot(filter, window)));
        }
        let end = input.len();
        if let Some(kept) = line.get(end..).and_then(|rest| rest.first_chunk::<KEPT>()) {
            self.high = *kept;
        }
        count
    }

    #[inline(never)]
    fn up<const L: usize>(&mut self, phases: &[[i16; TAPS]; L], input: &[i16], out: &mut [i16]) -> usize {
        // at most 16 kHz goes up
        const LONGEST: usize = limits::QUANTUM / 2;
        let mut line = [0i16; TAPS + LONGEST];
        let input = input.get(..LONGEST).unwrap_or(input);
        let Some((before, now)) = line.split_first_chunk_mut::<TAPS>() else { return 0 };
        *before = self.low;
        now.iter_mut().zip(input).for_each(|(line, sample)| *line = *sample);
        let mut count = 0;
        for (nth, outs) in out.chunks_exact_mut(L).take(input.len()).enumerate() {
            let Some(window) = line.get(nth + 1..).and_then(|line| line.first_chunk::<TAPS>()) else { break };
            for (out, phase) in outs.iter_mut().zip(phases) {
                // zeros between the samples take L parts of L of the level away
                *out = narrow(i64::from(dot(phase, window)) * L as i64);
            }
            count += L;
        }
        if let Some(kept) = line.get(input.len()..).and_then(|rest| rest.first_chunk::<TAPS>()) {
            self.low = *kept;
        }
        count
    }
}

/// The magnitudes of a filter's taps sum up to less than 2^16 (a test looks), so the sum stays within 32 bits.
fn dot(taps: &[i16], window: &[i16]) -> i32 {
    taps.iter().zip(window).map(|(tap, sample)| i32::from(*tap) * i32::from(*sample)).sum()
}

fn narrow(sum: i64) -> i16 {
    ((sum + (1 << 14)) >> 15).clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
}
