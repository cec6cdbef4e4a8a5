//! 44.1 and 48 kHz into each other: 441 samples for 480, by a filter of 16 taps for each of the places that an output
//! has between two inputs. 10 ms begin where both rates have a sample.

use super::{TAPS, cosine_of_turn, dot, narrow};
use crate::media::sine::sine;

/// Samples of 10 ms at 44.1 kHz, and at 48, by their common divisor 3: the places are so many.
const SLOW: usize = 147;
const FAST: usize = 160;
/// Samples of 10 ms at 48 kHz.
const LONGEST: usize = 3 * FAST;

pub(super) static TO_FAST: [[i16; TAPS]; FAST] = places(0.93);
/// Cut at 0.93 of the lower rate's half here too.
pub(super) static TO_SLOW: [[i16; TAPS]; SLOW] = places(0.93 * SLOW as f64 / FAST as f64);

/// The last samples of a direction of each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fraction {
    slow: [i16; TAPS],
    fast: [i16; TAPS],
}

impl Fraction {
    pub(super) const EMPTY: Self = Self { slow: [0; TAPS], fast: [0; TAPS] };

    /// 44.1 to 48 kHz, 10 ms. Returns the samples written.
    pub(super) fn up(&mut self, input: &[i16], out: &mut [i16]) -> usize {
        run(&mut self.slow, &TO_FAST, SLOW, input, out)
    }

    /// 48 to 44.1 kHz, 10 ms. Returns the samples written.
    pub(super) fn down(&mut self, input: &[i16], out: &mut [i16]) -> usize {
        run(&mut self.fast, &TO_SLOW, FAST, input, out)
    }
}

/// Each output is `step` places behind the one before.
#[inline(never)]
fn run<const N: usize>(
    kept: &mut [i16; TAPS],
    places: &[[i16; TAPS]; N],
    step: usize,
    input: &[i16],
    out: &mut [i16],
) -> usize {
    let mut line = [0i16; TAPS + LONGEST];
    let input = input.get(..LONGEST).unwrap_or(input);
    let Some((before, now)) = line.split_first_chunk_mut::<TAPS>() else { return 0 };
    *before = *kept;
    now.iter_mut().zip(input).for_each(|(line, sample)| *line = *sample);
    let count = (input.len() * N / step).min(out.len());
    for (nth, out) in out.iter_mut().take(count).enumerate() {
        let (first, place) = (nth * step / N, nth * step % N);
        let Some(window) = line.get(first + 1..).and_then(|line| line.first_chunk::<TAPS>()) else { break };
        *out = places.get(place).map_or(0, |taps| narrow(i64::from(dot(taps, window))));
    }
    if let Some(last) = line.get(input.len()..).and_then(|rest| rest.first_chunk()) {
        *kept = *last;
    }
    count
}

/// The filter's taps by place, oldest input first: a sinc in a Hamming window; the sum of each place's is 2^15.
#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn places<const N: usize>(cut: f64) -> [[i16; TAPS]; N] {
    let mut table = [[0; TAPS]; N];
    let mut place = 0;
    while place < N {
        let mut raw = [0.0f64; TAPS];
        let mut sum = 0.0;
        let mut tap = 0;
        while tap < TAPS {
            let distance = tap as f64 - (TAPS / 2 - 1) as f64 - place as f64 / N as f64;
            let window = 0.54 - 0.46 * cosine_of_turn((distance + (TAPS / 2) as f64) / TAPS as f64);
            raw[tap] = sinc(core::f64::consts::PI * cut * distance) * window;
            sum += raw[tap];
            tap += 1;
        }
        tap = 0;
        while tap < TAPS {
            let value = raw[tap] / sum * 32768.0;
            table[place][tap] = if value < 0.0 { (value - 0.5) as i16 } else { (value + 0.5) as i16 };
            tap += 1;
        }
        place += 1;
    }
    table
}

const fn sinc(angle: f64) -> f64 {
    let turn = 2.0 * core::f64::consts::PI;
    if angle < 1e-9 && angle > -1e-9 {
        return 1.0;
    }
    // sine() wants less than half a turn
    let mut folded = angle - (angle / turn) as i32 as f64 * turn;
    if folded > turn / 2.0 {
        folded -= turn;
    } else if folded < -turn / 2.0 {
        folded += turn;
    }
    sine(folded) / angle
}
